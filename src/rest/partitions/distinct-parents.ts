import { FingerprintSet } from '../../pipeline/comparison/fingerprint-set.ts';
import { IdHasher } from '../../pipeline/comparison/id-hasher.ts';
import { plainText, valueAtPath } from '../../json/path.ts';
import { Overlap, type Occurrence, type RecordId } from '../listing/overlap.ts';
import type { RecordText } from '../templates/record-templates.ts';
import type { ListingSpec } from './child-requests.ts';

/** The result for a parent. */
interface Distinct {
  /** No parent before had the same child listing. */
  readonly isNew: boolean;
  /** Where the parent occurred before. If it was moved to a later page, other parents may have been skipped. */
  readonly occurrence: Occurrence;
}

/**
 * Recognizes parents that occur again, by the request of their child listing. Several parents may share one: those that differ in
 * their `id` did not move.
 */
export class DistinctParents {
  readonly #requests = new FingerprintSet();
  readonly #parents: Overlap;
  readonly #hashes = new IdHasher();

  /** @param inclusive whether each page of parents begins with the last parent of the page before */
  constructor(inclusive: boolean) {
    this.#parents = new Overlap(inclusive);
  }

  /** Begins the next page of parents. */
  turn(): void {
    this.#parents.turn();
  }

  judge({ bytes, start }: RecordText, { url, payload, headers }: ListingSpec): Distinct {
    const request = JSON.stringify([url, payload, headers]);
    const id = valueAtPath(bytes, start, 'id');
    this.#hashes.of(`${id === undefined ? '' : plainText(bytes, id)} ${request}`);
    const occurrence = this.#parents.judge(copied(this.#hashes));
    this.#hashes.of(request);
    return { isNew: this.#requests.add(this.#hashes.high, this.#hashes.low), occurrence };
  }
}

/** The hashes are overwritten by the next ones. */
function copied({ high, low }: RecordId): RecordId {
  return { high, low };
}
