import { byteAt } from '../document/in-range.ts';

const AT = 0x40;
const SPACE = 0x20;
const LETTER_N = 0x6e;
const LETTER_U = 0x75;
/** The length of the longest word for a missing value, `undefined`. */
const NOTHING_BYTES_MAX = 9;

/**
 * 1 for a byte that may be anywhere in a plain name, 2 for one that may not be in the domain of an address, 3 for letters and
 * digits.
 */
const KINDS = Buffer.alloc(256);
for (const byte of Buffer.from('._-')) KINDS[byte] = 1;
for (const byte of Buffer.from(' +#$!&~/=@')) KINDS[byte] = 2;
KINDS.fill(3, 0x30, 0x3a);
KINDS.fill(3, 0x41, 0x5b);
KINDS.fill(3, 0x61, 0x7b);

/**
 * Whether bytes are one plain name, for which `namesIn` would return the same name (an address in lower case). Most readers are,
 * and then no decoding is needed.
 */
export function isPlainName(bytes: Uint8Array, start: number, end: number): boolean {
  if (start >= end || byteAt(bytes, start) === SPACE || byteAt(bytes, end - 1) === SPACE) return false;
  let sign = -1;
  let hasSpace = false;
  let hasLetter = false;
  for (let at = start; at < end; at++) {
    const byte = byteAt(bytes, at);
    const kind = byteAt(KINDS, byte);
    if (kind === 0 || (kind === 2 && sign >= 0)) return false;
    if (byte === AT) sign = at;
    else if (byte === SPACE) hasSpace = true;
    else if (kind === 3) hasLetter = true;
  }
  if (sign < 0) return hasLetter && !mayBeNothing(bytes, start, end);
  return (
    sign > start &&
    sign < end - 1 &&
    !hasSpace &&
    byteAt(KINDS, byteAt(bytes, sign + 1)) === 3 &&
    byteAt(KINDS, byteAt(bytes, end - 1)) === 3
  );
}

/** Whether the text may be a word such as NULL, none or undefined. */
function mayBeNothing(bytes: Uint8Array, start: number, end: number): boolean {
  const first = byteAt(bytes, start) | 0x20;
  return end - start <= NOTHING_BYTES_MAX && (first === LETTER_N || first === LETTER_U);
}
