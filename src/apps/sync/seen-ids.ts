import { FingerprintSet } from '../../pipeline/comparison/fingerprint-set.ts';
import { IdHasher } from '../../pipeline/comparison/id-hasher.ts';

/**
 * The ids that a listing had, as fingerprints of 8 bytes. Two ids with one fingerprint are taken for one, so the worst case is that
 * an entity is kept which the app no longer has.
 */
export class SeenIds {
  readonly #fingerprints = new FingerprintSet();
  readonly #hashes = new IdHasher();

  /** The number of different ids. */
  get size(): number {
    return this.#fingerprints.size;
  }

  /** @returns false if the id was added before */
  add(externalId: string): boolean {
    this.#hashes.of(externalId);
    return this.#fingerprints.add(this.#hashes.high, this.#hashes.low);
  }

  has(externalId: string): boolean {
    this.#hashes.of(externalId);
    return this.#fingerprints.find(this.#hashes.high, this.#hashes.low) >= 0;
  }
}
