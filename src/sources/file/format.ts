import { BridgeError } from '../../core/errors.ts';
import { lookalikeSentences } from '../../core/text/lookalike.ts';
import { FILE_COLUMNS_NAMED_MAX } from '../../core/limits.ts';
import { LENGTH_ABSENT, LENGTH_NULL, type Column } from '../../pipeline/ports/ports.ts';
import type { ListedFile } from './listing.ts';
import type { RowBatcher } from '../row-batcher.ts';

/**
 * The values of a row in the order of the columns, in the text form of their kinds; null is NULL, undefined a missing field.
 */
type FileValues = readonly (Buffer | null | undefined)[];

export interface FileRow {
  readonly values: FileValues;
  /** The line on which the row begins, from 1; 0 for a file that is one row. */
  readonly line: number;
}

/** A condition in files that is not an error, but that their owner should know about. */
export interface FileRemark {
  readonly message: string;
  readonly rows: number;
  /** The file and the line of the first occurrence. */
  readonly first: string;
}

/** How a connector uses the columns. */
export interface FieldUse {
  /** All columns that the connector names, without duplicates. */
  readonly fields: readonly string[];
  /** The columns of the id and of the readers. If they are missing, an existing document would count as deleted. */
  readonly vital: readonly string[];
  /** The columns that rows may omit. */
  readonly optional?: ReadonlySet<string>;
  /** Called once with the optional columns that no row of a listing has. */
  readonly warnMissing?: (names: readonly string[]) => void;
}

/** Selects the required fields among the fields that no row has. The other ones cause a warning. */
export function requiredOf(
  absent: readonly string[],
  { optional, warnMissing }: Pick<FieldUse, 'optional' | 'warnMissing'>,
): readonly string[] {
  const expected = absent.filter((name) => optional?.has(name) === true);
  if (expected.length > 0) warnMissing?.(expected);
  return absent.filter((name) => !expected.includes(name));
}

/** Turns files into rows. One object serves one listing. */
export interface FileFormat {
  /**
   * The columns of all rows, before a row is read.
   * @throws BridgeError SOURCE_COLUMN_MISSING for a column that no file has, if that is known without reading the files
   */
  columns(files: readonly ListedFile[], signal: AbortSignal): Promise<readonly Column[]>;
  /** The rows of one file, in batches. */
  rows(file: ListedFile): AsyncIterable<readonly FileRow[]>;
  /** Called after the last file. @throws BridgeError SOURCE_COLUMN_MISSING */
  end(): void;
  /** What was skipped, to be logged once; undefined if nothing was. */
  remark?(): FileRemark | undefined;
}

const WORD = Buffer.alloc(4);

/**
 * Appends a row; the batch must have room.
 * @param file the index of the row's file, which identifies its location
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
 * @param where the beginning of a sentence that continues with the columns
 * @param found the names of the existing columns, if they are known
 * @param seen names that may resemble a missing one
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
