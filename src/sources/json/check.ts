import { JSON_DEPTH_MAX } from '../../core/limits.ts';
import {
  afterBlanks,
  BRACE,
  BRACE_END,
  BRACKET,
  BRACKET_END,
  COMMA,
  textAt,
  QUOTE,
  type Span,
} from './scan.ts';
import { JsonTextError, TokenReader } from './tokens.ts';

const COLON = 0x3a;
const MARK = Buffer.from([0xef, 0xbb, 0xbf]);

interface JsonRules {
  /** Levels of lists and objects inside the outermost one. */
  readonly depthMax?: number;
}

/** One of the values that a text lists. */
export interface ListedValue extends Span {
  /** By key; undefined for what is no object. */
  readonly members: ReadonlyMap<string, Span> | undefined;
}

/**
 * Makes sure that the text is one JSON value, as which the functions of `scan.ts` take it. Values stay bytes: parsed, a number
 * beyond 2^53 or a price of 1.50 would lose digits, and the page would be in memory several times.
 * @returns where the value stands
 * @throws JsonTextError
 */
export function checkJson(bytes: Buffer): Span {
  return new Checker(bytes, { depthMax: JSON_DEPTH_MAX, uniqueKeys: false }).whole();
}

/**
 * The same, and finds the items of the list that the text is, or the one value that it is, with their members: looking for
 * them afterwards takes as long as the check, and once more for each member. A key that is twice in one object is refused,
 * because every reader makes something else of it.
 * @throws JsonTextError
 */
export function checkListed(bytes: Buffer, { depthMax = JSON_DEPTH_MAX }: JsonRules = {}): ListedValue[] {
  return new Checker(bytes, { depthMax, uniqueKeys: true }).listed();
}

class Checker extends TokenReader {
  readonly #depthMax: number;
  readonly #uniqueKeys: boolean;
  /** Of the object that was read last, if keys are kept. */
  #members: ReadonlyMap<string, Span> | undefined;

  constructor(bytes: Buffer, rules: { readonly depthMax: number; readonly uniqueKeys: boolean }) {
    super(bytes);
    this.#depthMax = rules.depthMax;
    this.#uniqueKeys = rules.uniqueKeys;
  }

  whole(): Span {
    this.#begin();
    const start = this.at;
    this.#value(0);
    const end = this.at;
    this.#finish();
    return { start, end };
  }

  listed(): ListedValue[] {
    this.#begin();
    const values: ListedValue[] = [];
    const add = (depth: number): void => {
      const start = this.at;
      this.#value(depth);
      const isObject = this.bytes[start] === BRACE;
      values.push({ start, end: this.at, members: isObject ? this.#members : undefined });
    };
    if (this.bytes[this.at] === BRACKET) {
      this.#items(() => {
        add(1);
      });
    } else {
      add(0);
    }
    this.#finish();
    return values;
  }

  #begin(): void {
    // Some servers write a byte order mark, which is no JSON and does no harm.
    if (this.bytes.subarray(0, MARK.length).equals(MARK)) this.at = MARK.length;
    this.at = afterBlanks(this.bytes, this.at);
  }

  #finish(): void {
    this.at = afterBlanks(this.bytes, this.at);
    if (this.at < this.bytes.length) throw this.wrong();
  }

  #value(depth: number): void {
    if (depth > this.#depthMax) {
      throw new JsonTextError(this.at, 'depth', `it nests deeper than ${this.#depthMax} levels`);
    }
    switch (this.bytes[this.at]) {
      case BRACE:
        this.#object(depth);
        break;
      case BRACKET:
        this.#items(() => {
          this.#value(depth + 1);
        });
        break;
      case QUOTE:
        this.string();
        break;
      case undefined:
      default:
        this.scalar();
    }
  }

  #object(depth: number): void {
    const members = this.#uniqueKeys ? new Map<string, Span>() : undefined;
    this.#step();
    if (this.bytes[this.at] === BRACE_END) this.at++;
    else while (this.#member(depth, members));
    this.#members = members;
  }

  /** @returns whether another one follows */
  #member(depth: number, members: Map<string, Span> | undefined): boolean {
    if (this.bytes[this.at] !== QUOTE) throw this.wrong();
    const start = this.at;
    this.string();
    const key = members === undefined ? '' : textAt(this.bytes, start, this.at);
    if (members?.has(key) === true) {
      throw new JsonTextError(start, 'key', 'it has a key twice in one object');
    }
    this.at = afterBlanks(this.bytes, this.at);
    if (this.bytes[this.at] !== COLON) throw this.wrong();
    this.#step();
    const from = this.at;
    this.#value(depth + 1);
    members?.set(key, { start: from, end: this.at });
    return this.#goesOn(BRACE_END);
  }

  #items(readItem: () => void): void {
    this.#step();
    if (this.bytes[this.at] === BRACKET_END) {
      this.at++;
      return;
    }
    do readItem();
    while (this.#goesOn(BRACKET_END));
  }

  /** Behind an item: whether a comma follows, and so another one. */
  #goesOn(end: number): boolean {
    this.at = afterBlanks(this.bytes, this.at);
    const byte = this.bytes[this.at];
    if (byte === end) {
      this.at++;
      return false;
    }
    if (byte !== COMMA) throw this.wrong();
    this.#step();
    return true;
  }

  #step(): void {
    this.at = afterBlanks(this.bytes, this.at + 1);
  }
}
