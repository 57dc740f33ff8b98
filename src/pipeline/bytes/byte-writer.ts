import { byteAt } from '../document/in-range.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const HEX = Buffer.from('0123456789abcdef', 'latin1');

/**
 * For each byte: 0 needs no escape in a JSON string, 1 needs `\u00XX`, any other value is the letter after the backslash. This is
 * a Buffer like the input, because reading two array types in one place takes twice as long.
 */
const ESCAPES = Buffer.alloc(256);
ESCAPES.fill(1, 0, 0x20);
for (const [byte, letter] of [
  [QUOTE, '"'],
  [BACKSLASH, '\\'],
  [0x08, 'b'],
  [0x09, 't'],
  [0x0a, 'n'],
  [0x0c, 'f'],
  [0x0d, 'r'],
] as const) {
  ESCAPES[byte] = letter.charCodeAt(0);
}

/** Up to this length, bytes are copied in a loop: a native call costs as much as a hundred of them. */
const SHORT_BYTES = 96;

/** The length of the longest escape per byte, `\u001f`. */
const ESCAPE_BYTES_MAX = 6;

/** Room is reserved in steps of this size: six times a large text at once would be 24 MB, of which a fifth is used. */
const ESCAPED_STEP_BYTES = 16_384;

/**
 * A growing byte buffer that is reused for every document. Lines are built as bytes: in measurements, going through strings cost
 * twice the time of the whole line.
 */
export class ByteWriter {
  bytes: Buffer;
  length = 0;
  /** Whether `escaped` found a NUL character since this was last set to false. */
  nul = false;

  constructor(capacity: number) {
    this.bytes = Buffer.allocUnsafe(capacity);
  }

  /** Makes room for `more` bytes. */
  reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** Copies bytes unchanged. */
  raw(source: Uint8Array, start = 0, end = source.length): void {
    const size = end - start;
    this.reserve(size);
    if (size > SHORT_BYTES) {
      this.bytes.set(source.subarray(start, end), this.length);
      this.length += size;
      return;
    }
    const target = this.bytes;
    let at = this.length;
    for (let index = start; index < end; index++) target[at++] = byteAt(source, index);
    this.length = at;
  }

  /**
   * Copies bytes of UTF-8 text as the inside of a JSON string. The text can itself be JSON, which becomes a string inside JSON.
   */
  escaped(source: Uint8Array, start = 0, end = source.length): void {
    for (let from = start; from < end; from += ESCAPED_STEP_BYTES) {
      this.#escapedStep(source, from, Math.min(end, from + ESCAPED_STEP_BYTES));
    }
  }

  #escapedStep(source: Uint8Array, start: number, end: number): void {
    this.reserve((end - start) * ESCAPE_BYTES_MAX);
    const target = this.bytes;
    let at = this.length;
    let index = start;
    // Four bytes at a time: most text needs no escape, and this takes a third of the time of a byte-by-byte loop.
    while (index + 4 <= end) {
      const first = byteAt(source, index);
      const second = byteAt(source, index + 1);
      const third = byteAt(source, index + 2);
      const fourth = byteAt(source, index + 3);
      const escapes =
        byteAt(ESCAPES, first) | byteAt(ESCAPES, second) | byteAt(ESCAPES, third) | byteAt(ESCAPES, fourth);
      if (escapes === 0) {
        target[at] = first;
        target[at + 1] = second;
        target[at + 2] = third;
        target[at + 3] = fourth;
        at += 4;
        index += 4;
      } else {
        at = this.#escapeOne(first, at);
        index += 1;
      }
    }
    while (index < end) {
      at = this.#escapeOne(byteAt(source, index), at);
      index += 1;
    }
    this.length = at;
  }

  /** @returns the position of the next byte */
  #escapeOne(byte: number, position: number): number {
    const target = this.bytes;
    const escape = byteAt(ESCAPES, byte);
    let at = position;
    if (escape === 0) {
      target[at++] = byte;
      return at;
    }
    target[at++] = BACKSLASH;
    if (escape !== 1) {
      target[at++] = escape;
      return at;
    }
    if (byte === 0) this.nul = true;
    target[at++] = 0x75;
    target[at++] = 0x30;
    target[at++] = 0x30;
    target[at++] = byteAt(HEX, byte >> 4);
    target[at++] = byteAt(HEX, byte & 15);
    return at;
  }

  /** Appends text of code points below 256, one byte each: hexadecimal, base64, JSON punctuation. */
  latin1(text: string): void {
    const size = text.length;
    this.reserve(size);
    if (size > SHORT_BYTES) {
      this.length += this.bytes.write(text, this.length, 'latin1');
      return;
    }
    const target = this.bytes;
    let at = this.length;
    for (let index = 0; index < size; index++) target[at++] = text.charCodeAt(index);
    this.length = at;
  }

  utf8(text: string): void {
    this.reserve(text.length * 3);
    this.length += this.bytes.write(text, this.length, 'utf8');
  }
}
