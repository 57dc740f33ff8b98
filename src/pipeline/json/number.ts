import { byteAt } from '../document/in-range.ts';

const SPACE = 0x20;
const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;

/** Whether bytes are a number in JSON syntax: `1.`, `.5`, `007` and `NaN` are not. */
export function isJsonNumber(bytes: Buffer, start: number, end: number): boolean {
  let at = bytes[start] === MINUS ? start + 1 : start;
  const whole = at;
  at = afterDigits(bytes, at, end);
  if (at === whole || (bytes[whole] === ZERO && at > whole + 1)) return false;
  if (at < end && bytes[at] === POINT) {
    const from = at + 1;
    at = afterDigits(bytes, from, end);
    if (at === from) return false;
  }
  // This matches `e` or `E`.
  if (at < end && (byteAt(bytes, at) | SPACE) === 0x65) {
    at++;
    if (at < end && (bytes[at] === MINUS || bytes[at] === PLUS)) at++;
    const from = at;
    at = afterDigits(bytes, from, end);
    if (at === from) return false;
  }
  return at === end;
}

function afterDigits(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && byteAt(bytes, at) >= ZERO && byteAt(bytes, at) <= NINE) at++;
  return at;
}
