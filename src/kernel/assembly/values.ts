import { FORM_BOOLEAN, FORM_NUMBER, FORM_TIMESTAMP } from '../program-codes';
import { copyTo, escapeTo, needsNoEscape } from './copies';

const QUOTE: u8 = 0x22;
const TRUE: u32 = 0x6575_7274;
const FALS: u32 = 0x736c_6166;
const LETTER_E: u8 = 0x65;
const NULL: u32 = 0x6c6c_756e;
const SPACE: u8 = 0x20;
const PLUS: u8 = 0x2b;
const MINUS: u8 = 0x2d;
/** A shorter text is not a time, although a column may hold any text. */
const DATE_BYTES: usize = 10;

/** Each function of this file returns the end of what it wrote, or 0 for a value that is left to the other renderer. */

export function nullTo(out: usize): usize {
  store<u32>(out, NULL);
  return out + 4;
}

/** Writes a value as text. */
export function textTo(out: usize, from: usize, length: usize, form: u32): usize {
  if (form == FORM_BOOLEAN) return booleanTo(out, from, length);
  return form == FORM_TIMESTAMP ? timestampTo(out, from, length) : copyTo(out, from, length);
}

/** Writes a value as text inside a JSON string. */
export function textInJsonTo(out: usize, from: usize, length: usize, form: u32): usize {
  if (form == FORM_BOOLEAN) return booleanTo(out, from, length);
  return form == FORM_TIMESTAMP ? timestampTo(out, from, length) : escapeTo(out, from, from + length);
}

/** Writes a value that is not an array as JSON. */
export function jsonTo(out: usize, from: usize, length: usize, form: u32): usize {
  switch (form) {
    case FORM_BOOLEAN:
      return booleanTo(out, from, length);
    case FORM_NUMBER:
      return isJsonNumber(from, from + length) ? copyTo(out, from, length) : stringTo(out, from, length);
    case FORM_TIMESTAMP: {
      store<u8>(out, QUOTE);
      const end = length == 0 ? out + 1 : timestampTo(out + 1, from, length);
      if (end == 0) return 0;
      store<u8>(end, QUOTE);
      return end + 1;
    }
    default:
      return stringTo(out, from, length);
  }
}

function stringTo(out: usize, from: usize, length: usize): usize {
  store<u8>(out, QUOTE);
  const end = escapeTo(out + 1, from, from + length);
  store<u8>(end, QUOTE);
  return end + 1;
}

function booleanTo(out: usize, from: usize, length: usize): usize {
  if (length == 0) return 0;
  if (load<u8>(from) == 0x74) {
    store<u32>(out, TRUE);
    return out + 4;
  }
  store<u32>(out, FALS);
  store<u8>(out + 4, LETTER_E);
  return out + 5;
}

/** Writes RFC 3339, as `writeTimestamp` of the pipeline; only a value that needs no escape. */
function timestampTo(out: usize, from: usize, length: usize): usize {
  if (!needsNoEscape(from, from + length)) return 0;
  const end = copyTo(out, from, length);
  const first = load<u8>(from);
  const last = load<u8>(from + length - 1);
  // These are `infinity`, `-infinity` and a year BC.
  if (first == 0x69 || first == MINUS || last == 0x43) return end;
  if (length < DATE_BYTES) return 0;
  let space = out;
  while (space < end && load<u8>(space) != SPACE) space++;
  if (space == end) return end;
  store<u8>(space, 0x54);
  const sign = load<u8>(end - 3);
  if (sign != PLUS && sign != MINUS) return end;
  if (sign == PLUS && load<u16>(end - 2) == 0x3030) {
    store<u8>(end - 3, 0x5a);
    return end - 2;
  }
  store<u8>(end, 0x3a);
  store<u16>(end + 1, 0x3030);
  return end + 3;
}

/** Returns whether bytes are a number in JSON syntax: `1.`, `.5`, `007` and `NaN` are not. */
export function isJsonNumber(start: usize, end: usize): bool {
  let at = start < end && load<u8>(start) == MINUS ? start + 1 : start;
  const whole = at;
  at = afterDigits(at, end);
  if (at == whole || (load<u8>(whole) == 0x30 && at > whole + 1)) return false;
  if (at < end && load<u8>(at) == 0x2e) {
    const fraction = at + 1;
    at = afterDigits(fraction, end);
    if (at == fraction) return false;
  }
  if (at < end && (load<u8>(at) | 0x20) == 0x65) {
    at++;
    if (at < end && (load<u8>(at) == MINUS || load<u8>(at) == PLUS)) at++;
    const exponent = at;
    at = afterDigits(exponent, end);
    if (at == exponent) return false;
  }
  return at == end;
}

function afterDigits(at: usize, end: usize): usize {
  while (at < end && load<u8>(at) - 0x30 <= 9) at++;
  return at;
}
