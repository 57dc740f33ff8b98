import { FingerprintSet } from '../../pipeline/comparison/fingerprint-set.ts';

/** A 62-bit hash of the values that identify a record. */
export interface RecordId {
  readonly high: number;
  readonly low: number;
}

/**
 * Where a record occurred before: nowhere; on an earlier page, so it was moved; at the end of the page before, because pages
 * overlap; or in another listing that is read as one with this.
 */
export type Occurrence = 'new' | 'moved' | 'overlapping' | 'elsewhere';

/**
 * Detects by their ids the records that an earlier page already had. An API that counts records moves them when others are
 * added or removed, whatever its pagination is called, and a record may have changed meanwhile. Two records with one id on the
 * same page did not move.
 */
export class Overlap {
  readonly #before = new FingerprintSet();
  /** The ids of earlier pages of the current partition; undefined if the listing has no partitions. */
  #partition: { readonly number: number; readonly ids: FingerprintSet } | undefined;
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

  /** Begins the next page. @param partition the number of the listing that it is part of, if several are read as one */
  turn(partition?: number): void {
    for (let at = 0; at < this.#page.length; at += 2) {
      const [high, low] = [this.#page[at] ?? 0, this.#page[at + 1] ?? 0];
      this.#before.add(high, low);
      this.#partition?.ids.add(high, low);
    }
    this.#page = [];
    this.#lastBefore = this.#last;
    this.#last = undefined;
    if (partition === this.#partition?.number) return;
    this.#partition = partition === undefined ? undefined : { number: partition, ids: new FingerprintSet() };
    this.#lastBefore = undefined;
  }

  judge(id: RecordId): Occurrence {
    const first = this.#page.length === 0 && this.#last === undefined;
    this.#last = id;
    const isKnown = this.#before.find(id.high, id.low) >= 0;
    const inPartition = this.#partition?.ids.find(id.high, id.low) ?? 0;
    if (isKnown && inPartition >= 0) {
      const { high, low } = this.#lastBefore ?? {};
      return this.#inclusive && first && high === id.high && low === id.low ? 'overlapping' : 'moved';
    }
    this.#page.push(id.high, id.low);
    if (isKnown) return 'elsewhere';
    const slot = this.#previous?.find(id.high, id.low) ?? -1;
    if (slot >= 0) this.#previous?.markSeen(slot);
    return 'new';
  }
}
