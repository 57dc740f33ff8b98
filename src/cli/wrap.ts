import { stripVTControlCharacters } from 'node:util';

/**
 * Text in lines of at most `width` columns, broken between words; `first` goes before the first line, `rest` before each
 * other. A word that is longer, such as a URI, keeps a line of its own whole, so that it can be copied. Colours take no room.
 */
export function wrap(text: string, width: number, first = '', rest = first): string {
  const lines: string[] = [];
  let start = first;
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && columnsOf(start + longer) > width) {
      lines.push(start + line);
      start = rest;
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, start + line].join('\n');
}

function columnsOf(text: string): number {
  return stripVTControlCharacters(text).length;
}
