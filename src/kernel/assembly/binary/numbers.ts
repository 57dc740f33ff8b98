const ZERO: u8 = 0x30;

/** Writes a number from 0 to 99 with two digits. */
export function twoDigitsTo(out: usize, value: i32): usize {
  store<u16>(out, <u16>(0x3030 + value / 10 + ((value % 10) << 8)));
  return out + 2;
}

/** Writes a number with at least as many digits as are given. */
export function numberTo(out: usize, value: u64, digits: i32): usize {
  let length = 1;
  for (let rest = value / 10; rest > 0; rest /= 10) length++;
  if (length < digits) length = digits;
  const end = out + length;
  for (let at = end - 1; at >= out; at--) {
    store<u8>(at, ZERO + <u8>(value % 10));
    value /= 10;
  }
  return end;
}

/** Writes a number with its sign. */
export function signedTo(out: usize, value: i64): usize {
  if (value >= 0) return numberTo(out, <u64>value, 1);
  store<u8>(out, 0x2d);
  return numberTo(out + 1, 0 - <u64>value, 1);
}
