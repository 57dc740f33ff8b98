import { describe, expect, test } from '@jest/globals';
import { readTime } from '../../../src/core/text/time-text.ts';

describe('a time in text', () => {
  test.each<[string, string, string]>([
    ['2024-01-02T03:38Z', '2024-01-02T03:38:00Z', '2024-01-02T03:33Z'],
    ['2024-01-02T03:38:07Z', '2024-01-02T03:38:07Z', '2024-01-02T03:33:07Z'],
    ['2024-01-02T03:38:07+01', '2024-01-02T03:38:07+01:00', '2024-01-02T02:33:07Z'],
    ['2024-01-02T03:38:07+0100', '2024-01-02T03:38:07+01:00', '2024-01-02T02:33:07Z'],
    ['2024-01-02T03:38-05:30', '2024-01-02T03:38:00-05:30', '2024-01-02T09:03Z'],
    ['2024-01-02T03:38:07,250Z', '2024-01-02T03:38:07.250Z', '2024-01-02T03:33:07,250Z'],
    ['2024-01-02 03:38:07 UTC', '2024-01-02T03:38:07Z', '2024-01-02 03:33:07 UTC'],
    ['2024-01-02 03:38:07 +0200', '2024-01-02T03:38:07+02:00', '2024-01-02 01:33:07 +0000'],
    ['2024-01-02 03:38:07', '2024-01-02T03:38:07', '2024-01-02 03:33:07'],
    ['Tue, 02 Jan 2024 03:38:07 GMT', '2024-01-02T03:38:07Z', 'Tue, 02 Jan 2024 03:33:07 GMT'],
    ['Tue, 2 Jan 2024 03:38:07 +0100', '2024-01-02T02:38:07Z', 'Tue, 02 Jan 2024 02:33:07 +0000'],
    ['02 Jan 2024 03:38 UT', '2024-01-02T03:38:00Z', '02 Jan 2024 03:33:00 UT'],
  ])('is read from %s, and written in the same form', (text, rfc3339, earlier) => {
    const time = readTime(text);
    expect([time?.rfc3339, time?.write(time.seconds - 300n)]).toEqual([rfc3339, earlier]);
  });

  test('without seconds is written with them where the other time has some', () => {
    const time = readTime('2024-01-02T03:38Z');
    expect(time?.write(time.seconds - 90n)).toBe('2024-01-02T03:36:30Z');
  });

  test.each([
    '2024-02-30',
    '2024-01-02T25:00Z',
    '2024-01-02T03Z',
    '2024-01-02T03:38,5Z',
    '2024-01-02T03:38:07 ',
    '2024-01-02T03:38:07 CET',
    '20240102T033807Z',
    'Tue, 32 Jan 2024 03:38:07 GMT',
    '31 Feb 2024 03:38:07 GMT',
    'yesterday',
    '1704164645',
  ])('is not read from %s', (text) => {
    expect(readTime(text)).toBeUndefined();
  });
});
