/** Below this length, a loop of 16 bytes is faster than the copy of the engine, which is a call out of the kernel. */
const SHORT_BYTES: usize = 512;

/**
 * Copies bytes, and up to 15 more after them, which the next write replaces: an output has room for them, and so has a batch.
 * @returns the end of the copy
 */
export function copyTo(out: usize, from: usize, length: usize): usize {
  const end = out + length;
  if (length > SHORT_BYTES) {
    memory.copy(out, from, length);
    return end;
  }
  while (out < end) {
    v128.store(out, v128.load(from));
    out += 16;
    from += 16;
  }
  return end;
}

const BACKSLASH: u8 = 0x5c;
const QUOTE: u8 = 0x22;
const SPACE: u8 = 0x20;

/** Returns a bit for each of the next 16 bytes that needs an escape in a JSON string. */
function escapesIn(bytes: v128): i32 {
  const special = v128.or(
    v128.or(i8x16.eq(bytes, i8x16.splat(QUOTE)), i8x16.eq(bytes, i8x16.splat(BACKSLASH))),
    i8x16.lt_u(bytes, i8x16.splat(SPACE)),
  );
  return i8x16.bitmask(special);
}

/** Copies bytes as the inside of a JSON string. @returns the end of the copy */
export function escapeTo(out: usize, from: usize, end: usize): usize {
  while (from < end) {
    const bytes = v128.load(from);
    v128.store(out, bytes);
    const left = end - from;
    let mask = escapesIn(bytes);
    if (left < 16) mask &= (1 << (<i32>left)) - 1;
    if (mask == 0) {
      const step: usize = left < 16 ? left : 16;
      out += step;
      from += step;
      continue;
    }
    const plain = <usize>ctz(mask);
    out = escapeOne(out + plain, load<u8>(from + plain));
    from += plain + 1;
  }
  return out;
}

/** Returns whether none of the bytes needs an escape in a JSON string. */
export function needsNoEscape(from: usize, end: usize): bool {
  while (from < end) {
    const left = end - from;
    let mask = escapesIn(v128.load(from));
    if (left < 16) mask &= (1 << (<i32>left)) - 1;
    if (mask != 0) return false;
    from += 16;
  }
  return true;
}

function escapeOne(out: usize, byte: u8): usize {
  store<u8>(out, BACKSLASH);
  let letter: u8 = byte;
  if (byte < SPACE) {
    switch (byte) {
      case 0x08:
        letter = 0x62;
        break;
      case 0x09:
        letter = 0x74;
        break;
      case 0x0a:
        letter = 0x6e;
        break;
      case 0x0c:
        letter = 0x66;
        break;
      case 0x0d:
        letter = 0x72;
        break;
      default: {
        // The four characters `u00X`, where the last one is 0 or 1.
        store<u32>(out + 1, 0x3030_3075 | ((<u32>(byte >> 4)) << 24));
        const digit = byte & 15;
        store<u8>(out + 5, digit < 10 ? 0x30 + digit : 0x57 + digit);
        return out + 6;
      }
    }
  }
  store<u8>(out + 1, letter);
  return out + 2;
}
