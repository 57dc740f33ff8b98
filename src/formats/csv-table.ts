import type { CsvSpec } from '../definitions/rest/types.ts';
import { csvRows, type CsvRow } from './csv.ts';
import { headerDetector, headerNames } from './csv-header.ts';
import type { TextOrigin } from './origin.ts';

/** Rows of a CSV text with the names of their cells. */
export interface TableRows {
  readonly names: readonly string[];
  /** Each has as many cells as there are names. */
  readonly rows: readonly CsvRow[];
}

/**
 * The rows of a CSV text without its header, in batches. Rows that repeat the header are left out. The first batch, which may be
 * empty, comes as soon as the names are known.
 * @param text UTF-8
 * @param onRepeated called with the line of each row that repeats the header
 * @throws the error that `origin` makes
 */
export async function* tableRows(
  origin: TextOrigin,
  text: AsyncIterable<Buffer>,
  csv: CsvSpec = {},
  onRepeated: (line: number) => void = () => undefined,
): AsyncGenerator<TableRows> {
  let names = csv.header === false ? (csv.columns ?? []) : undefined;
  let isHeader: (row: CsvRow) => boolean = () => false;
  for await (const rows of csvRows(origin, text, csv)) {
    const [first] = rows;
    let fresh = rows;
    if (names === undefined && first !== undefined) {
      names = headerNames(origin, first, csv);
      isHeader = headerCheck(origin, first, onRepeated);
      fresh = rows.slice(1);
    }
    if (names === undefined) continue;
    const kept = fresh.filter((row) => !isHeader(row));
    for (const row of kept) {
      if (row.cells.length !== names.length) throw cellCount(origin, row, names.length);
    }
    yield { names, rows: kept };
  }
}

/** Returns a check that reports the rows that it recognizes as headers. */
function headerCheck(
  origin: TextOrigin,
  header: CsvRow,
  onRepeated: (line: number) => void,
): (row: CsvRow) => boolean {
  const likeness = headerDetector(header.cells);
  return ({ cells, line }) => {
    const like = likeness(cells);
    if (like === 'other') return false;
    if (like === 'reordered') throw reorderedHeader(origin, line);
    onRepeated(line);
    return true;
  };
}

function reorderedHeader(origin: TextOrigin, line: number): Error {
  return origin.invalid(
    line,
    'the row that begins here is a header with the columns in another order',
    origin.noun === 'file'
      ? 'The file seems to be joined from several: put each of them into the folder as a file of its own.'
      : `The ${origin.noun} seems to be joined from several.`,
  );
}

function cellCount(origin: TextOrigin, { cells, line }: CsvRow, columns: number): Error {
  return origin.invalid(
    line,
    `the row that begins here has ${cells.length} cells, and there are ${columns} columns`,
    `Correct the row: a cell with a delimiter or a line break in it must be quoted. Or is ${origin.csvPath}.delimiter another one?`,
  );
}
