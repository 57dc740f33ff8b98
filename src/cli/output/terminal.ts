import { randomInt } from 'node:crypto';
import { printableLines } from '../../core/text/printable.ts';
import type { OutputStream } from '../command-io.ts';

/**
 * Distinguishes the control sequences of this program from those in external text, whose author cannot know this random
 * value. It is written as additional parameters of the sequence, so that code that measures or strips text sees a normal
 * sequence.
 */
const SEAL = Array.from({ length: 3 }, () => String(randomInt(1_000, 10_000))).join(';');
const SEALED = new RegExp(String.raw`\u001B\[(\d+);${SEAL}([mK])`, 'g');

/** Selects the colour or weight of the text that follows. */
export function styleCode(code: number): string {
  return `\u001B[${code};${SEAL}m`;
}

/** Clears the current line of a terminal. */
export const CLEAR_LINE = `\u001B[2;${SEAL}K`;

/**
 * The program writes to its standard streams only through this function. Whatever the text contains, no control sequences
 * except the program's own reach a terminal, and no other invisible characters.
 */
export function guarded(stream: OutputStream): OutputStream {
  return {
    write: (text) => stream.write(forTerminal(text)),
    get isTTY() {
      return stream.isTTY;
    },
    get columns() {
      return stream.columns;
    },
  };
}

function forTerminal(text: string): string {
  let shown = '';
  let end = 0;
  for (const match of text.matchAll(SEALED)) {
    shown += printableLines(text.slice(end, match.index)) + unsealed(match[1] ?? '', match[2] ?? '');
    end = match.index + match[0].length;
  }
  return shown + printableLines(text.slice(end));
}

function unsealed(code: string, final: string): string {
  return final === 'K' ? `\r\u001B[${code}K` : `\u001B[${code}${final}`;
}
