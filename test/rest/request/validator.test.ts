import { describe, expect, test } from '@jest/globals';
import { conditionOf, validatorOf } from '../../../src/rest/request/validator.ts';

const OLD = 'Fri, 20 Nov 2026 11:58:59 GMT';
const AT = 'Fri, 20 Nov 2026 11:59:59 GMT';
const LATER = 'Fri, 20 Nov 2026 12:00:00 GMT';

const of = (headers: Readonly<Record<string, string>>) => validatorOf({ header: (name) => headers[name] });

describe('a validator', () => {
  test.each(['"abc"', 'W/"abc"', '"a,b;c=1/2+3=="', `"${'x'.repeat(998)}"`])('is the tag %s', (etag) => {
    expect(of({ etag })).toEqual({ etag });
    expect(of({ etag, 'last-modified': OLD, date: AT })).toEqual({ etag });
  });

  test.each([
    'abc',
    '""',
    'W/""',
    '"a", "b"',
    '"a"b"',
    'w/"abc"',
    '"a b"',
    '"\u00e9"',
    `"${'x'.repeat(999)}"`,
  ])('is never an invalid, empty or far too long tag: %s', (etag) => {
    expect(of({ etag })).toBeUndefined();
  });

  test('is a time that is a minute older than the answer, by the clock of the server', () => {
    expect(of({ 'last-modified': OLD, date: AT })).toEqual({ lastModified: OLD });
    expect(of({ 'last-modified': OLD, date: 'Fri, 20 Nov 2026 11:59:58 GMT' })).toBeUndefined();
    expect(of({ 'last-modified': LATER, date: AT })).toBeUndefined();
  });

  test.each([
    { 'last-modified': OLD },
    { 'last-modified': '2026-11-20T00:00:00Z', date: AT },
    { 'last-modified': 'Fri, 99 Nov 2026 11:58:59 GMT', date: AT },
    { 'last-modified': OLD, date: 'now' },
    {},
  ])('is none where the answer does not say both times: %j', (headers) => {
    expect(of(headers)).toBeUndefined();
  });

  test('is asked by with the header that fits it', () => {
    expect(conditionOf({ etag: 'W/"a"' })).toEqual({ 'if-none-match': 'W/"a"' });
    expect(conditionOf({ lastModified: OLD })).toEqual({ 'if-modified-since': OLD });
  });
});
