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

/** The command lines that name the program, in blocks of shell commands and in code that begins with its name. */
export function commandMentions(page: Page, { name }: Pick<DocumentedProgram, 'name'>): CommandMention[] {
  const inBlocks = page.blocks
    .filter(({ text }) => text.includes(name))
    .flatMap((block) => commandsOf(block))
    .flatMap((command) => mentionIn(command, name, true));
  const inSpans = page.spans
    .filter(({ text }) => text.includes(`${name} `))
    .flatMap(({ text, line }) => shellCommands(text, line))
    .flatMap((command) => mentionIn(command, name, false));
  return [...inBlocks, ...inSpans];
}

function mentionIn(
  { line, variables, words }: ShellCommand,
  name: string,
  isWhole: boolean,
): CommandMention[] {
  const at = words[0] === 'node' ? words.findIndex((word) => !word.startsWith('-') && word !== 'node') : 0;
  const program = words[at]
    ?.split('/')
    .at(-1)
    ?.replace(/\.c?js$/, '');
  return program === name ? [{ line, args: words.slice(at + 1), variables, isWhole }] : [];
}
