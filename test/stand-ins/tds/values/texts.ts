import iconv from 'iconv-lite';
import type { TdsValue } from '../answer.ts';
import { COLLATIONS } from './collations.ts';
import { misfit, type TdsColumn, type TypeCoding } from './column.ts';
import { LONG_MAX, MAX, NULL_LENGTH, writeLongValue, writePartedValue, writeTableName } from './lengths.ts';

const TEXT = 0x23;
const NTEXT = 0x63;
const VARCHAR = 0xa7;
const CHAR = 0xaf;
const NVARCHAR = 0xe7;
const NCHAR = 0xef;
const XML = 0xf1;

function textOf(value: TdsValue, column: TdsColumn): string {
  if (typeof value !== 'string') throw misfit(column, value);
  return value;
}

/** In the code page of the column's collation. A character that it does not have is a mistake in the test. */
function narrow(text: string, column: TdsColumn): Buffer {
  const { codePage = 'windows-1252' } = column;
  const bytes = iconv.encode(text, codePage);
  if (iconv.decode(bytes, codePage) !== text) throw misfit(column, text);
  return bytes;
}

const wide = (text: string): Buffer => Buffer.from(text, 'utf16le');

function characters(
  type: number,
  unitBytes: number,
  encode: (text: string, column: TdsColumn) => Buffer,
  padded: boolean,
): TypeCoding {
  return {
    writeInfo(writer, { length = 50, codePage = 'windows-1252' }) {
      writer
        .u8(type)
        .u16le(length === 'max' ? MAX : length * unitBytes)
        .raw(COLLATIONS[codePage]);
    },
    write(writer, column, value) {
      const { length = 50 } = column;
      const bytes = value === null ? null : encode(textOf(value, column), column);
      if (length === 'max') {
        writePartedValue(writer, bytes);
        return;
      }
      if (bytes === null) {
        writer.u16le(NULL_LENGTH);
        return;
      }
      const room = length * unitBytes;
      if (bytes.length > room) throw misfit(column, value);
      const padding = padded
        ? encode(' '.repeat((room - bytes.length) / unitBytes), column)
        : Buffer.alloc(0);
      writer
        .u16le(bytes.length + padding.length)
        .raw(bytes)
        .raw(padding);
    },
  };
}

function longText(type: number, encode: (text: string, column: TdsColumn) => Buffer): TypeCoding {
  return {
    writeInfo(writer, { codePage = 'windows-1252' }) {
      writer.u8(type).u32le(LONG_MAX).raw(COLLATIONS[codePage]);
      writeTableName(writer);
    },
    write(writer, column, value) {
      writeLongValue(writer, value === null ? null : encode(textOf(value, column), column));
    },
  };
}

export const TEXTS = {
  char: characters(CHAR, 1, narrow, true),
  varchar: characters(VARCHAR, 1, narrow, false),
  nchar: characters(NCHAR, 2, wide, true),
  nvarchar: characters(NVARCHAR, 2, wide, false),
  text: longText(TEXT, narrow),
  ntext: longText(NTEXT, wide),
  xml: {
    writeInfo(writer) {
      const withSchema = 0;
      writer.u8(XML).u8(withSchema);
    },
    write(writer, column, value) {
      writePartedValue(writer, value === null ? null : wide(textOf(value, column)));
    },
  },
} as const satisfies Record<string, TypeCoding>;
