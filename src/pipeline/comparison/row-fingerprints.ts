import { sipKey, type SipKey } from '../../kernel/fingerprint-key.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { SipHasher } from '../../kernel/sip-hash.ts';
import { wordAt } from '../document/in-range.ts';
import type { RowBatch } from '../ports/ports.ts';

/** What the fingerprints of rows depend on, besides the rows and their columns. */
export interface FingerprintBasis {
  /** The secret of the scope, `Position.fingerprintKey`. */
  readonly secret: Uint8Array;
  readonly mappingVersion: string;
  readonly kernel: Kernel | undefined;
}

/**
 * Computes the fingerprints of rows, 62 bits of SipHash each. Another mapping, or the same bytes under other columns or in another form, gives other
 * fingerprints, so every row is processed again.
 */
export class RowFingerprints {
  readonly #key: SipKey;
  readonly #kernel: Kernel | undefined;
  readonly #hasher: SipHasher;

  constructor(
    { secret, mappingVersion, kernel }: FingerprintBasis,
    { columns, binary }: Pick<RowBatch, 'columns' | 'binary'>,
  ) {
    this.#key = sipKey(secret, [mappingVersion, columns, ...(binary === undefined ? [] : [binary])]);
    this.#kernel = kernel;
    this.#hasher = new SipHasher(this.#key);
  }

  /**
   * Returns the fingerprint of each row of a batch as two words, the high one first, and whether the kernel has loaded the batch.
   * Both are valid until the next call.
   */
  of(batch: RowBatch): { readonly words: Uint32Array; readonly loaded: boolean } {
    const kernel = this.#kernel;
    if (kernel?.load(batch) === true) return { words: kernel.fingerprints(this.#key), loaded: true };
    const words = new Uint32Array(2 * batch.count);
    for (let row = 0; row < batch.count; row++) {
      this.#hasher.of(batch.bytes, wordAt(batch.starts, row), wordAt(batch.ends, row));
      words[2 * row] = this.#hasher.high;
      words[2 * row + 1] = this.#hasher.low;
    }
    return { words, loaded: false };
  }
}
