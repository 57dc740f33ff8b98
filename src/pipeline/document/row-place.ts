import { printable } from '../../core/text/printable.ts';
import type { RowPlace } from '../ports/ports.ts';

/** A place as messages say it, such as `people/a.csv, line 4`; empty if there is nothing to tell. */
export function placeText({ file, line, page, record }: RowPlace): string {
  return [
    ...(file === undefined ? [] : [printable(file)]),
    ...(line === undefined ? [] : [`line ${line}`]),
    ...(page === undefined ? [] : [`page ${page}`]),
    ...(record === undefined ? [] : [`record ${record}`]),
  ].join(', ');
}
