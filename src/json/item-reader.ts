import { MemberTape } from './member-tape.ts';
import { BRACKET, BRACKET_END, isObject } from './scan.ts';
import { ValueReader } from './check.ts';

const NOTHING = Buffer.alloc(0);

interface ItemRules {
  /** Levels of lists and objects inside an item. */
  readonly depthMax: number;
  /** Of one object. */
  readonly keysMax: number;
}

/**
 * Checks text and finds the items of the list that it is, or the one value that it is, with their members: looking for them
 * afterwards takes as long as the check, and once more for each member. Nothing is made for an item, and the reader is to be
 * used again for the next text.
 */
export class ItemReader extends ValueReader {
  /** The members of the item, if it is an object. */
  readonly members: MemberTape;
  /** Of the item, in bytes. */
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

  /** @param whole take the text for one item, also if it is a list */
  open(bytes: Buffer, { whole }: { readonly whole: boolean }): void {
    this.bytes = bytes;
    this.begin();
    this.#isListed = !whole && bytes[this.at] === BRACKET;
    this.#isBegun = false;
  }

  /**
   * Goes to the next item.
   * @returns false after the last one, when the text is known to be JSON to its end
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
