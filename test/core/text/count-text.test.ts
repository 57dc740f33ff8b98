import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { count } from '../../../src/core/text/count-text.ts';

describe('count', () => {
  test('formats every whole number with a comma between groups of three digits', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(count(value)).toBe(value.toLocaleString('en-US').replace(/^-0$/, '0'));
      }),
    );
  });
});
