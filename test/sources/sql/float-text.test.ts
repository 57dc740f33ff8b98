import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { float32Text } from '../../../src/sources/sql/float-text.ts';

test('the text of a 32-bit float is that float again, and is never longer than as a 64-bit one', () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true }), (value) => {
      const text = float32Text(value);
      expect(Math.fround(Number(text))).toBe(Object.is(value, -0) ? 0 : value);
      expect(text.length).toBeLessThanOrEqual(String(value).length);
    }),
  );
});

test.each([
  [0.1, '0.1'],
  [16_777_216, '16777216'],
  [Infinity, 'Infinity'],
])('%d is %s', (value, text) => {
  expect(float32Text(Math.fround(value))).toBe(text);
});
