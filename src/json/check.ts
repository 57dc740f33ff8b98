import { JSON_DEPTH_MAX } from '../core/limits.ts';
import { afterBlanks, BRACE, BRACE_END, BRACKET, BRACKET_END, COMMA, QUOTE, type Span } from './scan.ts';
import type { MemberTape } from './member-tape.ts';
import { JsonTextError, PLAIN, TokenReader, type StringForm } from './tokens.ts';

const COLON = 0x3a;
const MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Checks that the text is one JSON value, which the functions of `scan.ts` require. Values stay bytes: parsing would lose digits
 * of a number above 2^53 or of a price of 1.50, and would hold the page in memory several times.
 * @returns where the value is
 * @throws JsonTextError
 */
export function checkJson(bytes: Buffer): Span {
  return new WholeText(bytes, JSON_DEPTH_MAX).read();
}

/** Reads values of any kind, and records the members of objects if it is given a tape. */
export class ValueReader extends TokenReader {
  readonly #depthMax: number;
  readonly #members: MemberTape | undefined;

  /** @param depthMax the maximum number of levels of arrays and objects inside the outermost one */
  constructor(bytes: Buffer, depthMax: number, members?: MemberTape) {
    super(bytes);
    this.#depthMax = depthMax;
    this.#members = members;
  }

  protected begin(): void {
    // Some servers write a byte order mark. It is not valid JSON, but it is harmless.
    this.at = this.bytes.subarray(0, MARK.length).equals(MARK) ? MARK.length : 0;
    this.at = afterBlanks(this.bytes, this.at);
  }

  protected finish(): void {
    this.at = afterBlanks(this.bytes, this.at);
    if (this.at < this.bytes.length) throw this.wrong();
  }

  /**
   * After an object is read at `depth` 0, its members are on the tape.
   * @returns how a string is written; PLAIN for any other value
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

  /** Called at the beginning of an array or object. @returns whether it has an item */
  protected first(end: number): boolean {
    this.#step();
    if (this.bytes[this.at] !== end) return true;
    this.at++;
    return false;
  }

  /** Called after an item. @returns whether a comma, and so another item, follows */
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
