import type { SipKey } from './fingerprint-key.ts';

const HIGH_MASK = 0x3fff_ffff;
const WORD_BYTES = 8;
const FINISHING_ROUNDS = 3;

/** A fingerprint of 62 bits, as two unsigned 32-bit halves. */
export interface Fingerprint {
  high: number;
  low: number;
}

/**
 * Computes the same fingerprints as the kernel, without it: SipHash-1-3, whose two top bits are zero, and which is never zero.
 * Each 64-bit number of the algorithm is two 32-bit halves here, because bigints take a hundred times as long.
 *
 * `high` and `low` hold the last fingerprint: a returned pair would cost one allocation per row.
 */
export class SipHasher implements Fingerprint {
  high = 0;
  low = 0;
  readonly #key: Int32Array;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(this.#bytes.buffer);

  constructor({ low, high }: SipKey) {
    const start = [
      low ^ 0x736f6d6570736575n,
      high ^ 0x646f72616e646f6dn,
      low ^ 0x6c7967656e657261n,
      high ^ 0x7465646279746573n,
    ];
    this.#key = Int32Array.from(start.flatMap((word) => [Number(word & 0xffff_ffffn), Number(word >> 32n)]));
  }

  /** Computes the fingerprint of `bytes[start .. end)`. */
  of(bytes: Uint8Array, start = 0, end = bytes.length): void {
    const view = this.#viewOf(bytes);
    let v0 = intAt(this.#key, 0);
    let h0 = intAt(this.#key, 1);
    let v1 = intAt(this.#key, 2);
    let h1 = intAt(this.#key, 3);
    let v2 = intAt(this.#key, 4);
    let h2 = intAt(this.#key, 5);
    let v3 = intAt(this.#key, 6);
    let h3 = intAt(this.#key, 7);
    const last = start + ((end - start) & -WORD_BYTES);
    const finished = last + (1 + FINISHING_ROUNDS) * WORD_BYTES;
    for (let at = start; at < finished; at += WORD_BYTES) {
      let word = 0;
      let wordHigh = 0;
      if (at < last) {
        word = view.getInt32(at, true);
        wordHigh = view.getInt32(at + 4, true);
      } else if (at === last) {
        for (let byte = at; byte < Math.min(end, at + 4); byte++)
          word |= view.getUint8(byte) << (8 * (byte - at));
        wordHigh = (end - start) << 24;
        for (let byte = at + 4; byte < end; byte++) wordHigh |= view.getUint8(byte) << (8 * (byte - at - 4));
      } else if (at === last + WORD_BYTES) {
        v2 ^= 0xff;
      }
      v3 ^= word;
      h3 ^= wordHigh;

      let sum = (v0 + v1) | 0;
      h0 = (h0 + h1 + carry(v0, v1, sum)) | 0;
      v0 = sum;
      sum = (v2 + v3) | 0;
      h2 = (h2 + h3 + carry(v2, v3, sum)) | 0;
      v2 = sum;
      let moved = (v1 << 13) | (h1 >>> 19);
      h1 = ((h1 << 13) | (v1 >>> 19)) ^ h0;
      v1 = moved ^ v0;
      moved = (v3 << 16) | (h3 >>> 16);
      h3 = ((h3 << 16) | (v3 >>> 16)) ^ h2;
      v3 = moved ^ v2;
      // A rotation by 32 bits swaps the halves.
      sum = (h0 + v3) | 0;
      moved = (v0 + h3 + carry(h0, v3, sum)) | 0;
      v0 = sum;
      h0 = moved;
      sum = (v2 + v1) | 0;
      h2 = (h2 + h1 + carry(v2, v1, sum)) | 0;
      v2 = sum;
      moved = (v3 << 21) | (h3 >>> 11);
      h3 = ((h3 << 21) | (v3 >>> 11)) ^ h0;
      v3 = moved ^ v0;
      moved = (v1 << 17) | (h1 >>> 15);
      h1 = ((h1 << 17) | (v1 >>> 15)) ^ h2;
      v1 = moved ^ v2;
      moved = v2;
      v2 = h2;
      h2 = moved;

      v0 ^= word;
      h0 ^= wordHigh;
    }
    this.high = (h0 ^ h1 ^ h2 ^ h3) & HIGH_MASK;
    this.low = (v0 ^ v1 ^ v2 ^ v3) >>> 0;
    if (this.high === 0 && this.low === 0) this.low = 1;
  }

  /** The rows of a batch lie in one buffer, so a view for each of them would be waste. */
  #viewOf(bytes: Uint8Array): DataView {
    if (bytes === this.#bytes) return this.#view;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return this.#view;
  }
}

function intAt(ints: Int32Array, index: number): number {
  return ints[index] ?? 0;
}

/** @returns the 33rd bit of a sum of two 32-bit numbers. A comparison would be mispredicted every second time. */
function carry(a: number, b: number, sum: number): number {
  return ((a & b) | ((a | b) & ~sum)) >>> 31;
}

/** Returns one fingerprint. A `SipHasher` is for many. */
export function fingerprintOf(bytes: Uint8Array, key: SipKey): Fingerprint {
  const hasher = new SipHasher(key);
  hasher.of(bytes);
  return { high: hasher.high, low: hasher.low };
}
