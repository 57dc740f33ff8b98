import type { CsvSpec } from '../definitions/rest/types.ts';
import type { CsvRow } from './csv.ts';
import type { TextOrigin } from './origin.ts';

/**
 * The names of a text's columns. A column without a name gets an empty one, so no connector can refer to it.
 * @throws the error that `origin` makes, for a duplicate name
 */
export function headerNames(
  origin: TextOrigin,
  { cells, line }: CsvRow,
  csv: CsvSpec = {},
): readonly string[] {
  const names = csv.normalizeHeader === true ? cells.map(normalizeName) : cells;
  const seen = new Map<string, string>();
  names.forEach((name, index) => {
    const cell = cells[index] ?? '';
    const other = seen.get(name);
    if (name !== '' && other !== undefined) throw twice(origin, line, name, [other, cell]);
    seen.set(name, cell);
  });
  return names;
}

/** How a row compares with the header of its text. */
type HeaderLikeness = 'other' | 'header' | 'reordered';

/**
 * Detects a repeated header in a text that was joined from several. With a single column, only the exact name counts as a
 * header, because it may also be a value. With several columns, case and spaces around a name are ignored.
 * @param cells the header's cells as they are in the text
 */
export function headerDetector(cells: readonly string[]): (row: readonly string[]) => HeaderLikeness {
  const loose = cells.length > 1;
  const form = (cell: string): string => (loose ? cell.trim().toLowerCase() : cell);
  const wanted = cells.map(form);
  const known = new Set(wanted);
  return (row) => {
    const [first] = row;
    // Nearly every row returns here.
    if (first === undefined || row.length !== wanted.length || !known.has(form(first))) return 'other';
    const names = row.map(form);
    if (names.every((name, index) => name === wanted[index])) return 'header';
    const isReordered = loose && names.every((name) => known.has(name)) && new Set(names).size === known.size;
    return isReordered ? 'reordered' : 'other';
  };
}

/** Normalizes a name: `Full Name (EN)` becomes `full_name_en`. */
function normalizeName(name: string): string {
  return name
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, '_')
    .replaceAll(/^_|_$/g, '');
}

function twice(origin: TextOrigin, line: number, name: string, cells: readonly string[]): Error {
  const [one = '', other = ''] = cells;
  const written = one === other ? '' : ` (${JSON.stringify(one)} and ${JSON.stringify(other)})`;
  return origin.invalid(
    line,
    `the header has two columns of the name ${JSON.stringify(name)}${written}`,
    `Give each column of the ${origin.noun} a name of its own.`,
  );
}
