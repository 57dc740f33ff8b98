import { JSON_DEPTH_MAX } from '../core/limits.ts';
import { afterBlanks, BRACE, BRACE_END, BRACKET, BRACKET_END, COMMA, QUOTE, type Span } from './scan.ts';
import type { MemberTape } from './member-tape.ts';
import { JsonTextError, PLAIN, TokenReader, type StringForm } from './tokens.ts';

const COLON = 0x3a;
const MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Makes sure that the text is one JSON value, as which the functions of `scan.ts` take it. Values stay bytes: parsed, a number
 * beyond 2^53 or a price of 1.50 would lose digits, and the page would be in memory several times.
 * @returns where the value stands
 * @throws JsonTextError
 */
export function checkJson(bytes: Buffer): Span {
  return new WholeText(bytes, JSON_DEPTH_MAX).read();
}

/** Reads values of any kind, and keeps the members of objects if it is given something to keep them. */
export class ValueReader extends TokenReader {
  readonly #depthMax: number;
  readonly #members: MemberTape | undefined;

  /** @param depthMax levels of lists and objects inside the outermost one */
  constructor(bytes: Buffer, depthMax: number, members?: MemberTape) {
    super(bytes);
    this.#depthMax = depthMax;
    this.#members = members;
  }

  protected begin(): void {
    // Some servers write a byte order mark, which is no JSON and does no harm.
    this.at = this.bytes.subarray(0, MARK.length).equals(MARK) ? MARK.length : 0;
    this.at = afterBlanks(this.bytes, this.at);
  }

  protected finish(): void {
    this.at = afterBlanks(this.bytes, this.at);
    if (this.at < this.bytes.length) throw this.wrong();
  }

  /**
   * The members of an object that is read from `depth` 0 are on the tape afterwards.
   * @returns how a string is written; of anything else PLAIN
   */
  protected value(depth: number): StringForm {
    if (depth > this.#depthMax) {
      throw new JsonTextError(this.at, 'depth', `it nests deeper than ${this.#depthMax} levels`);
    }
    switch (this.bytes[this.at]) {
      case QUOTE:
        return this.string();
      case BRACE:
        this.#object(depth);
        break;
      case BRACKET:
        if (this.first(BRACKET_END)) {
          do this.value(depth + 1);
          while (this.another(BRACKET_END));
        }
        break;
      case undefined:
      default:
        this.scalar();
    }
    return PLAIN;
  }

  #object(depth: number): void {
    const members = this.#members;
    members?.open(depth);
    if (this.first(BRACE_END)) {
      do this.#member(depth, members);
      while (this.another(BRACE_END));
    }
    if (depth > 0) members?.close();
  }

  #member(depth: number, members: MemberTape | undefined): void {
    if (this.bytes[this.at] !== QUOTE) throw this.wrong();
    const start = this.at;
    const keyForm = this.string();
    const member = members?.add(this.bytes, start, this.at, keyForm) ?? 0;
    this.at = afterBlanks(this.bytes, this.at);
    if (this.bytes[this.at] !== COLON) throw this.wrong();
    this.#step();
    const from = this.at;
    const form = this.value(depth + 1);
    members?.setValue(member, from, this.at, form);
  }

  /** At the beginning of a list or object: whether it has an item. */
  protected first(end: number): boolean {
    this.#step();
    if (this.bytes[this.at] !== end) return true;
    this.at++;
    return false;
  }

  /** Behind an item: whether a comma follows, and so another one. */
  protected another(end: number): boolean {
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

class WholeText extends ValueReader {
  read(): Span {
    this.begin();
    const start = this.at;
    this.value(0);
    const end = this.at;
    this.finish();
    return { start, end };
  }
}
