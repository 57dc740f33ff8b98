import { TnsError } from './answer.ts';
import type { TnsColumn } from './values/column.ts';
import { codingOf } from './values/column-types.ts';
import type { TtcWriter } from './ttc-writer.ts';

/** What a message inside the packets is. */
export const MessageType = {
  protocol: 1,
  dataTypes: 2,
  call: 3,
  error: 4,
  rowHeader: 6,
  row: 7,
  parameters: 8,
  status: 9,
  columns: 16,
  piggyback: 17,
  sentColumns: 21,
} as const;

/** AL32UTF8 and AL16UTF16, which the database is said to have. */
const DATABASE_CHARACTERS = 873;
const NATIONAL_CHARACTERS = 2_000;

/** The fields of a server of version 19; those of 20 and later have more. */
const FIELD_VERSION = 13;

const CallStatus = { idle: 0, inTransaction: 2 } as const;

const END_OF_ROWS = 1403;

/** What ends an answer. */
export interface EndOfCall {
  readonly inTransaction: boolean;
  readonly cursor?: number;
  readonly rows?: number;
  readonly error?: TnsError;
}

/** The server's side of the first message: its character sets, and what it is able to. */
export function writeProtocol(writer: TtcWriter): void {
  const version = 6;
  const characterSets = Buffer.alloc(11);
  characterSets.writeUInt16BE(NATIONAL_CHARACTERS, 9);
  const compileTime = Buffer.alloc(45);
  compileTime.writeUInt8(FIELD_VERSION, 7);
  const runTime = Buffer.alloc(7);
  // Texts may have 32,767 bytes.
  runTime.writeUInt8(0x04, 6);
  writer.u8(MessageType.protocol).u8(version).u8(0).raw(Buffer.from('TNS stand-in\0'));
  writer.u16le(DATABASE_CHARACTERS).u8(1).u16le(0).u16be(characterSets.length).raw(characterSets);
  writer.value(compileTime).value(runTime);
}

/** No type is translated. */
export function writeDataTypes(writer: TtcWriter): void {
  writer.u8(MessageType.dataTypes).u16be(0);
}

export function writeStatus(writer: TtcWriter, { inTransaction }: EndOfCall): void {
  writer
    .u8(MessageType.status)
    .int(inTransaction ? CallStatus.inTransaction : CallStatus.idle)
    .int(0);
}

/** How a call ended, well or not. */
export function writeEndOfCall(writer: TtcWriter, end: EndOfCall): void {
  const { inTransaction, cursor = 0, rows = 0, error } = end;
  writer.u8(MessageType.error).int(inTransaction ? CallStatus.inTransaction : CallStatus.idle);
  const beforeCursor = 5;
  writer
    .zeros(beforeCursor)
    .int(cursor)
    .int(error?.position ?? 0);
  const flagsRowidAndBatchErrors = 20;
  writer
    .zeros(flagsRowidAndBatchErrors)
    .int(error?.code ?? 0)
    .int(rows);
  if (error !== undefined) {
    writer.value(Buffer.from(`ORA-${String(error.code).padStart(5, '0')}: ${error.message}\n`));
  }
}

/** All rows are fetched: an error only by its form. */
export function writeEndOfRows(writer: TtcWriter, end: EndOfCall): void {
  writeEndOfCall(writer, { ...end, error: new TnsError(END_OF_ROWS, 'no data found') });
}

export function writeRowHeader(writer: TtcWriter): void {
  const fields = 7;
  writer.u8(MessageType.rowHeader).zeros(fields);
}

export function writeColumns(writer: TtcWriter, columns: readonly TnsColumn[]): void {
  writer.u8(MessageType.columns).value(null).int(0).int(columns.length);
  if (columns.length > 0) writer.u8(0);
  for (const [at, column] of columns.entries()) writeColumn(writer, column, at + 1);
  const dateFlagsAndRegistration = 6;
  writer.zeros(dateFlagsAndRegistration);
}

function writeColumn(writer: TtcWriter, column: TnsColumn, position: number): void {
  const coding = codingOf(column);
  const { name, precision = 0, size = 4_000 } = column;
  const form = coding.characters === undefined ? 0 : coding.characters === 'national' ? 2 : 1;
  const set = [0, DATABASE_CHARACTERS, NATIONAL_CHARACTERS][form] ?? 0;
  writer
    .u8(coding.code)
    .u8(0)
    .u8(precision)
    .u8(scaleOf(column) & 0xff)
    .int(coding.maxBytes(column));
  const elementsFlagsOidAndVersion = 4;
  writer
    .zeros(elementsFlagsOidAndVersion)
    .int(set)
    .u8(form)
    .int(form === 0 ? 0 : size);
  const columnId = 0;
  const nullable = 1;
  writer.int(columnId).u8(nullable).u8(0).text(name);
  const schemaAndTypeName = 2;
  writer.zeros(schemaAndTypeName).int(position).int(0);
}

/** NUMBER without a precision has a scale that no NUMBER has. */
function scaleOf({ type, precision, scale }: TnsColumn): number {
  if (type === 'NUMBER') return precision === undefined ? -127 : (scale ?? 0);
  return type.startsWith('TIMESTAMP') ? (scale ?? 6) : 0;
}
