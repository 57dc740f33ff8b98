import iconv from 'iconv-lite';
import type { ByteReader } from '../wire/byte-reader.ts';
import { notPlayed, type TdsParameters, type TdsValue } from './answer.ts';
import { scaled } from './values/decimal-text.ts';
import { guidText } from './values/guid.ts';
import { MAX, NULL_LENGTH } from './values/lengths.ts';
import { DAYS_BEFORE_1900, dateText, offsetText, timeText } from './values/moments.ts';
import { timeBytes } from './values/times.ts';

const NULL_PARTS = 0xffff_ffff_ffff_ffffn;
const COLLATION_BYTES = 5;
const NO_POINTER = 0xffff_ffff;

/** Reads a value after its type. Values are those that rows would be given. */
type ParameterReader = (reader: ByteReader) => TdsValue;

/** The parameters of a remote procedure call, from the rest of the message. Names come without their @. */
export function readParameters(reader: ByteReader): { names: string[]; values: TdsValue[] } {
  const names: string[] = [];
  const values: TdsValue[] = [];
  while (reader.more) {
    names.push(reader.utf16(reader.u8()).replace(/^@/, ''));
    const status = reader.u8();
    if (status !== 0)
      throw notPlayed(`parameters with the status ${status}, such as those that return a value`);
    const type = reader.u8();
    const read = READERS[type];
    if (read === undefined) throw notPlayed(`parameters of the type 0x${type.toString(16)}`);
    values.push(read(reader));
  }
  return { names, values };
}

export function named(names: readonly string[], values: readonly TdsValue[]): TdsParameters {
  return Object.fromEntries(names.map((name, at) => [name, values[at] ?? null]));
}

/** Types whose values say how long they are, 0 for NULL. */
function sized(read: (reader: ByteReader, bytes: number) => TdsValue): ParameterReader {
  return (reader) => {
    reader.skip(1);
    const bytes = reader.u8();
    return bytes === 0 ? null : read(reader, bytes);
  };
}

function scaledTime(read: (reader: ByteReader, ticks: number, scale: number) => TdsValue): ParameterReader {
  return (reader) => {
    const scale = reader.u8();
    if (reader.u8() === 0) return null;
    const low = reader.u24le();
    const bytes = timeBytes(scale);
    const high = bytes === 3 ? 0 : bytes === 4 ? reader.u8() : reader.u16le();
    return read(reader, (low + high * 2 ** 24) * 10 ** (7 - scale), scale);
  };
}

function readInteger(reader: ByteReader, bytes: number): TdsValue {
  switch (bytes) {
    case 1:
      return reader.u8();
    case 2:
      return reader.i16le();
    case 4:
      return reader.i32le();
    default:
      return reader.i64le();
  }
}

function readDecimal(reader: ByteReader): TdsValue {
  reader.skip(2);
  const scale = reader.u8();
  const bytes = reader.u8();
  if (bytes === 0) return null;
  const positive = reader.u8() === 1;
  let number = 0n;
  for (const [at, byte] of reader.take(bytes - 1).entries()) number |= BigInt(byte) << BigInt(8 * at);
  return scaled(positive ? number : -number, scale);
}

function readMoney(reader: ByteReader, bytes: number): TdsValue {
  if (bytes === 4) return scaled(BigInt(reader.i32le()), 4);
  const high = BigInt(reader.i32le());
  return scaled((high << 32n) | BigInt(reader.u32le()), 4);
}

function readDatetime(reader: ByteReader, bytes: number): TdsValue {
  const short = bytes === 4;
  const date = dateText((short ? reader.u16le() : reader.i32le()) + DAYS_BEFORE_1900);
  if (short) return `${date} ${timeText(reader.u16le() * 60e7, 0)}`;
  return `${date} ${timeText(Math.round((reader.u32le() * 1_000) / 300) * 10_000, 3)}`;
}

/** Types with a length of two bytes, or with `max` and values in parts. */
function long(collated: boolean, decode: (bytes: Buffer) => TdsValue): ParameterReader {
  return (reader) => {
    const max = reader.u16le() === MAX;
    if (collated) reader.skip(COLLATION_BYTES);
    const bytes = max ? readParts(reader) : readShort(reader);
    return bytes && decode(bytes);
  };
}

function readShort(reader: ByteReader): Buffer | null {
  const bytes = reader.u16le();
  return bytes === NULL_LENGTH ? null : reader.take(bytes);
}

function readParts(reader: ByteReader): Buffer | null {
  if (reader.u64le() === NULL_PARTS) return null;
  const parts: Buffer[] = [];
  for (let bytes = reader.u32le(); bytes > 0; bytes = reader.u32le()) parts.push(reader.take(bytes));
  return Buffer.concat(parts);
}

/** text, ntext and image: a length of four bytes, and no pointer on the way to the server. */
function veryLong(collated: boolean, decode: (bytes: Buffer) => TdsValue): ParameterReader {
  return (reader) => {
    reader.skip(4 + (collated ? COLLATION_BYTES : 0));
    const bytes = reader.u32le();
    return bytes === NO_POINTER ? null : decode(reader.take(bytes));
  };
}

const wide = (bytes: Buffer): string => bytes.toString('utf16le');
const narrow = (bytes: Buffer): string => iconv.decode(bytes, 'windows-1252');
const asIs = (bytes: Buffer): Uint8Array => Buffer.from(bytes);

/** Readers by the byte of the type. */
const READERS: Readonly<Record<number, ParameterReader>> = {
  0x1f: () => null,
  0x22: veryLong(false, asIs),
  0x23: veryLong(true, narrow),
  0x24: sized((reader, bytes) => guidText(reader.take(bytes))),
  0x26: sized(readInteger),
  0x28: (reader) => (reader.u8() === 0 ? null : dateText(reader.u24le())),
  0x29: scaledTime((_reader, ticks, scale) => timeText(ticks, scale)),
  0x2a: scaledTime((reader, ticks, scale) => `${dateText(reader.u24le())} ${timeText(ticks, scale)}`),
  0x2b: scaledTime((reader, ticks, scale) =>
    offsetText({ ticks, day: reader.u24le(), offsetMinutes: reader.i16le() }, scale),
  ),
  0x63: veryLong(true, wide),
  0x68: sized((reader) => reader.u8() === 1),
  0x6a: readDecimal,
  0x6c: readDecimal,
  0x6d: sized((reader, bytes) =>
    bytes === 4 ? reader.take(4).readFloatLE() : reader.take(8).readDoubleLE(),
  ),
  0x6e: sized(readMoney),
  0x6f: sized(readDatetime),
  0xa5: long(false, asIs),
  0xa7: long(true, narrow),
  0xad: long(false, asIs),
  0xaf: long(true, narrow),
  0xe7: long(true, wide),
  0xef: long(true, wide),
};
