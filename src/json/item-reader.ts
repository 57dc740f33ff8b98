import { MemberTape } from './member-tape.ts';
import { BRACKET, BRACKET_END, isObject } from './scan.ts';
import { ValueReader } from './check.ts';

const NOTHING = Buffer.alloc(0);

interface ItemRules {
  /** The maximum number of levels of arrays and objects inside an item. */
  readonly depthMax: number;
  /** The maximum number of keys in one object. */
  readonly keysMax: number;
}

/**
 * Checks the text and finds the items of the array that it holds, or its single value, with their members. A separate search
 * would take as long as the check, plus the same again for each member. Nothing is allocated per item, and the reader can be
 * reused for the next text.
 */
export class ItemReader extends ValueReader {
  /** The members of the item, if the item is an object. */
  readonly members: MemberTape;
  /** The offsets of the item, in bytes. */
  start = 0;
  end = 0;
  #isListed = false;
  #isBegun = false;

  constructor({ depthMax, keysMax }: ItemRules) {
    const members = new MemberTape(keysMax);
    super(NOTHING, depthMax, members);
    this.members = members;
  }

  /** The text that is being read. */
  get text(): Buffer {
    return this.bytes;
  }

  /** Whether the item is an object. */
  get isObject(): boolean {
    return isObject(this.bytes, this.start);
  }

  /** @param whole treats the text as one item, even if it is an array */
  open(bytes: Buffer, { whole }: { readonly whole: boolean }): void {
    this.bytes = bytes;
    this.begin();
    this.#isListed = !whole && bytes[this.at] === BRACKET;
    this.#isBegun = false;
  }

  /**
   * Moves to the next item.
   * @returns false after the last item, when the text is known to be valid JSON to its end
   * @throws JsonTextError
   */
  next(): boolean {
    if (!this.#hasNext()) {
      this.finish();
      return false;
    }
    this.start = this.at;
    this.value(0);
    this.end = this.at;
    return true;
  }

  #hasNext(): boolean {
    const isFirst = !this.#isBegun;
    this.#isBegun = true;
    if (!this.#isListed) return isFirst;
    return isFirst ? this.first(BRACKET_END) : this.another(BRACKET_END);
  }
}
