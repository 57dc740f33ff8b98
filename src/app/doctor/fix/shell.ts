import { printable } from '../../../core/text/printable.ts';
import { shellWord } from '../../../core/text/shell-word.ts';

/** One line of a shell command, from words that may contain anything. Each word is quoted if a shell could read it as syntax. */
export function shellLine(...words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}

/** A comment of one line, whatever the text contains. */
export function shellComment(text: string): string {
  return `# ${printable(text)}`;
}
