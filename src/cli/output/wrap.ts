import { stripVTControlCharacters } from 'node:util';
import type { OutputStream } from '../command-io.ts';

/** The width of a terminal that does not report its width. */
const COLUMNS_DEFAULT = 80;
/** The additional indent of the lines after the first. */
const HANGING_INDENT = 2;

/** The width that text is wrapped to. Infinite for a file or a pipe, which is usually processed line by line. */
export function wrapWidth({ isTTY, columns = 0 }: OutputStream): number {
  if (isTTY !== true) return Infinity;
  // A serial console and the command `script` report a width of 0.
  return columns === 0 ? COLUMNS_DEFAULT : columns;
}

/**
 * Breaks a text between words into lines of at most `width` characters; a word that is longer is placed on its own line.
 * Existing line breaks are kept.
 */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => wrapLine(line, width));
}

/** Wraps one line that may contain colour codes, which do not count towards the width. */
export function wrapStyled(text: string, width: number): string[] {
  const plain = stripVTControlCharacters(text);
  if (plain.length <= width) return [text];
  const words = text.split(/ +/);
  const lines = wrap(plain, width).map((line) => words.splice(0, line.split(' ').length).join(' '));
  // A colour code after a space counts as a separate word.
  return [...lines.slice(0, -1), [lines.at(-1) ?? '', ...words].join(' ')];
}

/**
 * Wraps each line of a text and keeps its indent; continued lines are indented further. A command is not wrapped, so that it can
 * be copied.
 */
export function wrapIndented(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) => wrapHanging(line, width))
    .join('\n');
}

/** Whether a line is a command to paste into a shell. */
export function isCommand(line: string): boolean {
  return line.trimStart().startsWith('gemini-sync-bridge ');
}

function wrapHanging(line: string, width: number): string[] {
  if (stripVTControlCharacters(line).length <= width || isCommand(line)) return [line];
  const text = line.trimStart();
  const indent = line.length - text.length;
  return wrapStyled(text, width - indent - HANGING_INDENT).map((part, index) => {
    return `${' '.repeat(index === 0 ? indent : indent + HANGING_INDENT)}${part}`;
  });
}

function wrapLine(line: string, width: number): string[] {
  const [first = '', ...words] = line.trim().split(/ +/);
  const lines = [first];
  for (const word of words) {
    const last = lines.at(-1) ?? '';
    if (last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
