import { BridgeError } from '../../core/errors.ts';
import { lookalikeSentences } from '../../core/text/lookalike.ts';
import { FILE_COLUMNS_NAMED_MAX } from '../../core/limits.ts';
import { LENGTH_ABSENT, LENGTH_NULL, type Column } from '../../pipeline/ports/ports.ts';
import type { ListedFile } from './listing.ts';
import type { RowBatcher } from '../row-batcher.ts';

/** The values of a row in the order of the columns, in the text form of their kinds; null is NULL, undefined no such field. */
type FileValues = readonly (Buffer | null | undefined)[];

export interface FileRow {
  readonly values: FileValues;
  /** Where the row begins, from 1; 0 for a file that is one row. */
  readonly line: number;
}

/** Something in files that is not wrong and that their owner should know. */
export interface FileRemark {
  readonly message: string;
  readonly rows: number;
  /** The file and the line of the first of them. */
  readonly first: string;
}

/** What a connector makes of the columns. */
export interface FieldUse {
  /** All columns that it names, each once. */
  readonly fields: readonly string[];
  /** Those of the id and of the readers: where they are missing, a document that is there would count as gone. */
  readonly vital: readonly string[];
  /** Those that no row needs to have. */
  readonly optional?: ReadonlySet<string>;
  /** Told once about those of them that no row of a listing has. */
  readonly warnMissing?: (names: readonly string[]) => void;
}

/** Of fields that no row has, those that rows need to have. The others are warned about. */
export function requiredOf(
  absent: readonly string[],
  { optional, warnMissing }: Pick<FieldUse, 'optional' | 'warnMissing'>,
): readonly string[] {
  const expected = absent.filter((name) => optional?.has(name) === true);
  if (expected.length > 0) warnMissing?.(expected);
  return absent.filter((name) => !expected.includes(name));
}

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
  /** What was passed over, to be logged once; undefined if nothing was. */
  remark?(): FileRemark | undefined;
}

const WORD = Buffer.alloc(4);

/**
 * Appends a row; there must be room.
 * @param file the index of the row's file, by which its place is told
 */
export function appendRow(rows: RowBatcher, { values, line }: FileRow, file: number): void {
  rows.foundAt(file, line);
  rows.startRow(values.reduce((sum, value) => sum + WORD.length + (value?.length ?? 0), 0));
  for (const value of values) {
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
