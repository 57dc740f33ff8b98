import type { TnsValue } from '../answer.ts';
import type { TnsTypeName } from './column-types.ts';
import type { TtcWriter } from '../ttc-writer.ts';

export interface TnsColumn {
  /** As it is in the catalogue: in upper case, if it was not quoted. */
  readonly name: string;
  readonly type: TnsTypeName;
  /** The length of character types and RAW, in characters or bytes; 4,000 unless given. */
  readonly size?: number;
  /** The precision of NUMBER. Without it, a NUMBER has as many digits as it needs. */
  readonly precision?: number;
  /** Digits after the point: of NUMBER with a precision 0 unless given, of TIMESTAMP 6. */
  readonly scale?: number;
}

/** How a type travels. All columns are nullable. */
export interface TypeCoding {
  /** The type's number. */
  readonly code: number;
  /** The longest value, in bytes. */
  maxBytes(column: TnsColumn): number;
  /** Text in the database's character set, or in the national one, which is UTF-16. */
  readonly characters?: 'database' | 'national';
  /**
   * Writes the value as the type is, with its length.
   * @throws Error if the value does not fit the column: then the test is wrong.
   */
  write(writer: TtcWriter, column: TnsColumn, value: Exclude<TnsValue, null>): void;
}

/** The value is of a kind, or of a size, that the column does not take. */
export function misfit(column: TnsColumn, value: TnsValue): Error {
  const shown = String(value).slice(0, 80);
  return new Error(`The column ${column.name}, ${column.type}, does not take the ${typeof value} ${shown}.`);
}
