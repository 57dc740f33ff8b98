import { BACKSLASH, QUOTE, SPACE } from './scan.ts';

/** `cut`: the text ended too soon, and what is there was right so far. `depth` and `key`: it is JSON, and not taken. */
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

/** Reads the strings, numbers and words of JSON text, one after the other. */
export class TokenReader {
  protected readonly bytes: Buffer;
  /** The next byte to be read. */
  protected at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  protected wrong(): JsonTextError {
    const cut = this.at >= this.bytes.length;
    const message = cut ? 'it ends too soon' : `it is no JSON at byte ${this.at + 1}`;
    return new JsonTextError(this.at, cut ? 'cut' : 'syntax', message);
  }

  protected string(): void {
    const bytes = this.bytes;
    let at = this.at + 1;
    for (; ; at++) {
      const byte = bytes[at];
      if (byte === QUOTE) break;
      if (byte === undefined || byte < SPACE) {
        this.at = at;
        throw this.wrong();
      }
      if (byte === BACKSLASH) {
        this.at = at;
        at = this.#escape();
      }
    }
    this.at = at + 1;
  }

  /** @returns where the escaped character ends. */
  #escape(): number {
    this.at++;
    const byte = this.bytes[this.at];
    if (byte !== LETTER_U) {
      if (byte === undefined || !ESCAPES.has(byte)) throw this.wrong();
      return this.at;
    }
    for (let digit = 0; digit < 4; digit++) {
      this.at++;
      const code = this.bytes[this.at];
      if (code === undefined || !/[0-9a-f]/i.test(String.fromCharCode(code))) throw this.wrong();
    }
    return this.at;
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
    // `e` or `E`
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
