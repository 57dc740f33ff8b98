import { BridgeError } from '../../core/errors.ts';
import { lookalikeSentences } from '../../core/lookalike.ts';
import { FILE_COLUMNS_NAMED_MAX } from '../../core/limits.ts';
import { LENGTH_ABSENT, LENGTH_NULL, type Column } from '../../pipeline/ports.ts';
import type { ListedFile } from './listing.ts';
import type { RowBatcher } from '../row-batcher.ts';

/** The values of a row in the order of the columns, in the text form of their kinds; null is NULL, undefined no such field. */
export type FileRow = readonly (Buffer | null | undefined)[];

/** How files become rows. One object serves one listing. */
export interface FileFormat {
  /**
   * The columns of all rows, before one is read.
   * @throws BridgeError SOURCE_COLUMN_MISSING for one that no file has, if that shows without reading the files
   */
  columns(files: readonly ListedFile[], signal: AbortSignal): Promise<readonly Column[]>;
  /** The rows of one file, some at a time. */
  rows(file: ListedFile): AsyncIterable<readonly FileRow[]>;
  /** After the last file. @throws BridgeError SOURCE_COLUMN_MISSING */
  end(): void;
}

const WORD = Buffer.alloc(4);

/** Appends a row; there must be room. */
export function appendRow(rows: RowBatcher, row: FileRow): void {
  rows.startRow(row.reduce((sum, value) => sum + WORD.length + (value?.length ?? 0), 0));
  for (const value of row) {
    WORD.writeInt32BE(value === undefined ? LENGTH_ABSENT : value === null ? LENGTH_NULL : value.length);
    rows.append(WORD, 0, WORD.length);
    if (value) rows.append(value, 0, value.length);
  }
  rows.endRow();
}

/**
 * @param where the beginning of a sentence that goes on with the columns
 * @param found names of columns that there are, if they are known
 * @param seen names of which one may look like a missing one
 */
export function columnsMissing(
  where: string,
  missing: readonly string[],
  found: readonly string[] | undefined,
  seen: readonly string[] = found ?? [],
): BridgeError {
  const list = (names: readonly string[]) => names.map((name) => JSON.stringify(name)).join(', ');
  const shown = list(found?.slice(0, FILE_COLUMNS_NAMED_MAX) ?? []);
  const more = (found?.length ?? 0) > FILE_COLUMNS_NAMED_MAX ? ', …' : '';
  const has = found === undefined ? '' : ` There are: ${shown}${more}.`;
  return new BridgeError(
    'SOURCE_COLUMN_MISSING',
    `${where} ${list(missing)}, which the mapping names.${has}${lookalikeSentences(missing, seen)}`,
    { hint: 'Correct the name in spec.mapping, or look whether source.csv says how the files are written.' },
  );
}
