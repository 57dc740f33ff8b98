import { isUtf8 } from 'node:buffer';

/**
 * A lone surrogate is left over when a text is cut in the middle of an emoji. It is not a character, and decoding replaces every
 * lone surrogate with the same U+FFFD, so two different ids would become equal. Rows that contain one are quarantined, whatever
 * its form: the escape `\ud83d` in JSON, or the three bytes that some programs write.
 */

const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
const ESCAPE = Buffer.from('\\u');
const ESCAPE_LENGTH = 6;

/** Whether JSON text contains the escape of a lone surrogate, such as `\ud83d` without its other half. */
export function hasLoneSurrogateEscape(bytes: Buffer, start: number, end: number): boolean {
  const text = bytes.subarray(start, end);
  const first = text.indexOf(ESCAPE);
  if (first < 0) return false;
  for (let at = startOfBackslashes(text, first); at < text.length; at++) {
    if (text[at] !== BACKSLASH) continue;
    if (text[at + 1] !== LETTER_U) {
      at++;
      continue;
    }
    const unit = unitAt(text, at);
    if (unit >= 0xdc00 && unit <= 0xdfff) return true;
    const isFirst = unit >= 0xd800 && unit <= 0xdbff;
    if (isFirst && !isSecond(unitAt(text, at + ESCAPE_LENGTH))) return true;
    at += (isFirst ? 2 : 1) * ESCAPE_LENGTH - 1;
  }
  return false;
}

/** Returns where the run of backslashes begins that ends at `at`. Counting from there shows which of them are escaped. */
function startOfBackslashes(text: Buffer, at: number): number {
  let start = at;
  while (start > 0 && text[start - 1] === BACKSLASH) start--;
  return start;
}

/** Returns the UTF-16 code unit of the escape at this position, or -1 if there is none. */
function unitAt(text: Buffer, at: number): number {
  if (text[at] !== BACKSLASH || text[at + 1] !== LETTER_U) return -1;
  const unit = Number.parseInt(text.toString('latin1', at + 2, at + ESCAPE_LENGTH), 16);
  return Number.isNaN(unit) ? -1 : unit;
}

function isSecond(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** The first byte of a lone surrogate in UTF-8 (`ED A0 80` to `ED BF BF`), as WTF-8 and CESU-8 encode it. */
const HALF_START = 0xed;
const QUESTION_MARK = 0x3f;

/** Whether bytes are valid UTF-8 apart from lone surrogates. Each row that contains one is quarantined later. */
export function isUtf8ButForHalves(bytes: Buffer): boolean {
  if (isUtf8(bytes)) return true;
  let at = nextHalf(bytes, 0);
  if (at < 0) return false;
  const replaced = Buffer.from(bytes);
  for (; at >= 0; at = nextHalf(bytes, at + 3)) replaced.fill(QUESTION_MARK, at, at + 3);
  return isUtf8(replaced);
}

function nextHalf(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(HALF_START, from); at >= 0; at = bytes.indexOf(HALF_START, at + 1)) {
    const [second = 0, third = 0] = [bytes[at + 1], bytes[at + 2]];
    if (second >= 0xa0 && second <= 0xbf && third >= 0x80 && third <= 0xbf) return at;
  }
  return -1;
}

const HALF = /\p{Cs}/gu;

/**
 * Returns the bytes of a string. Unlike UTF-8, which maps all lone surrogates to U+FFFD, this keeps distinct bytes for each of
 * them.
 */
export function bytesOfText(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text);
  const parts: Buffer[] = [];
  let copied = 0;
  for (const { index } of text.matchAll(HALF)) {
    const unit = text.charCodeAt(index);
    parts.push(Buffer.from(text.slice(copied, index)));
    parts.push(Buffer.from([HALF_START, 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)]));
    copied = index + 1;
  }
  parts.push(Buffer.from(text.slice(copied)));
  return Buffer.concat(parts);
}
