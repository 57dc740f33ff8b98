import type { ByteWriter } from '../../wire/byte-writer.ts';
import type { TdsValue } from '../answer.ts';
import { misfit, type TdsColumn, type TypeCoding } from './column.ts';
import { unscaled } from './decimal-text.ts';

const INTEGER = 0x26;
const BIT = 0x68;
const DECIMAL = 0x6a;
const NUMERIC = 0x6c;
const FLOAT = 0x6d;
const MONEY = 0x6e;

const MONEY_SCALE = 4;

/** A type of one width, which precedes each value, with 0 for NULL. */
function fixed(
  type: number,
  bytes: number,
  write: (writer: ByteWriter, value: Exclude<TdsValue, null>, column: TdsColumn) => void,
): TypeCoding {
  return {
    writeInfo: (writer) => writer.u8(type).u8(bytes),
    write(writer, column, value) {
      if (value === null) {
        writer.u8(0);
        return;
      }
      writer.u8(bytes);
      write(writer, value, column);
    },
  };
}

function numberOf(value: TdsValue, column: TdsColumn): number {
  if (typeof value !== 'number') throw misfit(column, value);
  return value;
}

function decimal(type: number): TypeCoding {
  return {
    writeInfo(writer, { precision = 18, scale = 0 }) {
      writer.u8(type).u8(decimalBytes(precision)).u8(precision).u8(scale);
    },
    write(writer, column, value) {
      if (value === null) {
        writer.u8(0);
        return;
      }
      if (typeof value !== 'string') throw misfit(column, value);
      const { precision = 18, scale = 0 } = column;
      const number = unscaled(value, scale);
      let rest = number < 0n ? -number : number;
      if (rest >= 10n ** BigInt(precision)) throw misfit(column, value);
      const bytes = decimalBytes(precision);
      writer.u8(bytes).u8(number < 0n ? 0 : 1);
      for (let written = 1; written < bytes; written += 4) {
        writer.u32le(Number(rest & 0xffff_ffffn));
        rest >>= 32n;
      }
    },
  };
}

/** A sign, and as many bytes as the precision may need. */
function decimalBytes(precision: number): number {
  if (precision <= 9) return 5;
  if (precision <= 19) return 9;
  return precision <= 28 ? 13 : 17;
}

export const NUMBERS = {
  tinyint: fixed(INTEGER, 1, (writer, value, column) => writer.u8(numberOf(value, column))),
  smallint: fixed(INTEGER, 2, (writer, value, column) => writer.i16le(numberOf(value, column))),
  int: fixed(INTEGER, 4, (writer, value, column) => writer.i32le(numberOf(value, column))),
  bigint: fixed(INTEGER, 8, (writer, value, column) => {
    if (typeof value !== 'bigint') throw misfit(column, value);
    writer.i64le(value);
  }),
  bit: fixed(BIT, 1, (writer, value, column) => {
    if (typeof value !== 'boolean') throw misfit(column, value);
    writer.u8(value ? 1 : 0);
  }),
  real: fixed(FLOAT, 4, (writer, value, column) => writer.f32le(numberOf(value, column))),
  float: fixed(FLOAT, 8, (writer, value, column) => writer.f64le(numberOf(value, column))),
  decimal: decimal(DECIMAL),
  numeric: decimal(NUMERIC),
  smallmoney: fixed(MONEY, 4, (writer, value, column) => {
    if (typeof value !== 'string') throw misfit(column, value);
    writer.i32le(Number(unscaled(value, MONEY_SCALE)));
  }),
  money: fixed(MONEY, 8, (writer, value, column) => {
    if (typeof value !== 'string') throw misfit(column, value);
    // The upper half comes first, unlike in any other number of TDS.
    const number = BigInt.asUintN(64, unscaled(value, MONEY_SCALE));
    writer.u32le(Number(number >> 32n)).u32le(Number(number & 0xffff_ffffn));
  }),
} as const satisfies Record<string, TypeCoding>;
