import type { CompletedCommand, CompletedOption, Values } from './command-tree.ts';

/** A completion script for zsh, to be sourced after `compinit` or saved as `_<program>` in a folder of `fpath`. */
export function zshScript(program: string, commands: readonly CompletedCommand[]): string {
  const name = `_${program.replaceAll('-', '_')}`;
  return `#compdef ${program}
# zsh completion for ${program}. To use it, after compinit: source <(${program} completion zsh)
${commands.map((command) => functionOf(command, name)).join('\n')}
if [ "$funcstack[1]" = _${program} ]; then
  ${name} "$@"
else
  compdef ${name} ${program}
fi
`;
}

function functionOf({ path, options, commands, argument }: CompletedCommand, name: string): string {
  const called = functionName(name, path);
  const specs = options.map(optionSpec);
  if (commands.length === 0) {
    const rest = argument === undefined ? [] : [`'*:value:${actionOf(argument)}'`];
    return `${called}() {\n  _arguments ${[...specs, ...rest].join(' \\\n    ')}\n}\n`;
  }
  const names = commands.map((each) => `'${escaped(each.name)}:${escaped(each.about)}'`);
  const below = commands
    .filter((each) => each.name !== 'help')
    .map((each) => `        ${each.name}) ${functionName(name, `${path} ${each.name}`.trim())} ;;`);
  return `${called}() {
  local state line
  typeset -A opt_args
  _arguments -C ${[...specs, `'1:command:->command'`, `'*::argument:->argument'`].join(' \\\n    ')}
  case "$state" in
    command)
      local -a commands
      commands=(
        ${names.join('\n        ')}
      )
      _describe command commands
      ;;
    argument)
      case "$line[1]" in
${below.join('\n')}
      esac
      ;;
  esac
}
`;
}

/** `(-V --version)'{-V,--version}'[…]'`: each flag excludes the other. */
function optionSpec({ flags, about, values }: CompletedOption): string {
  const value = values === undefined ? '' : `:value:${actionOf(values)}`;
  const text = `[${escaped(about)}]${value}`;
  const equals = values === undefined ? '' : '=';
  if (flags.length === 1) return `'${flags[0] ?? ''}${equals}${text}'`;
  return `'(${flags.join(' ')})'{${flags.map((flag) => flag + (flag.startsWith('--') ? equals : '')).join(',')}}'${text}'`;
}

function actionOf(values: Values): string {
  switch (values.kind) {
    case 'choices':
      return `(${values.choices.join(' ')})`;
    case 'files':
      return '_files';
    case 'any':
      return ' ';
  }
}

function functionName(name: string, path: string): string {
  return path === '' ? name : `${name}__${path.replaceAll(/[ -]/g, '_')}`;
}

function escaped(text: string): string {
  return text.replaceAll(/[[\]:\\]/g, '\\$&').replaceAll("'", `'\\''`);
}
