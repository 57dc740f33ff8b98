import type { ByteWriter } from '../wire/byte-writer.ts';
import type { TdsError } from './answer.ts';
import type { TdsColumn } from './values/column.ts';
import { writeTypeInfo } from './values/column-types.ts';

const SERVER_NAME = 'TDS stand-in';

const COLUMN_METADATA = 0x81;
const ERROR = 0xaa;
const ENVIRONMENT_CHANGE = 0xe3;
const LOGIN_ACKNOWLEDGEMENT = 0xad;
const FEATURE_ACKNOWLEDGEMENT = 0xae;
const RETURN_STATUS = 0x79;

/** What ends a statement: alone, within a procedure, or the procedure itself. */
export const Done = { statement: 0xfd, procedure: 0xfe, inProcedure: 0xff } as const;

export const DoneStatus = { final: 0, more: 0x01, error: 0x02, count: 0x10, attention: 0x20 } as const;

export const EnvironmentChange = {
  database: 1,
  packetBytes: 4,
  collation: 7,
  beginTransaction: 8,
  commitTransaction: 9,
  rollbackTransaction: 10,
} as const;

export const Feature = { accessToken: 0x02, utf8: 0x0a, end: 0xff } as const;

export function writeDone(writer: ByteWriter, kind: number, status: number, rows = 0): void {
  writer.u8(kind).u16le(status).u16le(0).u64le(BigInt(rows));
}

export function writeReturnStatus(writer: ByteWriter, status: number): void {
  writer.u8(RETURN_STATUS).i32le(status);
}

export function writeError(writer: ByteWriter, error: TdsError): void {
  const bytes = 4 + 2 + 2 + error.message.length * 2 + 1 + SERVER_NAME.length * 2 + 1 + 4;
  writer.u8(ERROR).u16le(bytes).u32le(error.number).u8(error.state).u8(error.severity);
  writer.u16le(error.message.length).utf16(error.message);
  writeShortText(writer, SERVER_NAME);
  writeShortText(writer, '');
  writer.u32le(error.lineNumber);
}

export function writeColumns(writer: ByteWriter, columns: readonly TdsColumn[]): void {
  writer.u8(COLUMN_METADATA).u16le(columns.length);
  for (const column of columns) {
    writeTypeInfo(writer, column);
    writeShortText(writer, column.name);
  }
}

export function writeTextChange(writer: ByteWriter, change: number, now: string, before: string): void {
  writer
    .u8(ENVIRONMENT_CHANGE)
    .u16le(3 + (now.length + before.length) * 2)
    .u8(change);
  writeShortText(writer, now);
  writeShortText(writer, before);
}

export function writeBinaryChange(
  writer: ByteWriter,
  change: number,
  now: Uint8Array,
  before: Uint8Array = Buffer.alloc(0),
): void {
  writer
    .u8(ENVIRONMENT_CHANGE)
    .u16le(3 + now.length + before.length)
    .u8(change)
    .u8(now.length)
    .raw(now)
    .u8(before.length)
    .raw(before);
}

export function writeLoginAcknowledgement(writer: ByteWriter, tdsVersion: number): void {
  const transactSql = 1;
  writer
    .u8(LOGIN_ACKNOWLEDGEMENT)
    .u16le(1 + 4 + 1 + SERVER_NAME.length * 2 + 4)
    .u8(transactSql)
    .u32be(tdsVersion);
  writeShortText(writer, SERVER_NAME);
  // 16.0 is SQL Server 2022.
  writer.u8(16).u8(0).u16be(1_000);
}

export function writeFeatureAcknowledgement(writer: ByteWriter, byToken: boolean): void {
  writer.u8(FEATURE_ACKNOWLEDGEMENT);
  if (byToken) writer.u8(Feature.accessToken).u32le(0);
  writer.u8(Feature.utf8).u32le(1).u8(1).u8(Feature.end);
}

/** Up to 255 code units after a byte with their number. */
function writeShortText(writer: ByteWriter, text: string): void {
  writer.u8(text.length).utf16(text);
}
