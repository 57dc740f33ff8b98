/** An Oracle NUMBER: a byte for sign and exponent, then up to 20 digits to the base of 100. */
const MANTISSA_MAX_BYTES = 20;
const EXPONENT_BIAS = 192;
const ZERO = 0x80;
/** Follows a negative mantissa that is not full, so that bytes sort like numbers. */
const NEGATIVE_END = 102;

/** @throws Error if the text is not a number, or has more digits than a NUMBER can keep */
export function numberBytes(text: string): Buffer {
  const [, sign = '', whole = '', fraction = '', power = '0'] =
    /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  if (whole + fraction === '') throw new Error(`${text} is no NUMBER.`);
  let exponent = Number(power) - fraction.length;
  let digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return Buffer.from([ZERO]);
  const significant = digits.replace(/0+$/, '');
  exponent += digits.length - significant.length;
  digits = significant;
  if (exponent % 2 !== 0) {
    exponent -= 1;
    digits += '0';
  }
  if (digits.length % 2 !== 0) digits = `0${digits}`;
  const pairs = Array.from({ length: digits.length / 2 }, (_, at) =>
    Number(digits.slice(at * 2, at * 2 + 2)),
  );
  const first = exponent / 2 + pairs.length + EXPONENT_BIAS;
  if (pairs.length > MANTISSA_MAX_BYTES || first > 255 || first < ZERO)
    throw new Error(`${text} is no NUMBER.`);
  if (sign !== '-') return Buffer.from([first, ...pairs.map((pair) => pair + 1)]);
  const end = pairs.length < MANTISSA_MAX_BYTES ? [NEGATIVE_END] : [];
  return Buffer.from([first ^ 0xff, ...pairs.map((pair) => 101 - pair), ...end]);
}

/** In digits, without an exponent. */
export function numberText(bytes: Buffer): string {
  const [first = ZERO, ...rest] = bytes;
  const positive = (first & 0x80) !== 0;
  if (rest.length === 0) return '0';
  const pairs = positive ? rest : rest.slice(0, rest.at(-1) === NEGATIVE_END ? -1 : undefined);
  const digits = pairs.map((byte) => String(positive ? byte - 1 : 101 - byte).padStart(2, '0')).join('');
  const point = ((positive ? first : first ^ 0xff) - EXPONENT_BIAS) * 2;
  const padded = digits.padStart(digits.length + Math.max(0, -point), '0').padEnd(point, '0');
  const wholeDigits = Math.max(0, point);
  const whole = padded.slice(0, wholeDigits).replace(/^0+/, '');
  const fraction = padded.slice(wholeDigits).replace(/0+$/, '');
  return `${positive ? '' : '-'}${whole === '' ? '0' : whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** BINARY_FLOAT and BINARY_DOUBLE: as IEEE 754 has them, but so changed that bytes sort like numbers. */
export function binaryBytes(value: number, bytes: 4 | 8): Buffer {
  const plain = Buffer.alloc(bytes);
  if (bytes === 4) plain.writeFloatBE(value);
  else plain.writeDoubleBE(value);
  const negative = (plain.readUInt8() & 0x80) !== 0;
  return Buffer.from(plain.map((byte, at) => (negative ? byte ^ 0xff : at === 0 ? byte | 0x80 : byte)));
}

export function binaryValue(bytes: Buffer): number {
  const positive = (bytes.readUInt8() & 0x80) !== 0;
  const plain = Buffer.from(
    bytes.map((byte, at) => (!positive ? byte ^ 0xff : at === 0 ? byte & 0x7f : byte)),
  );
  return plain.length === 4 ? plain.readFloatBE() : plain.readDoubleBE();
}
