import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CanonicalJson, canonicalHasLoneSurrogate } from '../../src/json/canonical.ts';
import { checkJson } from '../../src/json/check.ts';
import { ByteWriter } from '../../src/pipeline/bytes/byte-writer.ts';

function canonical(json: string): { text: string; halfPair: boolean; nul: boolean } {
  const bytes = Buffer.from(json);
  const writer = new CanonicalJson();
  const out = new ByteWriter(16);
  const { start, end } = checkJson(bytes);
  expect(writer.write(bytes, start, out)).toBe(end);
  const { halfPair, nul } = writer;
  return { text: out.bytes.toString('utf8', 0, out.length), halfPair, nul };
}

/** The same value in another spelling: keys in reverse order, blanks, and each character as an escape. */
function respelled(value: unknown): string {
  if (typeof value === 'string') {
    const escaped = Array.from({ length: value.length }, (_, at) => value.charCodeAt(at))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join('');
    return `"${escaped}"`;
  }
  if (Array.isArray(value)) return `[ ${value.map(respelled).join(' ,\n')} ]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${respelled(key)} :\t${respelled(member)}`);
  return `{ ${members.reverse().join(' , ')} }`;
}

/** The definition in the simplest words: keys sorted by UTF-16 units, no blanks. */
function expected(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(expected).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${expected(member)}`).join(',')}}`;
}

describe('canonical JSON', () => {
  test('is one text for all spellings of a value, with sorted keys, no blanks and few escapes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const text = expected(value);
        expect(canonical(JSON.stringify(value)).text).toBe(text);
        expect(canonical(respelled(value)).text).toBe(text);
      }),
    );
  });

  test('sorts the keys of an object that is too large to be sorted one by one', () => {
    const value = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`k${199 - index}`, index]));
    expect(canonical(JSON.stringify(value)).text).toBe(expected(value));
  });

  test.each(['1.50', '1e400', '9007199254740993', '-0', '1E+2'])('keeps the digits of %s', (number) => {
    expect(canonical(` [ ${number} ] `).text).toBe(`[${number}]`);
  });

  test('tells of half surrogate pairs and NUL characters, and not of whole pairs or escaped backslashes', () => {
    expect(canonical('"\\ud83d"')).toMatchObject({ halfPair: true, nul: false });
    expect(canonical('"\\u0000"')).toMatchObject({ halfPair: false, nul: true });
    expect(canonical('["\\ud83d\\ude00","\\\\ud83d","\\\\u0000","\\u0001"]')).toMatchObject({
      text: '["😀","\\\\ud83d","\\\\u0000","\\u0001"]',
      halfPair: false,
      nul: false,
    });
    expect([canonicalHasLoneSurrogate('"\\ud83d"'), canonicalHasLoneSurrogate('"\\\\ud83d"')]).toEqual([
      true,
      false,
    ]);
  });
});
