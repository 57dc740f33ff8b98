import { describe, expect, test } from '@jest/globals';
import { BINARY_ARRAY, BINARY_DATE, BINARY_NONE, BINARY_TIMESTAMP } from '../../src/kernel/binary-forms.ts';
import { KERNEL_COLUMNS_MAX } from '../../src/kernel/kernel.ts';
import { openKernel } from '../../src/kernel/open-kernel.ts';

const TEXT_OID = 25;
const FLOAT_OID = 701;

function ints(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => bytes.writeInt32BE(value, 4 * index));
  return bytes;
}

/** A row of values, each after its length. */
const rowOf = (...values: Buffer[]) => Buffer.concat(values.flatMap((value) => [ints(value.length), value]));
const element = (text: string) => Buffer.concat([ints(text.length), Buffer.from(text)]);
const arrayOf = (oid: number, size: number, ...elements: Buffer[]) =>
  Buffer.concat([ints(1, 0, oid, size, 1), ...elements]);

function textOf(row: Buffer, forms: readonly number[]): Buffer {
  const kernel = openKernel();
  kernel.load({ bytes: row, starts: Uint32Array.of(0), ends: Uint32Array.of(row.length), count: 1 });
  const { bytes, starts, ends } = kernel.toText([0], Uint8Array.from(forms));
  return bytes.subarray(starts[0], ends[0]);
}

describe('toText', () => {
  test('rewrites binary values and keeps the others', () => {
    const row = rowOf(Buffer.from('a'), ints(366), Buffer.from('b'), arrayOf(TEXT_OID, 1, element('c')));
    const forms = [BINARY_NONE, BINARY_DATE, BINARY_NONE, BINARY_ARRAY];
    const text = rowOf(...['a', '2001-01-01', 'b', '{c}'].map((value) => Buffer.from(value)));
    expect(textOf(row, forms)).toEqual(text);
  });

  test('keeps NULL and a field that is absent', () => {
    const row = Buffer.concat([ints(-1), ints(-2)]);
    expect(textOf(row, [BINARY_DATE, BINARY_ARRAY])).toEqual(row);
  });

  test.each([4, 6, 9])('keeps a value incomplete when its row was cut after %d bytes', (length) => {
    const row = Buffer.concat([rowOf(ints(366)), rowOf(ints(0))]);
    const whole = rowOf(Buffer.from('2001-01-01'));
    const cut = row.subarray(0, length);
    const expected = length < 8 ? cut : Buffer.concat([whole, row.subarray(8, length)]);
    expect(textOf(cut, [BINARY_DATE, BINARY_DATE])).toEqual(expected);
  });

  test.each([
    ['a date of another length', BINARY_DATE, ints(1, 2)],
    ['a time of another length', BINARY_TIMESTAMP, ints(1)],
    ['an unknown form', 99, ints(1)],
    ['an array without a header', BINARY_ARRAY, ints(1, 0)],
    ['an array of too many dimensions', BINARY_ARRAY, ints(7, 0, TEXT_OID)],
    ['an array without its dimensions', BINARY_ARRAY, ints(2, 0, TEXT_OID, 1, 1)],
    ['an array with an empty dimension', BINARY_ARRAY, ints(1, 0, TEXT_OID, 0, 1)],
    ['an array of other elements', BINARY_ARRAY, arrayOf(FLOAT_OID, 1, element('12345678'))],
    ['an array with too few elements', BINARY_ARRAY, arrayOf(TEXT_OID, 2, element('a'))],
    ['an array with too many elements', BINARY_ARRAY, arrayOf(TEXT_OID, 1, element('a'), element('b'))],
    ['an array whose element is cut', BINARY_ARRAY, arrayOf(TEXT_OID, 1, ints(5))],
  ])('fails for %s', (_, form, value) => {
    expect(() => textOf(rowOf(value), [form])).toThrow('not of its binary form');
  });

  test('refuses rows that are not loaded, and more columns than it has room for', () => {
    const kernel = openKernel();
    expect(() => kernel.toText([0], new Uint8Array(1))).toThrow('not loaded');
    expect(() => kernel.toText([], new Uint8Array(KERNEL_COLUMNS_MAX + 1))).toThrow('too many');
  });
});
