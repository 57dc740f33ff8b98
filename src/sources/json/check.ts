import { JSON_DEPTH_MAX } from '../../core/limits.ts';
import {
  afterBlanks,
  BACKSLASH,
  BRACE,
  BRACE_END,
  BRACKET,
  BRACKET_END,
  COMMA,
  keyAt,
  QUOTE,
  SPACE,
  type Span,
} from './scan.ts';

/** `cut`: the text ended too soon, and what is there was right so far. `depth` and `key`: it breaks a rule that was given. */
type JsonFault = 'syntax' | 'cut' | 'depth' | 'key';

/** The text is no JSON, or is cut off, or breaks a rule. */
export class JsonTextError extends Error {
  override readonly name = 'JsonTextError';
  /** Byte, from 0. */
  readonly at: number;
  readonly fault: JsonFault;

  constructor(at: number, fault: JsonFault, message: string) {
    super(message);
    this.at = at;
    this.fault = fault;
  }
}

interface JsonRules {
  /** Levels of lists and objects inside the outermost one. */
  readonly depthMax?: number;
  /** JSON allows a key twice in one object, and every reader makes something else of it. */
  readonly uniqueKeys?: boolean;
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
export function checkJson(bytes: Buffer, rules: JsonRules = {}): Span {
  const checker = new Checker(bytes, rules);
  return checker.whole();
}

class Checker {
  readonly #bytes: Buffer;
  readonly #depthMax: number;
  readonly #uniqueKeys: boolean;
  #at = 0;

  constructor(bytes: Buffer, { depthMax = JSON_DEPTH_MAX, uniqueKeys = false }: JsonRules) {
    this.#bytes = bytes;
    this.#depthMax = depthMax;
    this.#uniqueKeys = uniqueKeys;
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
    return new JsonTextError(this.#at, cut ? 'cut' : 'syntax', message);
  }

  #value(depth: number): void {
    if (depth > this.#depthMax) {
      throw new JsonTextError(this.#at, 'depth', `it nests deeper than ${this.#depthMax} levels`);
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
    const keys = named && this.#uniqueKeys ? new Set<string>() : undefined;
    for (;;) {
      if (named) {
        if (this.#bytes[this.#at] !== QUOTE) throw this.#wrong();
        const start = this.#at;
        this.#string();
        if (keys !== undefined) this.#remember(keys, start);
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

  #remember(keys: Set<string>, start: number): void {
    const key = keyAt(this.#bytes, start, this.#at);
    if (keys.has(key)) {
      throw new JsonTextError(start, 'key', `it has the key ${JSON.stringify(key)} twice in one object`);
    }
    keys.add(key);
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
