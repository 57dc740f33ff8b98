import { byteAt, intAt } from '../pipeline/document/in-range.ts';
import { textAt } from './scan.ts';
import { JsonTextError, LONG_ESCAPES, PLAIN, type StringForm } from './tokens.ts';

/**
 * The count of numbers kept per member: the offsets where its key and value begin and end, and how both are written if they are
 * strings.
 */
const STRIDE = 6;
const MEMBERS_TYPICAL = 64;
/** Up to this many keys are compared pairwise, so that few objects need a set of their own. */
const COMPARED_MAX = 24;

/**
 * Records where the members of one object are, in an array that is reused, so that no garbage is created. The members of nested
 * objects are on top of it while they are read. A duplicate key in one object is refused, because readers of JSON disagree about
 * its meaning.
 */
export class MemberTape {
  /** The first member of the open object. */
  #first = 0;
  #length = 0;
  #numbers = new Int32Array(MEMBERS_TYPICAL * STRIDE);
  #depth = 0;
  /** For each open object: where its members begin, and a set of its keys if there are too many to compare pairwise. */
  readonly #firsts: number[] = [];
  readonly #keys: (Set<string> | undefined)[] = [];
  readonly #keysMax: number;

  /** @param keysMax the maximum number of keys in one object */
  constructor(keysMax: number) {
    this.#keysMax = keysMax;
  }

  /** How many members the outermost object has. */
  get count(): number {
    return this.#length;
  }

  /** Begins an object; at depth 0, the tape is emptied first. */
  open(depth: number): void {
    if (depth === 0) {
      this.#length = 0;
      this.#depth = -1;
    }
    this.#depth++;
    this.#first = this.#length;
    this.#firsts[this.#depth] = this.#first;
    this.#keys[this.#depth] = undefined;
  }

  /** Ends a nested object. */
  close(): void {
    this.#length = this.#first;
    this.#depth--;
    this.#first = this.#firsts[this.#depth] ?? 0;
  }

  /** Adds a member by its key. @returns its number, for `setValue`. @throws JsonTextError if the key is a duplicate */
  add(bytes: Buffer, start: number, end: number, form: StringForm): number {
    const member = this.#length;
    if (member - this.#first >= this.#keysMax) {
      throw new JsonTextError(start, 'keys', `it has an object with more than ${this.#keysMax} keys`);
    }
    if (this.#isTwice(bytes, start, end, form)) {
      throw new JsonTextError(start, 'key', 'it has a key twice in one object');
    }
    if ((member + 1) * STRIDE > this.#numbers.length) this.#grow();
    const at = member * STRIDE;
    this.#numbers[at] = start;
    this.#numbers[at + 1] = end;
    this.#numbers[at + 4] = form;
    this.#length++;
    return member;
  }

  setValue(member: number, start: number, end: number, form: StringForm): void {
    const at = member * STRIDE;
    this.#numbers[at + 2] = start;
    this.#numbers[at + 3] = end;
    this.#numbers[at + 5] = form;
  }

  /** Returns where the key begins, including its quotation mark. */
  keyStart(member: number): number {
    return intAt(this.#numbers, member * STRIDE);
  }

  keyEnd(member: number): number {
    return intAt(this.#numbers, member * STRIDE + 1);
  }

  start(member: number): number {
    return intAt(this.#numbers, member * STRIDE + 2);
  }

  end(member: number): number {
    return intAt(this.#numbers, member * STRIDE + 3);
  }

  /** Whether the key contains escapes. */
  isKeyEscaped(member: number): boolean {
    return intAt(this.#numbers, member * STRIDE + 4) !== PLAIN;
  }

  /** Whether the value is a string that could be written with shorter escapes. */
  hasLongEscapes(member: number): boolean {
    return intAt(this.#numbers, member * STRIDE + 5) === LONG_ESCAPES;
  }

  #isTwice(bytes: Buffer, start: number, end: number, form: StringForm): boolean {
    let keys = this.#keys[this.#depth];
    if (keys === undefined) {
      if (form === PLAIN && this.#length - this.#first < COMPARED_MAX) return this.#has(bytes, start, end);
      keys = this.#keysSoFar(bytes);
    }
    const size = keys.size;
    return keys.add(textAt(bytes, start, end)).size === size;
  }

  /** Whether the open object already has a key with the same bytes. All of its keys are free of escapes. */
  #has(bytes: Buffer, start: number, end: number): boolean {
    for (let member = this.#first; member < this.#length; member++) {
      const other = this.keyStart(member);
      if (this.keyEnd(member) - other !== end - start) continue;
      let at = start + 1;
      while (at < end && byteAt(bytes, at) === byteAt(bytes, at - start + other)) at++;
      if (at === end) return true;
    }
    return false;
  }

  #keysSoFar(bytes: Buffer): Set<string> {
    const keys = new Set<string>();
    for (let member = this.#first; member < this.#length; member++) {
      keys.add(textAt(bytes, this.keyStart(member), this.keyEnd(member)));
    }
    this.#keys[this.#depth] = keys;
    return keys;
  }

  #grow(): void {
    const grown = new Int32Array(this.#numbers.length * 2);
    grown.set(this.#numbers);
    this.#numbers = grown;
  }
}
