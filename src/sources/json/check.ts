import { JSON_DEPTH_MAX } from '../../core/limits.ts';
import {
  afterBlanks,
  BACKSLASH,
  BRACE,
  BRACE_END,
  BRACKET,
  BRACKET_END,
  COMMA,
  QUOTE,
  SPACE,
  type Span,
} from './scan.ts';

/** The text is no JSON, or is cut off. */
export class JsonTextError extends Error {
  override readonly name = 'JsonTextError';
  /** Byte, from 0. */
  readonly at: number;
  /** The text ended too soon: what is there was right so far. */
  readonly cut: boolean;

  constructor(at: number, cut: boolean, message: string) {
    super(message);
    this.at = at;
    this.cut = cut;
  }
}

const COLON = 0x3a;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const LETTER_U = 0x75;
const ESCAPES = new Set(Buffer.from('"\\/bfnrt'));
const WORDS = new Map([
  [0x74, Buffer.from('true')],
  [0x66, Buffer.from('false')],
  [0x6e, Buffer.from('null')],
]);

/**
 * Makes sure that the text is one JSON value, as which the functions of `json-scan.ts` take it. Values stay bytes: parsed,
 * a number beyond 2^53 or a price of 1.50 would lose digits, and the page would be in memory several times.
 * @returns where the value stands
 * @throws JsonTextError
 */
export function checkJson(bytes: Buffer): Span {
  const checker = new Checker(bytes);
  return checker.whole();
}

class Checker {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  whole(): Span {
    // Some servers write a byte order mark, which is no JSON and does no harm.
    if (this.#bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]))) this.#at = 3;
    this.#at = afterBlanks(this.#bytes, this.#at);
    const start = this.#at;
    this.#value(0);
    const end = this.#at;
    this.#at = afterBlanks(this.#bytes, end);
    if (this.#at < this.#bytes.length) throw this.#wrong();
    return { start, end };
  }

  #wrong(): JsonTextError {
    const cut = this.#at >= this.#bytes.length;
    const message = cut ? 'it ends too soon' : `it is no JSON at byte ${this.#at + 1}`;
    return new JsonTextError(this.#at, cut, message);
  }

  #value(depth: number): void {
    if (depth > JSON_DEPTH_MAX) {
      throw new JsonTextError(this.#at, false, `it nests deeper than ${JSON_DEPTH_MAX} levels`);
    }
    switch (this.#bytes[this.#at]) {
      case BRACE:
        this.#list(depth, BRACE_END, true);
        break;
      case BRACKET:
        this.#list(depth, BRACKET_END, false);
        break;
      case QUOTE:
        this.#string();
        break;
      case undefined:
      default:
        this.#scalar();
    }
  }

  #list(depth: number, end: number, named: boolean): void {
    this.#step();
    if (this.#bytes[this.#at] === end) {
      this.#at++;
      return;
    }
    for (;;) {
      if (named) {
        if (this.#bytes[this.#at] !== QUOTE) throw this.#wrong();
        this.#string();
        this.#at = afterBlanks(this.#bytes, this.#at);
        if (this.#bytes[this.#at] !== COLON) throw this.#wrong();
        this.#step();
      }
      this.#value(depth + 1);
      this.#at = afterBlanks(this.#bytes, this.#at);
      const byte = this.#bytes[this.#at];
      if (byte === end) {
        this.#at++;
        return;
      }
      if (byte !== COMMA) throw this.#wrong();
      this.#step();
    }
  }

  #step(): void {
    this.#at = afterBlanks(this.#bytes, this.#at + 1);
  }

  #string(): void {
    const bytes = this.#bytes;
    let at = this.#at + 1;
    for (; ; at++) {
      const byte = bytes[at];
      if (byte === QUOTE) break;
      if (byte === undefined || byte < SPACE) {
        this.#at = at;
        throw this.#wrong();
      }
      if (byte === BACKSLASH) {
        this.#at = at;
        at = this.#escape();
      }
    }
    this.#at = at + 1;
  }

  /** @returns where the escaped character ends. */
  #escape(): number {
    this.#at++;
    const byte = this.#bytes[this.#at];
    if (byte !== LETTER_U) {
      if (byte === undefined || !ESCAPES.has(byte)) throw this.#wrong();
      return this.#at;
    }
    for (let digit = 0; digit < 4; digit++) {
      this.#at++;
      const code = this.#bytes[this.#at];
      if (code === undefined || !/[0-9a-f]/i.test(String.fromCharCode(code))) throw this.#wrong();
    }
    return this.#at;
  }

  #scalar(): void {
    const word = WORDS.get(this.#bytes[this.#at] ?? 0);
    if (word === undefined) {
      this.#number();
      return;
    }
    for (const letter of word) {
      if (this.#bytes[this.#at] !== letter) throw this.#wrong();
      this.#at++;
    }
  }

  #number(): void {
    if (this.#bytes[this.#at] === MINUS) this.#at++;
    if (this.#bytes[this.#at] === ZERO) this.#at++;
    else this.#digits();
    if (this.#bytes[this.#at] === POINT) {
      this.#at++;
      this.#digits();
    }
    // `e` or `E`
    if (((this.#bytes[this.#at] ?? 0) | SPACE) !== 0x65) return;
    this.#at++;
    const sign = this.#bytes[this.#at];
    if (sign === MINUS || sign === PLUS) this.#at++;
    this.#digits();
  }

  #digits(): void {
    const start = this.#at;
    for (let byte = this.#bytes[this.#at]; byte !== undefined && byte >= ZERO && byte <= NINE;) {
      this.#at++;
      byte = this.#bytes[this.#at];
    }
    if (this.#at === start) throw this.#wrong();
  }
}
