import type { ByteWriter } from './byte-writer.ts';
import { byteAt } from '../document/in-range.ts';

const SPACE = 0x20;
const DELETE = 0x7f;
const ASCII_END = 0x80;
/** The first byte of U+0080 to U+00BF in UTF-8: more control characters, the no-break space, the soft hyphen. */
const LATIN = 0xc2;
const CONTINUED = 0x3f;
const THREE_BYTES = 0xe0;

/** Matches white space and invisible characters that have three bytes in UTF-8. */
const BLANK = /^[\s\u180E\u200B-\u200F\u2028-\u202E\u2060-\u2064\uFEFF]$/;

/** Why a document without text cannot be published to a data store that requires content. */
export const NO_TEXT = {
  code: 'CONTENT_EMPTY',
  reason: 'its content and its title are empty or blank, and each document of the data store has text',
} as const;

/** Whether UTF-8 text has a visible character. Usually the first character is visible. */
export function hasText({ bytes, length }: Pick<ByteWriter, 'bytes' | 'length'>): boolean {
  let at = 0;
  while (at < length) {
    const blank = blankBytes(bytes, at, length);
    if (blank === 0) return true;
    at += blank;
  }
  return false;
}

/** Returns the length in bytes of the blank character at this position; 0 for any other character. */
function blankBytes(bytes: Buffer, at: number, end: number): number {
  const first = byteAt(bytes, at);
  if (first < ASCII_END) return first <= SPACE || first === DELETE ? 1 : 0;
  if (first === LATIN && at + 1 < end) {
    const second = byteAt(bytes, at + 1);
    return second <= 0xa0 || second === 0xad ? 2 : 0;
  }
  if (first >> 4 !== THREE_BYTES >> 4 || at + 2 >= end) return 0;
  const code =
    ((first & 0x0f) << 12) | ((byteAt(bytes, at + 1) & CONTINUED) << 6) | (byteAt(bytes, at + 2) & CONTINUED);
  return BLANK.test(String.fromCharCode(code)) ? 3 : 0;
}
