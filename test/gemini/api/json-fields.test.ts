import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { countOf, fieldOf, textOf } from '../../../src/gemini/api/json-fields.ts';

describe('a count', () => {
  test.each([
    [{ successCount: '12' }, 12],
    [{ successCount: '9007199254740991' }, Number.MAX_SAFE_INTEGER],
    [{ successCount: 3 }, 3],
    [{ successCount: null }, 0],
    [{}, 0],
    [undefined, 0],
  ])('of %j is %d', (object, expected) => {
    expect(countOf(object, 'successCount')).toBe(expected);
  });

  test('is read as it was written', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (count) => {
        expect(countOf({ n: `${count}` }, 'n')).toBe(count);
      }),
    );
  });

  test.each([
    { n: '9007199254740992' },
    { n: 'many' },
    { n: '' },
    { n: '-1' },
    { n: '1.5' },
    { n: '0x10' },
    { n: -1 },
    { n: 1.5 },
    { n: true },
    { n: {} },
    [],
    'text',
    7,
  ])('is refused when it is none: %j', (object) => {
    expect(() => countOf(object, 'n')).toThrow(
      expect.objectContaining({
        code: 'GEMINI_REFUSED',
        message: expect.stringContaining(' n that is not a count'),
      }),
    );
  });
});

describe('a field', () => {
  test('is only what the answer itself has', () => {
    expect(fieldOf({ a: 1 }, 'a')).toBe(1);
    expect(fieldOf({}, 'constructor')).toBeUndefined();
    expect(fieldOf('text', 'length')).toBeUndefined();
    expect(fieldOf(null, 'a')).toBeUndefined();
  });

  test('that is not a string is undefined', () => {
    expect(textOf({ a: 'x' }, 'a')).toBe('x');
    expect(textOf({ a: 1 }, 'a')).toBeUndefined();
  });
});
