import { elements, eachMember, isArray, isObject, isString } from '../../json/scan.ts';

/** `jsonb` has the range of `numeric`: the digits before the decimal point ... */
const INTEGER_DIGITS_MAX = 131_072;
/** ... and after it. */
const FRACTION_DIGITS_MAX = 16_383;

/** Matches whatever could be such a number, also in a string: an exponent of four digits, or very many digits. */
const SUSPECT = /[eE][+-]?0*[1-9]\d{3}|\d{15000}/;

const NUMBER = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** Whether JSON has a number that Postgres cannot store. @param json text that was checked */
export function hasNumberOutOfRange(json: Buffer): boolean {
  return SUSPECT.test(json.toString('latin1')) && valueIsOutOfRange(json, 0, json.length);
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
