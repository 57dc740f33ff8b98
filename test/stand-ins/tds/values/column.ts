import type { ByteWriter } from '../../wire/byte-writer.ts';
import type { TdsValue } from '../answer.ts';
import type { CodePage } from './collations.ts';
import type { TdsTypeName } from './column-types.ts';

export interface TdsColumn {
  readonly name: string;
  readonly type: TdsTypeName;
  /** The length of character and binary types, in characters or bytes; 50 unless given. */
  readonly length?: number | 'max';
  /** The precision of decimal and numeric; 18 unless given. */
  readonly precision?: number;
  /** Digits after the point: of decimal and numeric 0 unless given, of times 7. */
  readonly scale?: number;
  /** The encoding of char, varchar and text; windows-1252 unless given. */
  readonly codePage?: CodePage;
}

/** How a type travels. All columns are nullable. */
export interface TypeCoding {
  /** Distinguishes types that travel alike: 80 is rowversion. */
  readonly userType?: number;
  writeInfo(writer: ByteWriter, column: TdsColumn): void;
  /** @throws Error if the value does not fit the column: then the test is wrong. */
  write(writer: ByteWriter, column: TdsColumn, value: TdsValue): void;
}

/** The value is of a kind, or of a size, that the column does not take. */
export function misfit(column: TdsColumn, value: TdsValue): Error {
  const shown = String(value).slice(0, 80);
  return new Error(`The column ${column.name}, ${column.type}, does not take the ${typeof value} ${shown}.`);
}
