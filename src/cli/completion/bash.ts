import { stepsOf, type CompletedCommand, type Values } from './command-tree.ts';

/** A completion script for bash 3.2 and later. */
export function bashScript(program: string, commands: readonly CompletedCommand[]): string {
  const name = `_${program.replaceAll('-', '_')}`;
  return `# bash completion for ${program}. To use it: source <(${program} completion bash)
${name}_reply() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do COMPREPLY+=("$line"); done
}

${name}_files() {
  compopt -o filenames 2> /dev/null
  ${name}_reply < <(compgen -f -- "$current")
}

${name}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}" command='' index
  COMPREPLY=()
  # Bash takes --option=value for three words.
  if [ "$current" = = ]; then
    current=''
  elif [ "$previous" = = ]; then
    previous="\${COMP_WORDS[COMP_CWORD - 2]}"
  fi
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "$command \${COMP_WORDS[index]}" in
${stepsOf(commands)
  .map(({ from, word, to }) => `      '${from} ${word}') command='${to}' ;;`)
  .join('\n')}
    esac
  done
  case "$command $previous" in
${commands.flatMap((command) => valueCases(command, name)).join('\n')}
  esac
  case "$command" in
${commands.map((command) => wordCase(command, name)).join('\n')}
  esac
}

complete -F ${name} ${program}
`;
}

function valueCases({ path, options }: CompletedCommand, name: string): string[] {
  return options.flatMap(({ flags, values }) => {
    if (values === undefined) return [];
    const patterns = flags.map((flag) => `'${path} ${flag}'`).join(' | ');
    return [`    ${patterns}) ${replyWith(values, name)}; return ;;`];
  });
}

function wordCase({ path, options, commands, argument }: CompletedCommand, name: string): string {
  const flags = options.flatMap((option) => option.flags);
  const words: Values =
    commands.length > 0
      ? { kind: 'choices', choices: commands.map((each) => each.name) }
      : (argument ?? { kind: 'any' });
  return `    '${path}')
      case "$current" in
        -*) ${replyWith({ kind: 'choices', choices: flags }, name)} ;;
        *) ${replyWith(words, name)} ;;
      esac
      ;;`;
}

function replyWith(values: Values, name: string): string {
  switch (values.kind) {
    case 'choices':
      return `${name}_reply < <(compgen -W '${values.choices.join(' ')}' -- "$current")`;
    case 'files':
      return `${name}_files`;
    case 'any':
      return ':';
  }
}
