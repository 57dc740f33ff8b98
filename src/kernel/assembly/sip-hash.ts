const WORD_BYTES: usize = 8;
const FINISHING_ROUNDS: usize = 3;

/** SipHash-1-3 of `bytes[start .. end)` under a key of 128 bits. */
export function sipHash(start: usize, end: usize, keyLow: u64, keyHigh: u64): u64 {
  let v0: u64 = keyLow ^ 0x736f6d6570736575;
  let v1: u64 = keyHigh ^ 0x646f72616e646f6d;
  let v2: u64 = keyLow ^ 0x6c7967656e657261;
  let v3: u64 = keyHigh ^ 0x7465646279746573;
  const last = start + ((end - start) & ~(WORD_BYTES - 1));
  const finished = last + (1 + FINISHING_ROUNDS) * WORD_BYTES;
  for (let at = start; at < finished; at += WORD_BYTES) {
    let word: u64 = 0;
    if (at < last) word = load<u64>(at);
    else if (at == last) word = lastWord(start, last, end);
    else if (at == last + WORD_BYTES) v2 ^= 0xff;
    v3 ^= word;
    v0 += v1;
    v2 += v3;
    v1 = rotl<u64>(v1, 13) ^ v0;
    v3 = rotl<u64>(v3, 16) ^ v2;
    v0 = rotl<u64>(v0, 32) + v3;
    v2 += v1;
    v3 = rotl<u64>(v3, 21) ^ v0;
    v1 = rotl<u64>(v1, 17) ^ v2;
    v2 = rotl<u64>(v2, 32);
    v0 ^= word;
  }
  return v0 ^ v1 ^ v2 ^ v3;
}

/** The bytes after the last whole word, and the length in the highest byte. */
function lastWord(start: usize, last: usize, end: usize): u64 {
  let word = u64(end - start) << 56;
  for (let at = last; at < end; at++) {
    const byte: u64 = load<u8>(at);
    word |= byte << (8 * u64(at - last));
  }
  return word;
}
