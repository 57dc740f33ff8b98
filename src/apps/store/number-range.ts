import { elements, eachMember, isArray, isObject, isString } from '../../json/scan.ts';

/** `jsonb` has the range of `numeric`: the digits before the decimal point ... */
const INTEGER_DIGITS_MAX = 131_072;
/** ... and after it. */
const FRACTION_DIGITS_MAX = 16_383;

/** A number with fewer digits in a row is within the range, unless its exponent has four digits. */
const SUSPECT_DIGITS = 15_000;
const SUSPECT_EXPONENT_DIGITS = 4;

const NUMBER = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** Whether JSON has a number that Postgres cannot store. @param json text that was checked */
export function hasNumberOutOfRange(json: Buffer): boolean {
  return hasSuspect(json) && valueIsOutOfRange(json, 0, json.length);
}

/** Whether any bytes, also of a string, could be such a number. A pattern would count the digits again from each of them. */
function hasSuspect(json: Buffer): boolean {
  let digits = 0;
  for (let at = 0; at < json.length; at++) {
    if (isDigit(json[at])) {
      digits++;
      if (digits === SUSPECT_DIGITS) return true;
      continue;
    }
    digits = 0;
    if (!isExponentSign(json[at])) continue;
    let next = at + 1;
    if (json[next] === PLUS || json[next] === MINUS) next++;
    while (json[next] === ZERO) next++;
    const start = next;
    while (isDigit(json[next])) next++;
    if (next - start >= SUSPECT_EXPONENT_DIGITS) return true;
    at = next - 1;
  }
  return false;
}

const PLUS = 0x2b;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

function isExponentSign(byte: number | undefined): boolean {
  return byte === 0x45 || byte === 0x65;
}

function valueIsOutOfRange(json: Buffer, start: number, end: number): boolean {
  if (isString(json, start)) return false;
  if (isArray(json, start)) {
    for (const element of elements(json, start)) {
      if (valueIsOutOfRange(json, element.start, element.end)) return true;
    }
    return false;
  }
  if (!isObject(json, start)) return isOutOfRange(json.toString('latin1', start, end));
  let found = false;
  eachMember(json, start, (_, from, to) => {
    found ||= valueIsOutOfRange(json, from, to);
  });
  return found;
}

function isOutOfRange(value: string): boolean {
  const parts = NUMBER.exec(value.trim());
  if (parts === null) return false;
  const [, integer = '', fraction = '', exponent = '0'] = parts;
  const shift = Number(exponent);
  return integer.length + shift > INTEGER_DIGITS_MAX || fraction.length - shift > FRACTION_DIGITS_MAX;
}
