import { stepsOf, type CompletedCommand, type Values } from './command-tree.ts';

/** A completion script for fish 3. */
export function fishScript(program: string, commands: readonly CompletedCommand[]): string {
  const command = `__${program.replaceAll('-', '_')}_command`;
  return `# fish completion for ${program}. To use it: ${program} completion fish | source
function ${command}
    set -l command ''
    for word in (commandline -opc)[2..-1]
        switch "$command $word"
${stepsOf(commands)
  .map(({ from, word, to }) => `            case '${from} ${word}'\n                set command '${to}'`)
  .join('\n')}
        end
    end
    echo "$command"
end

complete -c ${program} -f
${commands.flatMap((each) => linesOf(each, `complete -c ${program} -n 'test (${command}) = "${each.path}"'`)).join('\n')}
`;
}

function linesOf({ options, commands, argument }: CompletedCommand, start: string): string[] {
  return [
    ...commands.map(({ name, about }) => `${start} -a ${name} -d ${quoted(about)}`),
    ...(argument === undefined ? [] : argumentLine(argument, start)),
    ...options.map(({ flags, about, values }) => {
      const names = flags.map((flag) =>
        flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
      );
      const taken = values === undefined ? '' : ` ${valueFlags(values)}`;
      return `${start} ${names.join(' ')}${taken} -d ${quoted(about)}`;
    }),
  ];
}

function argumentLine(values: Values, start: string): string[] {
  if (values.kind === 'any') return [];
  return [`${start} ${values.kind === 'files' ? '-F' : valueFlags(values)}`];
}

function valueFlags(values: Values): string {
  switch (values.kind) {
    case 'choices':
      return `-x -a ${quoted(values.choices.join(' '))}`;
    case 'files':
      return '-r -F';
    case 'any':
      return '-x';
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}
