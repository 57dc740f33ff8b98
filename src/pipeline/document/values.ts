import { readTime } from '../../core/text/time-text.ts';
import type { ByteWriter } from '../bytes/byte-writer.ts';
import { parseArrayLiteral, type ArrayItem } from '../bytes/array-literal.ts';
import { byteAt } from './in-range.ts';
import { isJsonNumber } from '../json/number.ts';
import type { Column, ColumnKind } from '../ports/ports.ts';

/** Writes one value, found in `bytes[start .. end)`, never NULL. */
export type ValueWriter = (out: ByteWriter, bytes: Buffer, start: number, end: number) => void;

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const LETTER_T = 0x74;
const LETTER_I = 0x69;
const LETTER_C = 0x43;
const LETTER_Z = 0x5a;
const UPPER_T = 0x54;
const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const PLUS = 0x2b;
const COLON = 0x3a;
const ZERO = 0x30;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Returns a writer of the value as plain text, for a title, content or an id. */
export function textWriter(kind: ColumnKind): ValueWriter {
  switch (kind) {
    case 'boolean':
      return writeBoolean;
    case 'timestamp':
    case 'timestamptz':
      return writeTimestamp;
    case 'text':
    case 'integer':
    case 'decimal':
    case 'float':
    case 'date':
    case 'bytes':
    case 'array':
      return writeVerbatim;
    case 'json':
      return writeJsonText;
  }
}

/** Returns a writer of the value as JSON, without loss: the digits stay as the source sent them. */
export function jsonWriter(column: Column): ValueWriter {
  switch (column.kind) {
    case 'boolean':
      return writeBoolean;
    case 'integer':
    case 'decimal':
    case 'float':
      return writeNumber;
    case 'json':
      return writeJsonOnOneLine;
    case 'timestamp':
    case 'timestamptz':
      return quoted(writeTimestamp);
    case 'bytes':
      return writeBase64;
    case 'array':
      return arrayWriter(column);
    case 'text':
    case 'date':
      return writeString;
  }
}

/** Returns a writer of a time as JSON, or of null for a value that is not a time; undefined for columns that never hold one. */
export function timeWriter(column: Column): ValueWriter | undefined {
  if (column.kind === 'json') return writeTimeInJson;
  return TIMES.has(column.kind) ? jsonWriter(column) : undefined;
}

function writeVerbatim(out: ByteWriter, bytes: Buffer, start: number, end: number): void {
  out.raw(bytes, start, end);
}

function writeString(out: ByteWriter, bytes: Buffer, start: number, end: number): void {
  out.byte(QUOTE);
  out.escaped(bytes, start, end);
  out.byte(QUOTE);
}

/** Returns a writer for values of digits and punctuation. A value that needs an escape is written as a string. */
function quoted(write: ValueWriter): ValueWriter {
  return (out, bytes, start, end) => {
    for (let at = start; at < end; at++) {
      const byte = byteAt(bytes, at);
      if (byte >= SPACE && byte !== QUOTE && byte !== BACKSLASH) continue;
      writeString(out, bytes, start, end);
      return;
    }
    out.byte(QUOTE);
    write(out, bytes, start, end);
    out.byte(QUOTE);
  };
}

function writeBoolean(out: ByteWriter, bytes: Buffer, start: number): void {
  out.raw(bytes[start] === LETTER_T ? TRUE : FALSE);
}

/** Writes the text of a JSON string, or any other JSON unchanged. */
function writeJsonText(out: ByteWriter, bytes: Buffer, start: number, end: number): void {
  if (bytes[start] !== QUOTE) out.raw(bytes, start, end);
  else if (!writeUnescaped(out, bytes, start, end)) {
    out.utf8(String(JSON.parse(bytes.toString('utf8', start, end))));
  }
}

/** The characters of one-letter escapes, indexed by the letter; 0 for all other letters. */
const UNESCAPED = Buffer.alloc(256);
for (const [letter, character] of Object.entries({ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' })) {
  UNESCAPED[letter.charCodeAt(0)] = character.charCodeAt(0);
}
for (const byte of Buffer.from('"\\/')) UNESCAPED[byte] = byte;

/**
 * Writes the text of a JSON string byte by byte, without creating a string.
 * @returns false, with nothing written, if the string has `\u` or does not end where it should
 */
function writeUnescaped(out: ByteWriter, bytes: Buffer, start: number, end: number): boolean {
  // Text is never longer than its JSON.
  out.reserve(end - start);
  const target = out.bytes;
  let length = out.length;
  let at = start + 1;
  while (at < end) {
    let byte = byteAt(bytes, at);
    if (byte === QUOTE) break;
    if (byte === BACKSLASH) {
      at++;
      byte = byteAt(UNESCAPED, byteAt(bytes, at));
      if (byte === 0) return false;
    }
    target[length++] = byte;
    at++;
  }
  if (at !== end - 1) return false;
  out.length = length;
  return true;
}

const TIMES: ReadonlySet<ColumnKind> = new Set(['timestamp', 'timestamptz', 'date']);
/** Matches RFC 3339, where the date may be alone or before a blank. */
const TIME_IN_JSON = /^"\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:?\d\d)?)?"$/;
const TIME_BYTES_MAX = 64;

/**
 * A source of JSON has no kind for times, so a string that looks like a time counts as one. It stays unchanged, except for forms
 * that RFC 3339 does not allow.
 */
function writeTimeInJson(out: ByteWriter, bytes: Buffer, start: number, end: number): void {
  const text = end - start <= TIME_BYTES_MAX ? bytes.toString('latin1', start, end) : '';
  if (TIME_IN_JSON.test(text)) {
    out.raw(bytes, start, end);
    return;
  }
  const time = text.startsWith('"') ? readTime(text.slice(1, -1)) : undefined;
  out.latin1(time === undefined ? 'null' : `"${time.rfc3339}"`);
}

/** A value that JSON does not accept as a number becomes a string: NaN and Infinity, and whatever else a database may write. */
function writeNumber(out: ByteWriter, bytes: Buffer, start: number, end: number): void {
  if (isJsonNumber(bytes, start, end)) out.raw(bytes, start, end);
  else writeString(out, bytes, start, end);
}

/** Writes RFC 3339: `2024-01-02 03:04:05.678901+00` becomes `2024-01-02T03:04:05.678901Z`. Infinity and BC stay unchanged. */
function writeTimestamp(out: ByteWriter, bytes: Buffer, start: number, end: number): void {
  const first = bytes[start];
  if (first === LETTER_I || first === MINUS || bytes[end - 1] === LETTER_C) {
    out.raw(bytes, start, end);
    return;
  }
  const from = out.length;
  out.raw(bytes, start, end);
  const space = out.bytes.indexOf(SPACE, from);
  if (space < 0 || space >= out.length) return;
  out.bytes[space] = UPPER_T;
  const sign = out.bytes[out.length - 3];
  if (sign !== PLUS && sign !== MINUS) return;
  if (sign === PLUS && out.bytes[out.length - 2] === ZERO && out.bytes[out.length - 1] === ZERO) {
    out.length -= 3;
    out.byte(LETTER_Z);
  } else {
    out.byte(COLON);
    out.byte(ZERO);
    out.byte(ZERO);
  }
}

/** JSON allows line breaks between tokens, but NDJSON does not; its strings cannot contain any. */
function writeJsonOnOneLine(out: ByteWriter, bytes: Buffer, start: number, end: number): void {
  const from = out.length;
  out.raw(bytes, start, end);
  for (let at = from; at < out.length; at++) {
    const byte = out.bytes[at];
    if (byte === LINE_FEED || byte === CARRIAGE_RETURN) out.bytes[at] = SPACE;
  }
}

/** Writes `\x68656c6c6f` as base64, the form in which JSON APIs accept bytes. */
function writeBase64(out: ByteWriter, bytes: Buffer, start: number, end: number): void {
  const hex = bytes.toString('latin1', start + 2, end);
  out.latin1(`"${Buffer.from(hex, 'hex').toString('base64')}"`);
}

function arrayWriter(column: Column): ValueWriter {
  const element: Column = { name: column.name, kind: column.element ?? 'text' };
  const write = jsonWriter(element);
  const writeItem = (out: ByteWriter, item: ArrayItem): void => {
    if (item === null) {
      out.latin1('null');
    } else if (typeof item === 'string') {
      const text = Buffer.from(item);
      write(out, text, 0, text.length);
    } else {
      writeItems(out, item);
    }
  };
  const writeItems = (out: ByteWriter, items: readonly ArrayItem[]): void => {
    out.latin1('[');
    items.forEach((item, index) => {
      if (index > 0) out.latin1(',');
      writeItem(out, item);
    });
    out.latin1(']');
  };
  return (out, bytes, start, end) => {
    writeItems(out, parseArrayLiteral(bytes.toString('utf8', start, end)));
  };
}
