/**
 * Writes base64, 12 bytes at a time: the four digits of three bytes are shifted into the lane of 32 bits that holds them.
 * @returns the end of the digits
 */
export function base64To(out: usize, from: usize, end: usize): usize {
  while (from + 12 <= end) {
    v128.store(out, digitsOf(v128.load(from)));
    from += 12;
    out += 16;
  }
  const left = end - from;
  if (left == 0) return out;
  // Bytes after the end must not reach the last digit.
  const keep: v128 = i8x16.lt_u(
    i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
    i8x16.splat(<i8>left),
  );
  v128.store(out, digitsOf(v128.and(v128.load(from), keep)));
  const groups = (left + 2) / 3;
  out += 4 * groups;
  for (let missing: usize = 3 * groups - left; missing > 0; missing--) store<u8>(out - missing, 0x3d);
  return out;
}

/** Returns 16 digits for the first 12 bytes. */
function digitsOf(bytes: v128): v128 {
  // Each lane has three bytes, the first one in the highest place.
  const lanes = i8x16.swizzle(bytes, i8x16(2, 1, 0, -1, 5, 4, 3, -1, 8, 7, 6, -1, 11, 10, 9, -1));
  const first = v128.and(i32x4.shr_u(lanes, 18), i32x4.splat(0x3f));
  const second = v128.and(i32x4.shr_u(lanes, 4), i32x4.splat(0x3f00));
  const third = v128.and(i32x4.shl(lanes, 10), i32x4.splat(0x3f_0000));
  const fourth = v128.and(i32x4.shl(lanes, 24), i32x4.splat(0x3f00_0000));
  const values = v128.or(v128.or(first, second), v128.or(third, fourth));
  // 13 for an upper-case letter, 0 for a lower-case letter, 1 to 10 for a digit, 11 for `+`, 12 for `/`.
  const range = v128.or(
    i8x16.sub_sat_u(values, i8x16.splat(51)),
    v128.and(i8x16.lt_s(values, i8x16.splat(26)), i8x16.splat(13)),
  );
  const offsets = i8x16.swizzle(i8x16(71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -19, -16, 65, 0, 0), range);
  return i8x16.add(values, offsets);
}
