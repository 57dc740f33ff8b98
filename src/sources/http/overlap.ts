import { FingerprintSet } from '../../pipeline/comparison/fingerprint-set.ts';
import type { RecordId } from './record-id.ts';

/**
 * Detects by their ids the records that an earlier page already had. An API that counts records moves them when others are
 * added or removed, whatever its pagination is called, and a record may have changed meanwhile. Two records with one id on the
 * same page did not move.
 */
export class Overlap {
  readonly #before = new FingerprintSet();
  /** The ids of the current page, in two halves each. */
  #page: number[] = [];
  readonly #inclusive: boolean;
  #last: RecordId | undefined;
  #lastBefore: RecordId | undefined;

  readonly #previous: FingerprintSet | undefined;

  /**
   * @param inclusive whether each page begins with the last record of the page before, although none moved
   * @param previous the ids of an earlier listing; those that this listing has are marked
   */
  constructor(inclusive: boolean, previous?: FingerprintSet) {
    this.#inclusive = inclusive;
    this.#previous = previous;
  }

  /** The ids of all records, after the last page. */
  get ids(): FingerprintSet {
    this.turn();
    return this.#before;
  }

  /** How many records of the earlier listing this one lacked; undefined if there was none. */
  get lost(): number | undefined {
    return this.#previous?.unmarked;
  }

  /** Begins the next page. */
  turn(): void {
    for (let at = 0; at < this.#page.length; at += 2) {
      this.#before.add(this.#page[at] ?? 0, this.#page[at + 1] ?? 0);
    }
    this.#page = [];
    this.#lastBefore = this.#last;
    this.#last = undefined;
  }

  /** @returns whether the record is new, was moved here, or occurs here because pages overlap */
  judge(id: RecordId): 'new' | 'moved' | 'overlapping' {
    const first = this.#page.length === 0 && this.#last === undefined;
    this.#last = id;
    if (this.#before.find(id.high, id.low) < 0) {
      this.#page.push(id.high, id.low);
      const slot = this.#previous?.find(id.high, id.low) ?? -1;
      if (slot >= 0) this.#previous?.markSeen(slot);
      return 'new';
    }
    const { high, low } = this.#lastBefore ?? {};
    return this.#inclusive && first && high === id.high && low === id.low ? 'overlapping' : 'moved';
  }
}
