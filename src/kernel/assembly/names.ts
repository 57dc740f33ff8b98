const AT: u8 = 0x40;
const SPACE: u8 = 0x20;
const FIRST_BYTE: u8 = 0x20;
const LAST_BYTE: u8 = 0x7f;

/**
 * For the bytes from 0x20 to 0x7f: 1 for one that may be anywhere in a plain name, 2 for one that may not be in the domain of an
 * address, 3 for letters and digits, 0 for all others.
 */
// prettier-ignore
const KINDS: usize = memory.data<u8>([
  2, 2, 0, 2, 2, 0, 2, 0, 0, 0, 0, 2, 0, 1, 1, 2,
  3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 0, 0, 0, 2, 0, 0,
  2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
  3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 0, 0, 0, 0, 1,
  0, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
  3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 0, 0, 0, 2, 0,
]);

/** The results of `nameKind`. */
export const NOT_PLAIN: i32 = 0;
export const NAME: i32 = 1;
export const ADDRESS: i32 = 2;

/** Returns what `isPlainName` of the pipeline finds, and whether the name is an address. */
export function nameKind(start: usize, end: usize): i32 {
  if (start >= end || load<u8>(start) == SPACE || load<u8>(end - 1) == SPACE) return NOT_PLAIN;
  let sign: usize = 0;
  let hasSpace = false;
  let hasLetter = false;
  for (let at = start; at < end; at++) {
    const byte = load<u8>(at);
    if (byte < FIRST_BYTE || byte > LAST_BYTE) return NOT_PLAIN;
    const kind = kindOf(byte);
    if (kind == 0 || (kind == 2 && sign != 0)) return NOT_PLAIN;
    if (byte == AT) sign = at;
    else if (byte == SPACE) hasSpace = true;
    else if (kind == 3) hasLetter = true;
  }
  if (sign == 0) return hasLetter && !isNothing(start, end) ? NAME : NOT_PLAIN;
  const isAddress =
    sign > start &&
    sign < end - 1 &&
    !hasSpace &&
    kindOf(load<u8>(sign + 1)) == 3 &&
    kindOf(load<u8>(end - 1)) == 3;
  return isAddress ? ADDRESS : NOT_PLAIN;
}

function kindOf(byte: u8): u8 {
  return load<u8>(KINDS + <usize>(byte - FIRST_BYTE));
}

/** Whether the text is a word for a missing value: null, none, nil, nan, n/a or undefined, in any case. */
function isNothing(start: usize, end: usize): bool {
  const first = load<u8>(start) | 0x20;
  if (first != 0x6e && first != 0x75) return false;
  const length = end - start;
  if (length == 3) {
    // The last byte comes from outside the text.
    const word = (load<u32>(start) | 0x20_2020) & 0xff_ffff;
    return word == 0x6c_696e || word == 0x6e_616e || word == 0x61_2f6e;
  }
  if (length == 4) {
    const word = load<u32>(start) | 0x2020_2020;
    return word == 0x6c6c_756e || word == 0x656e_6f6e;
  }
  return (
    length == 9 &&
    (load<u64>(start) | 0x2020_2020_2020_2020) == 0x656e_6966_6564_6e75 &&
    (load<u8>(start + 8) | 0x20) == 0x64
  );
}
