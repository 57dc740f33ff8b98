import type { TdsValue } from '../answer.ts';
import { misfit, type TdsColumn, type TypeCoding } from './column.ts';
import { LONG_MAX, MAX, NULL_LENGTH, writeLongValue, writePartedValue, writeTableName } from './lengths.ts';
import { guidBytes, GUID_BYTES } from './guid.ts';

const GUID = 0x24;
const IMAGE = 0x22;
const VARBINARY = 0xa5;
const BINARY = 0xad;

const ROWVERSION_BYTES = 8;
const ROWVERSION_USER_TYPE = 80;

function bytesOf(value: Exclude<TdsValue, null>, column: TdsColumn): Uint8Array {
  if (!(value instanceof Uint8Array)) throw misfit(column, value);
  return value;
}

/** Exactly this number of bytes, padded with zeros. */
function binary(lengthOf: (column: TdsColumn) => number, userType: number): TypeCoding {
  return {
    userType,
    writeInfo: (writer, column) => writer.u8(BINARY).u16le(lengthOf(column)),
    write(writer, column, value) {
      if (value === null) {
        writer.u16le(NULL_LENGTH);
        return;
      }
      const bytes = bytesOf(value, column);
      const length = lengthOf(column);
      if (bytes.length > length) throw misfit(column, value);
      writer
        .u16le(length)
        .raw(bytes)
        .raw(Buffer.alloc(length - bytes.length));
    },
  };
}

export const BINARIES = {
  binary: binary(({ length = 50 }) => Number(length), 0),
  rowversion: binary(() => ROWVERSION_BYTES, ROWVERSION_USER_TYPE),
  varbinary: {
    writeInfo(writer, { length = 50 }) {
      writer.u8(VARBINARY).u16le(length === 'max' ? MAX : length);
    },
    write(writer, column, value) {
      const { length = 50 } = column;
      const bytes = value === null ? null : bytesOf(value, column);
      if (length === 'max') {
        writePartedValue(writer, bytes);
        return;
      }
      if (bytes === null) {
        writer.u16le(NULL_LENGTH);
        return;
      }
      if (bytes.length > length) throw misfit(column, value);
      writer.u16le(bytes.length).raw(bytes);
    },
  },
  image: {
    writeInfo(writer) {
      writer.u8(IMAGE).u32le(LONG_MAX);
      writeTableName(writer);
    },
    write(writer, column, value) {
      writeLongValue(writer, value === null ? null : bytesOf(value, column));
    },
  },
  uniqueidentifier: {
    writeInfo: (writer) => writer.u8(GUID).u8(GUID_BYTES),
    write(writer, column, value) {
      if (value === null) writer.u8(0);
      else if (typeof value === 'string') writer.u8(GUID_BYTES).raw(guidBytes(value));
      else throw misfit(column, value);
    },
  },
} as const satisfies Record<string, TypeCoding>;
