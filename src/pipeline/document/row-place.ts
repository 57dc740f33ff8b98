import { printable } from '../../core/text/printable.ts';
import type { RowPlace } from '../ports/row-place.ts';

/** Returns a place for messages, such as `people/a.csv, line 4`; empty if nothing is known. */
export function placeText({ file, line, page, record }: RowPlace): string {
  return [
    ...(file === undefined ? [] : [printable(file)]),
    ...(line === undefined ? [] : [`line ${line}`]),
    ...(page === undefined ? [] : [`page ${page}`]),
    ...(record === undefined ? [] : [`record ${record}`]),
  ].join(', ');
}
