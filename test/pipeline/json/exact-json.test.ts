import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseExactJson } from '../../../src/pipeline/json/exact-json.ts';

describe('JSON', () => {
  test.each<[string, unknown]>([
    ['9007199254740993', '9007199254740993'],
    ['-12345678901234567890', '-12345678901234567890'],
    ['9007199254740991', 9_007_199_254_740_991],
    ['1.50', '1.50'],
    ['1.5', 1.5],
    ['-0', '-0'],
    ['1e3', '1e3'],
    ['0', 0],
    ['"1.50"', '1.50'],
    ['"a \\" 1.50 \\\\"', 'a " 1.50 \\'],
    [
      '{"id":9007199254740993,"9007199254740993":[1.10,2]}',
      { id: '9007199254740993', '9007199254740993': ['1.10', 2] },
    ],
    ['[true,null,"x"]', [true, null, 'x']],
  ])('%s keeps every digit', (json, value) => {
    expect(parseExactJson(json)).toEqual(value);
  });

  test.each(['01', '1.', '--1', '[1.50', '"1.50', '1.5.0', '1e', '"\\', ''])(
    '%j is refused as ever',
    (json) => {
      expect(() => parseExactJson(json)).toThrow(SyntaxError);
    },
  );

  test('of values that JavaScript writes as they are is what JavaScript reads', () => {
    const values = [fc.maxSafeInteger(), fc.string({ unit: 'binary' }), fc.boolean(), fc.constant(null)];
    fc.assert(
      fc.property(fc.anything({ values }), (value) => {
        const json = JSON.stringify(value);
        expect(parseExactJson(json)).toEqual(JSON.parse(json));
      }),
    );
  });

  test('of any digits writes the same digits', () => {
    const digits = fc
      .tuple(fc.bigInt(), fc.option(fc.stringMatching(/^\d{1,30}$/), { nil: undefined }))
      .map(([whole, fraction]) => (fraction === undefined ? String(whole) : `${whole}.${fraction}`));
    fc.assert(
      fc.property(digits, (text) => {
        expect(String(parseExactJson(text))).toBe(text);
        expect(parseExactJson(`{"a":[${text}]}`)).toEqual({ a: [expect.anything()] });
      }),
    );
  });

  test('of megabytes of text is read exactly', () => {
    const long = 'x'.repeat(20_000_000);
    expect(parseExactJson(`{"a":"${long}","b":1.50}`)).toEqual({ a: long, b: '1.50' });
  });
});
