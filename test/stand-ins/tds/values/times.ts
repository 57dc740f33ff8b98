import type { ByteWriter } from '../../wire/byte-writer.ts';
import type { TdsValue } from '../answer.ts';
import { misfit, type TdsColumn, type TypeCoding } from './column.ts';
import { DAYS_BEFORE_1900, momentOf, type Moment } from './moments.ts';

const DATE = 0x28;
const TIME = 0x29;
const DATETIME2 = 0x2a;
const DATETIMEOFFSET = 0x2b;
const DATETIME = 0x6f;

const DAY_BYTES = 3;
const OFFSET_BYTES = 2;
const MINUTES_OF_DAY = 1_440;

function momentIn(value: TdsValue, column: TdsColumn): Moment {
  if (typeof value !== 'string') throw misfit(column, value);
  return momentOf(value);
}

/** A count of 10 ** -scale seconds: as many bytes as a day of them needs. */
export function timeBytes(scale: number): number {
  if (scale <= 2) return 3;
  return scale <= 4 ? 4 : 5;
}

function writeTicks(writer: ByteWriter, ticks: number, { scale = 7 }: TdsColumn): void {
  const step = 10 ** (7 - scale);
  if (ticks % step !== 0) throw new Error(`A time has more than ${scale} digits after the seconds.`);
  const count = ticks / step;
  const low = 2 ** 24;
  writer.u24le(count % low);
  const rest = Math.floor(count / low);
  if (timeBytes(scale) === 4) writer.u8(rest);
  if (timeBytes(scale) === 5) writer.u16le(rest);
}

/** The types whose values know their own length, and whose type has a scale. */
function scaledTime(
  type: number,
  moreBytes: number,
  writeMore: (writer: ByteWriter, moment: Moment) => void,
): TypeCoding {
  return {
    writeInfo: (writer, { scale = 7 }) => writer.u8(type).u8(scale),
    write(writer, column, value) {
      if (value === null) {
        writer.u8(0);
        return;
      }
      const moment = momentIn(value, column);
      writer.u8(timeBytes(column.scale ?? 7) + moreBytes);
      writeTicks(writer, moment.ticks, column);
      writeMore(writer, moment);
    },
  };
}

function datetime(bytes: number, write: (writer: ByteWriter, moment: Moment) => void): TypeCoding {
  return {
    writeInfo: (writer) => writer.u8(DATETIME).u8(bytes),
    write(writer, column, value) {
      if (value === null) {
        writer.u8(0);
        return;
      }
      writer.u8(bytes);
      write(writer, momentIn(value, column));
    },
  };
}

export const TIMES = {
  date: {
    writeInfo: (writer) => writer.u8(DATE),
    write(writer, column, value) {
      if (value === null) writer.u8(0);
      else writer.u8(DAY_BYTES).u24le(momentIn(value, column).day);
    },
  },
  time: scaledTime(TIME, 0, () => undefined),
  datetime2: scaledTime(DATETIME2, DAY_BYTES, (writer, { day }) => writer.u24le(day)),
  datetimeoffset: scaledTime(DATETIMEOFFSET, DAY_BYTES + OFFSET_BYTES, (writer, { day, offsetMinutes }) =>
    writer.u24le(day).i16le(offsetMinutes),
  ),
  // In steps of a three-hundredth of a second.
  datetime: datetime(8, (writer, { day, ticks }) =>
    writer.i32le(day - DAYS_BEFORE_1900).u32le(Math.round((ticks * 300) / 1e7)),
  ),
  smalldatetime: datetime(4, (writer, { day, ticks }) =>
    writer.u16le(day - DAYS_BEFORE_1900).u16le(Math.round((ticks / 864e9) * MINUTES_OF_DAY)),
  ),
} as const satisfies Record<string, TypeCoding>;
