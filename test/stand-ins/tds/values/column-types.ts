import { bitmap } from '../../wire/bitmap.ts';
import type { ByteWriter } from '../../wire/byte-writer.ts';
import type { TdsValue } from '../answer.ts';
import { BINARIES } from './binaries.ts';
import type { TdsColumn, TypeCoding } from './column.ts';
import { NUMBERS } from './numbers.ts';
import { TEXTS } from './texts.ts';
import { TIMES } from './times.ts';

const Token = { row: 0xd1, rowWithoutNulls: 0xd2 } as const;

const CODINGS = { ...NUMBERS, ...TIMES, ...TEXTS, ...BINARIES } as const;

export type TdsTypeName = keyof typeof CODINGS;

const NULLABLE = 0x0001;

export function writeTypeInfo(writer: ByteWriter, column: TdsColumn): void {
  const coding: TypeCoding = CODINGS[column.type];
  writer.u32le(coding.userType ?? 0).u16le(NULLABLE);
  coding.writeInfo(writer, column);
}

/**
 * A row, with its token. As servers do where that is shorter, one with more than a few NULLs has a bit for each column
 * that says so, in place of the NULLs.
 * @throws Error if the row does not fit its columns: then the test is wrong.
 */
export function writeRow(writer: ByteWriter, columns: readonly TdsColumn[], row: readonly TdsValue[]): void {
  if (row.length !== columns.length) {
    throw new Error(`A row has ${row.length} values for ${columns.length} columns.`);
  }
  const nulls = row.map((value) => value === null);
  const compressed = nulls.filter(Boolean).length > nulls.length / 8;
  writer.u8(compressed ? Token.rowWithoutNulls : Token.row);
  if (compressed) writer.raw(bitmap(nulls));
  for (const [at, column] of columns.entries()) {
    if (!(compressed && nulls[at])) CODINGS[column.type].write(writer, column, row[at] ?? null);
  }
}

export function isTypeName(name: string): name is TdsTypeName {
  return Object.hasOwn(CODINGS, name);
}
