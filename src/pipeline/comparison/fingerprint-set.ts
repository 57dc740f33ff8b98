import { wordAt } from '../document/in-range.ts';

/** Bytes of one fingerprint in the state store and in the buffers here. */
export const FINGERPRINT_BYTES = 8;

/** The two top bits of a fingerprint are always zero, so that a slot can hold its marks. */
const HIGH_MASK = 0x3fff_ffff;
const HIGH_RANGE = 0x4000_0000;
const SEEN = 0x8000_0000;
const REPLACED = 0x4000_0000;

/** Linear probing slows down steeply beyond. */
const LOAD_MAX = 0.75;
const SLOTS_MIN = 1_024;
const UNMARKED_CHUNK = 8_192;

/**
 * 62-bit fingerprints in an open-addressing table: 8 bytes a slot, so 1 M rows take 11 to 21 MB, where a Set of strings takes
 * 90. A changed row is
 * taken for an unchanged one by chance once in 20 million runs with 50,000 changed rows among 5 M.
 *
 * A fingerprint is given as two unsigned 32-bit halves: numbers of 53 bits are too short, and bigints cost an allocation.
 */
export class FingerprintSet {
  size = 0;
  #slots: Uint32Array;
  #capacity: number;
  #marked = 0;

  constructor(expected = 0) {
    this.#capacity = Math.max(SLOTS_MIN, Math.ceil(expected / LOAD_MAX) + 1);
    this.#slots = new Uint32Array(this.#capacity * 2);
  }

  /** Adds one. @returns false if it was there already. */
  add(high: number, low: number): boolean {
    if (this.size >= this.#capacity * LOAD_MAX) this.#grow();
    const slot = this.#slotOf(high & HIGH_MASK, low);
    if (!this.#isEmpty(slot)) return false;
    this.#slots[slot * 2] = high & HIGH_MASK;
    this.#slots[slot * 2 + 1] = low;
    this.size++;
    return true;
  }

  /** Adds all of a buffer of 8-byte big-endian fingerprints. */
  addAll(fingerprints: Buffer): void {
    for (let at = 0; at + FINGERPRINT_BYTES <= fingerprints.length; at += FINGERPRINT_BYTES) {
      this.add(fingerprints.readUInt32BE(at), fingerprints.readUInt32BE(at + 4));
    }
  }

  /** @returns its slot, for the calls below, or -1. A slot holds until the next `add`. */
  find(high: number, low: number): number {
    const slot = this.#slotOf(high & HIGH_MASK, low);
    return this.#isEmpty(slot) ? -1 : slot;
  }

  /** The row is there as it was. @returns false if its record was marked before: two rows claim it. */
  markSeen(slot: number): boolean {
    return this.#mark(slot, SEEN);
  }

  /** The record's row is there with other content. @returns false if its record was marked before. */
  markReplaced(slot: number): boolean {
    return this.#mark(slot, REPLACED);
  }

  /** How many have no mark: records without a row. */
  get unmarked(): number {
    return this.size - this.#marked;
  }

  /** The fingerprints without a mark, 8 bytes each, in chunks. */
  *unmarkedFingerprints(): Generator<Buffer> {
    let chunk = Buffer.allocUnsafe(UNMARKED_CHUNK * FINGERPRINT_BYTES);
    let length = 0;
    for (let slot = 0; slot < this.#capacity; slot++) {
      const high = wordAt(this.#slots, slot * 2);
      if (this.#isEmpty(slot) || high > HIGH_MASK) continue;
      chunk.writeUInt32BE(high, length);
      chunk.writeUInt32BE(wordAt(this.#slots, slot * 2 + 1), length + 4);
      length += FINGERPRINT_BYTES;
      if (length === chunk.length) {
        yield chunk;
        chunk = Buffer.allocUnsafe(chunk.length);
        length = 0;
      }
    }
    if (length > 0) yield chunk.subarray(0, length);
  }

  #mark(slot: number, mark: number): boolean {
    const high = wordAt(this.#slots, slot * 2);
    if (high > HIGH_MASK) return false;
    this.#slots[slot * 2] = (high | mark) >>> 0;
    this.#marked++;
    return true;
  }

  #isEmpty(slot: number): boolean {
    return this.#slots[slot * 2] === 0 && this.#slots[slot * 2 + 1] === 0;
  }

  /** The slot that holds it, or the empty one where it belongs. The home slot grows with `high`, so growing reads in order. */
  #slotOf(high: number, low: number): number {
    const slots = this.#slots;
    let slot = Math.floor((high * this.#capacity) / HIGH_RANGE);
    for (;;) {
      const slotHigh = wordAt(slots, slot * 2);
      const slotLow = wordAt(slots, slot * 2 + 1);
      if (slotLow === low && (slotHigh & HIGH_MASK) === high) return slot;
      if (slotHigh === 0 && slotLow === 0) return slot;
      slot = slot + 1 === this.#capacity ? 0 : slot + 1;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#capacity *= 2;
    this.#slots = new Uint32Array(this.#capacity * 2);
    for (let at = 0; at < old.length; at += 2) {
      const high = wordAt(old, at);
      const low = wordAt(old, at + 1);
      if (high === 0 && low === 0) continue;
      const slot = this.#slotOf(high & HIGH_MASK, low);
      this.#slots[slot * 2] = high;
      this.#slots[slot * 2 + 1] = low;
    }
  }
}
