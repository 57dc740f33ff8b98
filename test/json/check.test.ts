import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { JSON_DEPTH_MAX } from '../../src/core/limits.ts';
import { checkJson } from '../../src/json/check.ts';
import { JsonTextError } from '../../src/json/tokens.ts';
import { eachMember, elements, isArray, isObject } from '../../src/json/scan.ts';

const takes = (text: string): boolean => {
  try {
    checkJson(Buffer.from(text));
    return true;
  } catch (error) {
    if (error instanceof JsonTextError) return false;
    throw error;
  }
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** The value that the scanner sees, put together by its own means. */
function seen(bytes: Buffer, start: number, end: number): unknown {
  if (isArray(bytes, start))
    return [...elements(bytes, start)].map((item) => seen(bytes, item.start, item.end));
  if (!isObject(bytes, start)) return JSON.parse(bytes.toString('utf8', start, end));
  const members: [string, unknown][] = [];
  eachMember(bytes, start, (key, from, to) => members.push([key, seen(bytes, from, to)]));
  return Object.fromEntries(members);
}

const spaced = fc.tuple(fc.jsonValue(), fc.constantFrom('', ' ', '\t', '\r\n')).map(([value, indent]) => {
  const json = JSON.stringify(value, null, indent === '' ? undefined : 2);
  return { value, json: indent === '' ? json : `${indent}${json.replaceAll('\n', indent)}${indent}` };
});

describe('the scanner of JSON', () => {
  test('sees every value where it is, however it is spaced', () => {
    fc.assert(
      fc.property(spaced, ({ json }) => {
        const bytes = Buffer.from(json);
        const { start, end } = checkJson(bytes);
        expect(seen(bytes, start, end)).toEqual(JSON.parse(json));
      }),
    );
  });

  test('takes exactly what JSON is, also of text that is nearly JSON', () => {
    const pieces = fc.constantFrom(
      ...'{}[],:"\\/ \n\tu0019-+.eEtruefalsnx'.split(''),
      'null',
      'true',
      '"a":',
      '\u0001',
    );
    const broken = fc.tuple(fc.json(), fc.nat(), fc.nat(3), pieces).map(([json, at, cut, piece]) => {
      const place = at % (json.length + 1);
      return json.slice(0, place) + piece + json.slice(place + cut);
    });
    const soup = fc.array(pieces, { maxLength: 8 }).map((list) => list.join(''));
    fc.assert(
      fc.property(fc.oneof(broken, soup), (text) => {
        expect(takes(text)).toBe(isJson(text));
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    '',
    '   ',
    '{',
    '{"a',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,',
    '[',
    '[1',
    '[1,',
    '"a',
    '"\\',
    '"\\u00',
    'tru',
    '-',
    '1.',
    '1e',
    '1e+',
  ])('knows %j for JSON that was cut off', (text) => {
    expect(() => checkJson(Buffer.from(text))).toThrow(
      expect.objectContaining({ fault: 'cut', at: text.length }),
    );
  });

  test('says where text stops being JSON', () => {
    expect(() => checkJson(Buffer.from('{"a": <html>}'))).toThrow(
      expect.objectContaining({
        fault: 'syntax',
        at: 6,
        message: 'it has an unexpected character at byte 7',
      }),
    );
  });

  test('passes over a byte order mark', () => {
    expect(checkJson(Buffer.from('\ufeff [1] '))).toEqual({ start: 4, end: 7 });
  });

  test('refuses what nests without end, and takes what nests deep', () => {
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
    expect(takes(nested(JSON_DEPTH_MAX))).toBe(true);
    expect(() => checkJson(Buffer.from('['.repeat(1_000_000)))).toThrow(/deeper than/);
  });
});
