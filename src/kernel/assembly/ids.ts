const COLON: u8 = 0x3a;
const PERCENT: u8 = 0x25;
const LOW_LINE: u8 = 0x5f;

/** Copies a part of an id, with `%` and `:` percent-encoded. @returns the end */
export function idPartTo(out: usize, from: usize, end: usize): usize {
  for (; from < end; from++) {
    const byte = load<u8>(from);
    if (byte == COLON || byte == PERCENT) {
      store<u8>(out, PERCENT);
      // `3A` or `25`
      store<u16>(out + 1, byte == COLON ? 0x4133 : 0x3532);
      out += 3;
    } else {
      store<u8>(out++, byte);
    }
  }
  return out;
}

/**
 * Writes an id with letters, digits and `-` unchanged, `__` for `:`, and `_` and two digits for every other byte.
 * @returns the end, or 0 if it would have more than `most` characters
 */
export function readableIdTo(out: usize, from: usize, end: usize, most: usize): usize {
  const start = out;
  for (; from < end; from++) {
    const byte = load<u8>(from);
    if (isPlain(byte)) {
      store<u8>(out++, byte);
    } else if (byte == COLON) {
      store<u16>(out, 0x5f5f);
      out += 2;
    } else {
      store<u8>(out, LOW_LINE);
      store<u8>(out + 1, digitOf(byte >> 4));
      store<u8>(out + 2, digitOf(byte & 15));
      out += 3;
    }
  }
  return out - start > most ? 0 : out;
}

function isPlain(byte: u8): bool {
  const letter = (byte | 0x20) - 0x61;
  return letter < 26 || byte - 0x30 < 10 || byte == 0x2d;
}

function digitOf(value: u8): u8 {
  return value < 10 ? 0x30 + value : 0x37 + value;
}
