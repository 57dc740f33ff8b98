import { isUtf8 } from 'node:buffer';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  bytesOfText,
  hasLoneSurrogateEscape,
  isUtf8ButForHalves,
} from '../../../src/pipeline/bytes/lone-surrogates.ts';

const holds = (json: string) => {
  const bytes = Buffer.from(`\\ud83d${json}\\ud83d`);
  return hasLoneSurrogateEscape(bytes, 6, bytes.length - 6);
};

describe('hasLoneSurrogateEscape', () => {
  test('finds in JSON what is not well-formed as text', () => {
    const part = fc.constantFrom(
      '\\ud83d',
      '\\uDE00',
      '\\ude00',
      '\\u00e9',
      '\\\\',
      '\\n',
      'ud83d',
      'x',
      '😀',
      '\\"',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const json = `"${parts.join('')}"`;
        expect(holds(json)).toBe(!String(JSON.parse(json)).isWellFormed());
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['"\\uzzzz"', false],
    ['"\\u"', false],
    ['"\\ud83d\\uzzzz"', true],
  ])('takes an escape without digits for none: in %s is half a pair, %s', (json, is) => {
    expect(holds(json)).toBe(is);
  });

  test('looks inside of lists, objects and keys', () => {
    expect(holds('{"a":["\\ud83d"]}')).toBe(true);
    expect(holds('{"\\udc00":1}')).toBe(true);
    expect(holds('["\\ud83d","\\ude00"]')).toBe(true);
    expect(holds('{"a":["\\ud83d\\ude00"]}')).toBe(false);
  });
});

test('bytesOfText gives each text bytes of its own, and UTF-8 to text that is well-formed', () => {
  const unit = fc.constantFrom('\ud83d', '\ude00', '\ud800', '\udfff', 'a', '漢', '\ufffd');
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 5 }), fc.string({ unit, maxLength: 5 }), (one, other) => {
      const bytes = bytesOfText(one);
      expect(bytes.equals(bytesOfText(other))).toBe(one === other);
      expect(isUtf8(bytes)).toBe(one.isWellFormed());
      expect(isUtf8ButForHalves(bytes)).toBe(true);
    }),
  );
});

test.each([
  ['ff', false],
  ['c3', false],
  ['eda0', false],
  ['eda080', true],
  ['61edbfbf62eda0bdedb880', true],
  ['eda080ff', false],
  ['ed9fbf', true],
])('the bytes %s are UTF-8 but for halves: %s', (hex, is) => {
  expect(isUtf8ButForHalves(Buffer.from(hex, 'hex'))).toBe(is);
});
