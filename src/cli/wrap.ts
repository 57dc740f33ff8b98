import { stripVTControlCharacters } from 'node:util';

/**
 * Text in lines of at most `width` columns, broken between words; `indent` goes before each but the first. A word that is
 * longer, such as a URI, keeps a line of its own whole, so that it can be copied. Colours take no room.
 */
export function wrap(text: string, width: number, indent = ''): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && columnsOf(longer) > width) {
      lines.push(line);
      line = indent + word;
    } else {
      line = longer;
    }
  }
  return [...lines, line].join('\n');
}

function columnsOf(text: string): number {
  return stripVTControlCharacters(text).length;
}
