/** Returns whether bytes are UTF-8 without NUL. Most are ASCII, which takes one comparison for 16 bytes. */
export function isTextWithoutNul(from: usize, end: usize): bool {
  while (from < end) {
    const left = end - from;
    // A byte beyond ASCII is negative.
    let mask = i8x16.bitmask(i8x16.le_s(v128.load(from), i8x16.splat(0)));
    if (left < 16) mask &= (1 << (<i32>left)) - 1;
    if (mask == 0) {
      from += 16;
      continue;
    }
    from += <usize>ctz(mask);
    // Texts in other scripts have such characters in a row.
    do {
      const length = characterBytes(from, end);
      if (length == 0) return false;
      from += length;
    } while (from < end && load<u8>(from) >= 0x80);
  }
  return true;
}

/** Returns the length of the character at an address that is NUL or beyond ASCII; 0 if it is NUL or not UTF-8. */
function characterBytes(at: usize, end: usize): usize {
  const first = <u32>load<u8>(at);
  if (first < 0xc2 || first > 0xf4) return 0;
  if (first < 0xe0) return at + 1 < end && continues(at + 1) ? 2 : 0;
  if (at + 2 >= end || !continues(at + 1) || !continues(at + 2)) return 0;
  const second = <u32>load<u8>(at + 1);
  if (first < 0xf0) {
    if (first == 0xe0 && second < 0xa0) return 0;
    // These are the halves of surrogate pairs.
    return first == 0xed && second >= 0xa0 ? 0 : 3;
  }
  if (at + 3 >= end || !continues(at + 3)) return 0;
  if (first == 0xf0 && second < 0x90) return 0;
  return first == 0xf4 && second >= 0x90 ? 0 : 4;
}

function continues(at: usize): bool {
  return (load<u8>(at) & 0xc0) == 0x80;
}

/** Returns whether UTF-8 text has a visible character, as `hasText` of the pipeline. */
export function hasText(from: usize, end: usize): bool {
  while (from < end) {
    const blank = blankBytes(from, end);
    if (blank == 0) return true;
    from += blank;
  }
  return false;
}

/** Returns the length of the blank character at an address; 0 for any other character. */
function blankBytes(at: usize, end: usize): usize {
  const first = <u32>load<u8>(at);
  if (first < 0x80) return first <= 0x20 || first == 0x7f ? 1 : 0;
  if (first == 0xc2 && at + 1 < end) {
    const second = load<u8>(at + 1);
    return second <= 0xa0 || second == 0xad ? 2 : 0;
  }
  if (first >> 4 != 0xe || at + 2 >= end) return 0;
  const code =
    ((first & 0x0f) << 12) | ((<u32>(load<u8>(at + 1) & 0x3f)) << 6) | (<u32>(load<u8>(at + 2) & 0x3f));
  return isBlank(code) ? 3 : 0;
}

function isBlank(code: u32): bool {
  if (code < 0x2000) return code == 0x1680 || code == 0x180e;
  if (code <= 0x2064) {
    return code <= 0x200f || (code >= 0x2028 && code <= 0x202f) || code >= 0x205f;
  }
  return code == 0x3000 || code == 0xfeff;
}
