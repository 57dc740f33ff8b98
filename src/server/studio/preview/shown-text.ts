import { printableLines } from '../../../core/text/printable.ts';

/** A text of a source with its line breaks and tabs, and with every other invisible character spelled out, such as `\u202e`. */
export function shownText(text: string): string {
  return text.split('\t').map(printableLines).join('\t');
}
