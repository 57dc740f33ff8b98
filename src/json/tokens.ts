import { byteAt } from '../pipeline/document/in-range.ts';
import { BACKSLASH, QUOTE, SPACE } from './scan.ts';

/** `cut`: the text ended too early and was valid so far. The last three: the text is JSON, but breaks a rule of this reader. */
type JsonFault = 'syntax' | 'cut' | 'depth' | 'key' | 'keys';

/** The text is not valid JSON, is truncated, or breaks a rule. */
export class JsonTextError extends Error {
  override readonly name = 'JsonTextError';
  /** The offset of the fault in bytes, from 0. */
  readonly at: number;
  readonly fault: JsonFault;

  constructor(at: number, fault: JsonFault, message: string) {
    super(message);
    this.at = at;
    this.fault = fault;
  }
}

const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const LETTER_U = 0x75;

/** How a string is written. */
export type StringForm = typeof PLAIN | typeof SHORT_ESCAPES | typeof LONG_ESCAPES;
/** The string has no escapes. */
export const PLAIN = 0;
/** The string only has escapes of two characters, which cannot be shortened. */
const SHORT_ESCAPES = 1;
/** The string has `\u` or `\/`, which may have a shorter form. */
export const LONG_ESCAPES = 2;

/** 1 for a byte that ends a run of plain string bytes. This is a Buffer like the text, because mixing two array types is slow. */
const STOPS = Buffer.alloc(256);
STOPS.fill(1, 0, SPACE);
STOPS[QUOTE] = 1;
STOPS[BACKSLASH] = 1;

/** The form that an escape gives its string, indexed by the byte after the backslash; 0 for an invalid escape. */
const ESCAPES = Buffer.alloc(256);
for (const byte of Buffer.from('"\\bfnrt')) ESCAPES[byte] = SHORT_ESCAPES;
for (const byte of Buffer.from('/u')) ESCAPES[byte] = LONG_ESCAPES;

/** 1 for a hexadecimal digit. */
const HEX = Buffer.alloc(256);
for (const byte of Buffer.from('0123456789abcdefABCDEF')) HEX[byte] = 1;

const WORDS = new Map([
  [0x74, Buffer.from('true')],
  [0x66, Buffer.from('false')],
  [0x6e, Buffer.from('null')],
]);

/** Reads the strings, numbers and literals of JSON text, one after the other. */
export class TokenReader {
  protected bytes: Buffer;
  /** The offset of the next byte to read. */
  protected at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  protected wrong(): JsonTextError {
    const cut = this.at >= this.bytes.length;
    const message = cut ? 'it ends too soon' : `it has an unexpected character at byte ${this.at + 1}`;
    return new JsonTextError(this.at, cut ? 'cut' : 'syntax', message);
  }

  protected string(): StringForm {
    const bytes = this.bytes;
    const { length } = bytes;
    let form: StringForm = PLAIN;
    let at = this.at + 1;
    for (;;) {
      // Checking four bytes at a time halves the time, and most of a typical text is long strings.
      while (
        at + 4 <= length &&
        (byteAt(STOPS, byteAt(bytes, at)) |
          byteAt(STOPS, byteAt(bytes, at + 1)) |
          byteAt(STOPS, byteAt(bytes, at + 2)) |
          byteAt(STOPS, byteAt(bytes, at + 3))) ===
          0
      ) {
        at += 4;
      }
      while (at < length && byteAt(STOPS, byteAt(bytes, at)) === 0) at++;
      const stop = at < length ? byteAt(bytes, at) : 0;
      if (stop === QUOTE) break;
      this.at = at;
      if (stop !== BACKSLASH) throw this.wrong();
      if (this.#escape() === LONG_ESCAPES) form = LONG_ESCAPES;
      else if (form === PLAIN) form = SHORT_ESCAPES;
      at = this.at;
    }
    this.at = at + 1;
    return form;
  }

  /** Moves past an escape. */
  #escape(): number {
    this.at++;
    const byte = byteAt(this.bytes, this.at);
    const form = byteAt(ESCAPES, byte);
    if (form === 0) throw this.wrong();
    this.at++;
    if (byte !== LETTER_U) return form;
    for (let digit = 0; digit < 4; digit++) {
      if (byteAt(HEX, byteAt(this.bytes, this.at)) === 0) throw this.wrong();
      this.at++;
    }
    return form;
  }

  protected scalar(): void {
    const word = WORDS.get(this.bytes[this.at] ?? 0);
    if (word === undefined) {
      this.#number();
      return;
    }
    for (const letter of word) {
      if (this.bytes[this.at] !== letter) throw this.wrong();
      this.at++;
    }
  }

  #number(): void {
    if (this.bytes[this.at] === MINUS) this.at++;
    if (this.bytes[this.at] === ZERO) this.at++;
    else this.#digits();
    if (this.bytes[this.at] === POINT) {
      this.at++;
      this.#digits();
    }
    // This matches `e` or `E`.
    if (((this.bytes[this.at] ?? 0) | SPACE) !== 0x65) return;
    this.at++;
    const sign = this.bytes[this.at];
    if (sign === MINUS || sign === PLUS) this.at++;
    this.#digits();
  }

  #digits(): void {
    const start = this.at;
    for (let byte = this.bytes[this.at]; byte !== undefined && byte >= ZERO && byte <= NINE;) {
      this.at++;
      byte = this.bytes[this.at];
    }
    if (this.at === start) throw this.wrong();
  }
}
