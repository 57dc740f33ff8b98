import type { CsvSpec } from '../../definitions/connector/types.ts';
import type { CsvRow } from './csv.ts';
import { fileInvalid } from './errors.ts';

/**
 * The names of a file's columns. One without a name has the empty one, so nothing can name it.
 * @throws BridgeError SOURCE_FILE_INVALID for a name that is there twice
 */
export function headerNames(file: string, { cells, line }: CsvRow, csv: CsvSpec = {}): readonly string[] {
  const names = csv.normalizeHeader === true ? cells.map(normalizeName) : cells;
  const seen = new Map<string, string>();
  names.forEach((name, index) => {
    const cell = cells[index] ?? '';
    const other = seen.get(name);
    if (name !== '' && other !== undefined) throw twice(file, line, name, [other, cell]);
    seen.set(name, cell);
  });
  return names;
}

/** What a row is beside the header of its file. */
type HeaderLikeness = 'other' | 'header' | 'reordered';

/**
 * Tells a header in the middle of a file, which was joined from several. Of a single column only the very same name is one,
 * because it may be a value as well; of several columns case and blanks around a name do not matter.
 * @param cells of the header, as the file has them
 */
export function headerDetector(cells: readonly string[]): (row: readonly string[]) => HeaderLikeness {
  const loose = cells.length > 1;
  const form = (cell: string): string => (loose ? cell.trim().toLowerCase() : cell);
  const wanted = cells.map(form);
  const known = new Set(wanted);
  return (row) => {
    const [first] = row;
    // Nearly every row ends here.
    if (first === undefined || row.length !== wanted.length || !known.has(form(first))) return 'other';
    const names = row.map(form);
    if (names.every((name, index) => name === wanted[index])) return 'header';
    const isReordered = loose && names.every((name) => known.has(name)) && new Set(names).size === known.size;
    return isReordered ? 'reordered' : 'other';
  };
}

/** `Full Name (EN)` as `full_name_en`. */
function normalizeName(name: string): string {
  return name
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, '_')
    .replaceAll(/^_|_$/g, '');
}

function twice(file: string, line: number, name: string, cells: readonly string[]): Error {
  const [one = '', other = ''] = cells;
  const written = one === other ? '' : ` (${JSON.stringify(one)} and ${JSON.stringify(other)})`;
  return fileInvalid(
    file,
    line,
    `the header has two columns of the name ${JSON.stringify(name)}${written}`,
    'Give each column of the file a name of its own.',
  );
}
