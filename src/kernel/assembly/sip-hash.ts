/** SipHash-1-3 of `bytes[start .. end)` under a key of 128 bits. */
export function sipHash(start: usize, end: usize, keyLow: u64, keyHigh: u64): u64 {
  let v0: u64 = keyLow ^ 0x736f6d6570736575;
  let v1: u64 = keyHigh ^ 0x646f72616e646f6d;
  let v2: u64 = keyLow ^ 0x6c7967656e657261;
  let v3: u64 = keyHigh ^ 0x7465646279746573;
  const length = end - start;
  let at = start;
  const whole = start + (length & ~7);
  while (at < whole) {
    const word = load<u64>(at);
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
    at += 8;
  }
  let last: u64 = (<u64>length) << 56;
  for (let shift: u64 = 0; at < end; at++, shift += 8) last |= (<u64>load<u8>(at)) << shift;
  v3 ^= last;
  for (let round = 0; round < 4; round++) {
    // The first round takes the last word; the other three finish.
    if (round == 1) {
      v0 ^= last;
      v2 ^= 0xff;
    }
    v0 += v1;
    v2 += v3;
    v1 = rotl<u64>(v1, 13) ^ v0;
    v3 = rotl<u64>(v3, 16) ^ v2;
    v0 = rotl<u64>(v0, 32) + v3;
    v2 += v1;
    v3 = rotl<u64>(v3, 21) ^ v0;
    v1 = rotl<u64>(v1, 17) ^ v2;
    v2 = rotl<u64>(v2, 32);
  }
  return v0 ^ v1 ^ v2 ^ v3;
}
