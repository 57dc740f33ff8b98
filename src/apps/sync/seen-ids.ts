import { hash } from 'node:crypto';
import { nonZeroLow } from '../../pipeline/comparison/fingerprint.ts';
import { FingerprintSet } from '../../pipeline/comparison/fingerprint-set.ts';

/** The bits of a fingerprint's high half that a `FingerprintSet` keeps. */
const HIGH_MASK = 0x3fff_ffff;

/**
 * The ids that a listing had, as fingerprints of 8 bytes. Two ids with one fingerprint are taken for one, so the worst case is that
 * an entity is kept which the app no longer has.
 */
export class SeenIds {
  readonly #fingerprints = new FingerprintSet();

  /** The number of different ids. */
  get size(): number {
    return this.#fingerprints.size;
  }

  /** @returns false if the id was added before */
  add(externalId: string): boolean {
    const [high, low] = fingerprintOf(externalId);
    return this.#fingerprints.add(high, low);
  }

  has(externalId: string): boolean {
    const [high, low] = fingerprintOf(externalId);
    return this.#fingerprints.find(high, low) >= 0;
  }
}

function fingerprintOf(externalId: string): readonly [number, number] {
  const digest = hash('sha256', externalId, 'buffer');
  const high = digest.readUInt32BE(0) & HIGH_MASK;
  return [high, nonZeroLow(high, digest.readUInt32BE(4))];
}
