import type { DocumentedProgram } from '../documented-program.ts';
import { commandsOf, shellCommands, type ShellCommand } from './shell-commands.ts';
import type { Page } from './pages.ts';

/** A command line of a page that calls the program, or the variables that a page sets for it. */
export interface CommandMention {
  readonly line: number;
  /** The words after the name of the program. */
  readonly args: readonly string[];
  readonly variables: readonly string[];
  /** True for a command line in a block, which a reader copies as it is. */
  readonly isWhole: boolean;
}

/** The script of a repository that `init` made: `npm run bridge -- doctor` is the command `doctor`. */
const SCRIPT = 'bridge';

/** The command lines that name the program, in blocks of shell commands and in code that begins with its name. */
export function commandMentions(page: Page, { name }: Pick<DocumentedProgram, 'name'>): CommandMention[] {
  const inBlocks = page.blocks
    .filter(({ text }) => text.includes(name) || text.includes(SCRIPT))
    .flatMap((block) => commandsOf(block))
    .flatMap((command) => mentionIn(command, name, true));
  const inSpans = page.spans
    .filter(({ text }) => text.includes(`${name} `) || text.includes(`${SCRIPT} -- `))
    .flatMap(({ text, line }) => shellCommands(text, line))
    .flatMap((command) => mentionIn(command, name, false));
  return [...inBlocks, ...inSpans];
}

function mentionIn(
  { line, variables, words }: ShellCommand,
  name: string,
  isWhole: boolean,
): CommandMention[] {
  const args = argumentsOf(words, name);
  return args === undefined ? [] : [{ line, args, variables, isWhole }];
}

/** The words after the program, which `node`, `npx` or a script of npm may start; nothing if it is another program. */
function argumentsOf(words: readonly string[], name: string): readonly string[] | undefined {
  const [first = ''] = words;
  if (first === 'npm') {
    const end = words.indexOf('--');
    const isScript = words[1] === 'run' && words.slice(2, end).includes(SCRIPT);
    return end > 0 && isScript ? words.slice(end + 1) : undefined;
  }
  const starts = first === 'node' || first === 'npx';
  const at = starts ? words.findIndex((word, index) => index > 0 && !word.startsWith('-')) : 0;
  const program = words[at]
    ?.split('/')
    .at(-1)
    ?.replace(/\.c?js$/, '');
  return program === name ? words.slice(at + 1) : undefined;
}
