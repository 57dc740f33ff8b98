import { stripVTControlCharacters } from 'node:util';

/** Text of files and rows must not be able to write on a terminal, or to look like another line of a report. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/[\p{Cc}]+/gu, ' ');
}
