import type { TnsValue } from '../answer.ts';
import { misfit, type TnsColumn, type TypeCoding } from './column.ts';
import { dateBytes, type DateForm } from './dates.ts';
import { binaryBytes, numberBytes } from './numbers.ts';
import { writeRowid } from './rowid.ts';

/** What a client may bind or define, by the numbers that TTC has for types. */
export const TypeCode = {
  varchar: 1,
  number: 2,
  long: 8,
  rowid: 11,
  date: 12,
  raw: 23,
  longRaw: 24,
  char: 96,
  binaryFloat: 100,
  binaryDouble: 101,
  clob: 112,
  blob: 113,
  timestamp: 180,
  timestampTz: 181,
  timestampLtz: 231,
} as const;

/** UTF-16 with the upper byte first. */
export const national = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

function textOf(value: TnsValue, column: TnsColumn): string {
  if (typeof value !== 'string') throw misfit(column, value);
  return value;
}

function numberOf(value: TnsValue, column: TnsColumn): number {
  if (typeof value !== 'number') throw misfit(column, value);
  return value;
}

function bytesOf(value: TnsValue, column: TnsColumn): Uint8Array {
  if (!(value instanceof Uint8Array)) throw misfit(column, value);
  return value;
}

function characters(code: number, set: 'database' | 'national', padded: boolean): TypeCoding {
  const unitBytes = set === 'national' ? 2 : 4;
  return {
    code,
    characters: set,
    maxBytes: ({ size = 4_000 }) => Math.min(size * unitBytes, 32_767),
    write(writer, column, value) {
      const { size = 4_000 } = column;
      const text = textOf(value, column);
      if (text.length > size) throw misfit(column, value);
      const whole = padded ? text.padEnd(size) : text;
      writer.value(set === 'national' ? national(whole) : Buffer.from(whole));
    },
  };
}

function moment(code: number, form: DateForm): TypeCoding {
  const bytes = { date: 7, timestamp: 11, 'time zone': 13, 'local time zone': 11 }[form];
  return {
    code,
    maxBytes: () => bytes,
    write: (writer, column, value) => writer.value(dateBytes(textOf(value, column), form)),
  };
}

/** A client has these sent as LONG or LONG RAW, which it asks for when it has seen the columns. */
function large(code: number, set?: 'database' | 'national'): TypeCoding {
  return {
    code,
    ...(set !== undefined && { characters: set }),
    maxBytes: () => 4_000,
    write(writer, column, value) {
      if (set === undefined) writer.value(bytesOf(value, column));
      else if (set === 'national') writer.value(national(textOf(value, column)));
      else writer.value(Buffer.from(textOf(value, column)));
      const indicatorAndReturnCode = 2;
      writer.zeros(indicatorAndReturnCode);
    },
  };
}

const CODINGS = {
  NUMBER: {
    code: TypeCode.number,
    maxBytes: () => 22,
    write: (writer, column, value) => writer.value(numberBytes(textOf(value, column))),
  },
  BINARY_FLOAT: {
    code: TypeCode.binaryFloat,
    maxBytes: () => 4,
    write: (writer, column, value) => writer.value(binaryBytes(numberOf(value, column), 4)),
  },
  BINARY_DOUBLE: {
    code: TypeCode.binaryDouble,
    maxBytes: () => 8,
    write: (writer, column, value) => writer.value(binaryBytes(numberOf(value, column), 8)),
  },
  VARCHAR2: characters(TypeCode.varchar, 'database', false),
  NVARCHAR2: characters(TypeCode.varchar, 'national', false),
  CHAR: characters(TypeCode.char, 'database', true),
  NCHAR: characters(TypeCode.char, 'national', true),
  RAW: {
    code: TypeCode.raw,
    maxBytes: ({ size = 4_000 }) => size,
    write(writer, column, value) {
      const bytes = bytesOf(value, column);
      if (bytes.length > (column.size ?? 4_000)) throw misfit(column, value);
      writer.value(bytes);
    },
  },
  ROWID: {
    code: TypeCode.rowid,
    maxBytes: () => 18,
    write(writer, column, value) {
      writeRowid(writer, textOf(value, column));
    },
  },
  DATE: moment(TypeCode.date, 'date'),
  TIMESTAMP: moment(TypeCode.timestamp, 'timestamp'),
  'TIMESTAMP WITH TIME ZONE': moment(TypeCode.timestampTz, 'time zone'),
  'TIMESTAMP WITH LOCAL TIME ZONE': moment(TypeCode.timestampLtz, 'local time zone'),
  CLOB: large(TypeCode.clob, 'database'),
  NCLOB: large(TypeCode.clob, 'national'),
  BLOB: large(TypeCode.blob),
} as const satisfies Record<string, TypeCoding>;

export type TnsTypeName = keyof typeof CODINGS;

export function codingOf({ type }: TnsColumn): TypeCoding {
  return CODINGS[type];
}

/** CLOB, NCLOB or BLOB. */
export function isLarge(column: TnsColumn): boolean {
  const { code } = codingOf(column);
  return code === TypeCode.clob || code === TypeCode.blob;
}
