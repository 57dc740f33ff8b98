import { FORM_BOOLEAN, FORM_NUMBER } from '../program-codes';
import { jsonTo, nullTo } from './values';

const QUOTE: u8 = 0x22;
const COMMA: u8 = 0x2c;
const OPENING: u8 = 0x7b;
const CLOSING: u8 = 0x7d;

/**
 * Writes an array of Postgres's text form as JSON, if it has one dimension and its elements have no escapes.
 * @returns the end, or 0 for any other array
 */
export function arrayTo(out: usize, from: usize, end: usize, element: u32): usize {
  if (end < from + 2 || load<u8>(from) != OPENING || load<u8>(end - 1) != CLOSING) return 0;
  store<u8>(out++, 0x5b);
  let at = from + 1;
  const last = end - 1;
  while (at < last) {
    if (at > from + 1) store<u8>(out++, COMMA);
    const quoted = load<u8>(at) == QUOTE;
    if (quoted) at++;
    const stop = quoted ? endOfQuoted(at, last) : endOfBare(at, last);
    if (stop == 0) return 0;
    out = elementTo(out, at, stop, element, quoted);
    if (out == 0) return 0;
    at = quoted ? stop + 1 : stop;
    if (at == last) break;
    // A comma at the end has no element after it.
    if (load<u8>(at) != COMMA || ++at == last) return 0;
  }
  store<u8>(out, 0x5d);
  return out + 1;
}

function elementTo(out: usize, from: usize, stop: usize, element: u32, quoted: bool): usize {
  if (!quoted && isNull(from, stop)) return nullTo(out);
  // A quoted number or boolean is nothing that a database writes.
  if (quoted && (element == FORM_NUMBER || element == FORM_BOOLEAN)) return 0;
  return jsonTo(out, from, stop - from, element);
}

/** Returns the end of an element without quotation marks; 0 if it is empty or has a character with a meaning. */
function endOfBare(from: usize, last: usize): usize {
  let at = from;
  for (; at < last; at++) {
    const byte = load<u8>(at);
    if (byte == COMMA) break;
    if (byte == QUOTE || byte == OPENING || byte == CLOSING || byte == 0x5c) return 0;
  }
  return at == from ? 0 : at;
}

/** Returns the end of an element in quotation marks; 0 if it has an escape. */
function endOfQuoted(from: usize, last: usize): usize {
  for (let at = from; at < last; at++) {
    const byte = load<u8>(at);
    if (byte == QUOTE) return at;
    if (byte == 0x5c) return 0;
  }
  return 0;
}

/** Whether an element is NULL in any case; bytes beyond ASCII do not matter. */
function isNull(from: usize, stop: usize): bool {
  return stop == from + 4 && (load<u32>(from) | 0x2020_2020) == 0x6c6c_756e;
}
