import { sipHash } from './sip-hash';

/** The two top bits of a fingerprint are zero: a table of fingerprints keeps its marks there. */
const FINGERPRINT_MASK: u64 = 0x3fff_ffff_ffff_ffff;

/**
 * Writes the fingerprint of each row to `out`, as two words of 32 bits, the high one first.
 * @param base where `starts` and `ends`, arrays of u32, count from
 */
export function fingerprints(
  count: i32,
  base: usize,
  starts: usize,
  ends: usize,
  keyLow: u64,
  keyHigh: u64,
  out: usize,
): void {
  for (let row = 0; row < count; row++) {
    const offset = (<usize>row) << 2;
    const start = base + load<u32>(starts + offset);
    const end = base + load<u32>(ends + offset);
    const fingerprint = fingerprintOf(start, end, keyLow, keyHigh);
    store<u32>(out + (offset << 1), <u32>(fingerprint >> 32));
    store<u32>(out + (offset << 1) + 4, <u32>fingerprint);
  }
}

/** The fingerprint of bytes. Zero marks an empty place in a table. */
export function fingerprintOf(start: usize, end: usize, keyLow: u64, keyHigh: u64): u64 {
  const hash = sipHash(start, end, keyLow, keyHigh) & FINGERPRINT_MASK;
  return hash == 0 ? 1 : hash;
}
