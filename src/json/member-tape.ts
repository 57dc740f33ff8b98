import { byteAt, intAt } from '../pipeline/document/in-range.ts';
import { textAt } from './scan.ts';
import { JsonTextError, LONG_ESCAPES, PLAIN, type StringForm } from './tokens.ts';

/** Numbers kept of a member: where its key and its value begin and end, and how both are written if they are strings. */
const STRIDE = 6;
const MEMBERS_TYPICAL = 64;
/** Up to so many keys are compared with each other, so that few objects need a set of their own. */
const COMPARED_MAX = 24;

/**
 * Where the members of one object stand, one after the other in an array that is used again, so that nothing is left to be
 * collected. Those of objects inside it are on top of it while they are read. A key that is twice in one object is refused,
 * because every reader makes something else of it.
 */
export class MemberTape {
  /** Of the object that is open. */
  #first = 0;
  #length = 0;
  #numbers = new Int32Array(MEMBERS_TYPICAL * STRIDE);
  #depth = 0;
  /** Of each open object: where its members begin, and its keys if they are too many to be compared. */
  readonly #firsts: number[] = [];
  readonly #keys: (Set<string> | undefined)[] = [];
  readonly #keysMax: number;

  /** @param keysMax of one object */
  constructor(keysMax: number) {
    this.#keysMax = keysMax;
  }

  /** How many members the outermost object has. */
  get count(): number {
    return this.#length;
  }

  /** An object begins; at depth 0 with an empty tape. */
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

  /** An object inside another one ends. */
  close(): void {
    this.#length = this.#first;
    this.#depth--;
    this.#first = this.#firsts[this.#depth] ?? 0;
  }

  /** Adds a member by its key. @returns its number, for `setValue`. @throws JsonTextError if the key is there already */
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

  /** With its quotation marks. */
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

  /** Whether the key is not written as it reads. */
  isKeyEscaped(member: number): boolean {
    return intAt(this.#numbers, member * STRIDE + 4) !== PLAIN;
  }

  /** Whether the value is a string that may be written shorter. */
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

  /** Whether the open object has a key of the same bytes. All its keys are written as they read. */
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
