import { byteAt, intAt } from '../document/in-range.ts';
import { isPlainName } from '../readers/plain-names.ts';

const COMMA = 0x2c;
const AT = 0x40;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = 0x7b;
const CLOSING = 0x7d;
/** For longer lists, insertion sort would take longer than everything else. */
const WORDS_MAX = 16;

/**
 * Reads an array literal of a few words of plain ASCII, such as `{anna@x.com,hr}`, as nearly all lists of readers are. The result
 * is normalized like any other list (e-mail addresses in lower case, sorted, without duplicates), as JSON. Working on bytes takes
 * a third of the time that strings take.
 */
export class BareArrayReader {
  /** The JSON array, valid until the next `read`. */
  json = Buffer.alloc(256);
  length = 0;
  /** The offsets at which each string of `json` ends. */
  ends: number[] = [];
  readonly #starts = new Int32Array(WORDS_MAX);
  readonly #stops = new Int32Array(WORDS_MAX);
  #words = 0;
  #lower = Buffer.alloc(256);

  /** @returns false if the literal has any other content; then the general parser must read it. */
  read(bytes: Buffer, start: number, end: number): boolean {
    if (byteAt(bytes, start) !== OPENING || byteAt(bytes, end - 1) !== CLOSING) return false;
    if (!this.#cut(bytes, start + 1, end - 1)) return false;
    this.#sort();
    this.#write();
    return true;
  }

  /** Copies the words to `#lower`, and records the location of each. */
  #cut(bytes: Buffer, start: number, end: number): boolean {
    if (this.#lower.length < end - start) this.#lower = Buffer.alloc((end - start) * 2);
    this.#words = 0;
    let from = start;
    let isAddress = false;
    for (let at = start; at <= end; at++) {
      const byte = at === end ? COMMA : byteAt(bytes, at);
      if (byte === COMMA) {
        if (this.#words === WORDS_MAX || !isPlainName(bytes, from, at)) return false;
        this.#keep(bytes, from, at, start, isAddress);
        from = at + 1;
        isAddress = false;
      } else if (byte <= 0x20 || byte >= 0x7f || byte === QUOTE || byte === BACKSLASH || byte === OPENING) {
        return false;
      } else if (byte === AT) {
        isAddress = true;
      }
    }
    return true;
  }

  #keep(bytes: Buffer, from: number, to: number, origin: number, isAddress: boolean): void {
    for (let at = from; at < to; at++) {
      const byte = byteAt(bytes, at);
      this.#lower[at - origin] = isAddress && byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
    }
    this.#starts[this.#words] = from - origin;
    this.#stops[this.#words] = to - origin;
    this.#words += 1;
  }

  #sort(): void {
    for (let word = 1; word < this.#words; word++) {
      for (let at = word; at > 0 && this.#compare(at - 1, at) > 0; at--) this.#swap(at - 1, at);
    }
  }

  #compare(one: number, other: number): number {
    return this.#lower.compare(
      this.#lower,
      intAt(this.#starts, other),
      intAt(this.#stops, other),
      intAt(this.#starts, one),
      intAt(this.#stops, one),
    );
  }

  #swap(one: number, other: number): void {
    const start = intAt(this.#starts, one);
    const stop = intAt(this.#stops, one);
    this.#starts[one] = intAt(this.#starts, other);
    this.#stops[one] = intAt(this.#stops, other);
    this.#starts[other] = start;
    this.#stops[other] = stop;
  }

  #write(): void {
    const needed = this.#lower.length + 3 * WORDS_MAX + 2;
    if (this.json.length < needed) this.json = Buffer.alloc(needed);
    this.ends = [];
    let at = 0;
    this.json[at++] = 0x5b;
    for (let word = 0; word < this.#words; word++) {
      if (word > 0 && this.#compare(word - 1, word) === 0) continue;
      if (at > 1) this.json[at++] = COMMA;
      this.json[at++] = QUOTE;
      for (let index = intAt(this.#starts, word); index < intAt(this.#stops, word); index++) {
        this.json[at++] = byteAt(this.#lower, index);
      }
      this.json[at++] = QUOTE;
      this.ends.push(at);
    }
    this.json[at++] = 0x5d;
    this.length = at;
  }
}
