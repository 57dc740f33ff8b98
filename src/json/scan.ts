/**
 * JSON as bytes: values are found by their offsets in a buffer and are never parsed into objects. All functions except
 * `afterBlanks` expect a buffer that `checkJson` or `ItemReader` has checked. They neither change nor keep it: the caller owns
 * the bytes, and a span is valid until the caller changes them. The section "JSON as bytes" of docs/architecture.md lists the
 * guarantees of this folder.
 */

/** The location of a value in JSON text, in bytes. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const BRACE = 0x7b;
export const BRACE_END = 0x7d;
export const BRACKET = 0x5b;
export const BRACKET_END = 0x5d;
export const COMMA = 0x2c;
export const SPACE = 0x20;

export const isObject = (bytes: Buffer, start: number): boolean => bytes[start] === BRACE;
export const isArray = (bytes: Buffer, start: number): boolean => bytes[start] === BRACKET;
export const isString = (bytes: Buffer, start: number): boolean => bytes[start] === QUOTE;

/** Calls `visit` for each member of the object at `start`, with its key and the location of its value. */
export function eachMember(
  bytes: Buffer,
  start: number,
  visit: (key: string, start: number, end: number) => void,
): void {
  let at = afterBlanks(bytes, start + 1);
  while (bytes[at] !== BRACE_END) {
    const keyEnd = endOfString(bytes, at);
    const key = textAt(bytes, at, keyEnd);
    // This skips the colon.
    const value = afterBlanks(bytes, afterBlanks(bytes, keyEnd) + 1);
    const end = endOfValue(bytes, value);
    visit(key, value, end);
    at = nextItem(bytes, end);
  }
}

/** Yields the elements of the array at `start`, in order. */
export function* elements(bytes: Buffer, start: number): Generator<Span> {
  let at = afterBlanks(bytes, start + 1);
  while (bytes[at] !== BRACKET_END) {
    const end = endOfValue(bytes, at);
    yield { start: at, end };
    at = nextItem(bytes, end);
  }
}

function nextItem(bytes: Buffer, end: number): number {
  const at = afterBlanks(bytes, end);
  return bytes[at] === COMMA ? afterBlanks(bytes, at + 1) : at;
}

/** Returns the text of a string that begins and ends with a quotation mark. */
export function textAt(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start + 1, end - 1);
  return text.includes('\\') ? String(JSON.parse(`"${text}"`)) : text;
}

/** Returns the offset just after a value. */
export function endOfValue(bytes: Buffer, start: number): number {
  const first = bytes[start];
  if (first === QUOTE) return endOfString(bytes, start);
  if (first !== BRACE && first !== BRACKET) return endOfScalar(bytes, start);
  let depth = 0;
  for (let at = start; ;) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = endOfString(bytes, at);
      continue;
    }
    at++;
    if (byte === BRACE || byte === BRACKET) depth++;
    else if (byte === BRACE_END || byte === BRACKET_END) depth--;
    if (depth === 0) return at;
  }
}

/** Returns the offset just after a string. */
export function endOfString(bytes: Buffer, start: number): number {
  let at = start + 1;
  while (bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at + 1;
}

function endOfScalar(bytes: Buffer, start: number): number {
  for (let at = start; ; at++) {
    const byte = bytes[at];
    if (byte === undefined || byte <= SPACE) return at;
    if (byte === COMMA || byte === BRACE_END || byte === BRACKET_END) return at;
  }
}

/** Returns the offset of the next byte that is not blank. */
export function afterBlanks(bytes: Buffer, start: number): number {
  for (let at = start; ; at++) {
    const byte = bytes[at];
    if (byte !== SPACE && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
  }
}
