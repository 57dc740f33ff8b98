import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TimeFormat, timeFormatProblem } from '../../../src/core/text/time-format.ts';
import { isTimeZone, TimeZone } from '../../../src/core/text/time-zone.ts';

const seconds = (iso: string): number => Date.parse(iso) / 1_000;
const moment = (iso: string) => ({ whole: BigInt(Math.floor(seconds(iso))), fraction: '678901' });
const format = (text: string, zone = 'UTC') => new TimeFormat(text, new TimeZone(zone));

describe('the format of a watermark', () => {
  test.each<[string, string, string, string]>([
    ['%Y-%m-%d %H:%M', 'UTC', '2024-01-02 03:04', '2024-01-02 03:05'],
    ['%Y-%m-%dT%H:%M:%S.%f%z', 'UTC', '2024-01-02T03:04:05.678+0000', '2024-01-02T03:04:05.000+0000'],
    ['%Y-%m-%dT%H:%M:%S%z', 'America/New_York', '2024-01-01T22:04:05-0500', '2024-01-01T22:04:05-0500'],
    ['%Y-%m-%d %H', 'Asia/Kolkata', '2024-01-02 08', '2024-01-02 09'],
    ['date', 'UTC', '2024-01-02', '2024-01-03'],
    ['date', 'Pacific/Auckland', '2024-01-02', '2024-01-03'],
    ['epoch_seconds', 'Asia/Tokyo', '1704164645', '1704164645'],
    ['epoch_milliseconds', 'Asia/Tokyo', '1704164645678', '1704164645000'],
    [
      "datetime'%Y-%m-%dT%H:%M:%S' 100%%",
      'UTC',
      "datetime'2024-01-02T03:04:05' 100%",
      "datetime'2024-01-02T03:04:05' 100%",
    ],
  ])('%s in %s rounds a start back to %s and an end up to %s', (text, zone, start, end) => {
    expect(format(text, zone).start(moment('2024-01-02T03:04:05Z'))).toBe(start);
    expect(format(text, zone).end(seconds('2024-01-02T03:04:05Z'))).toBe(end);
  });

  test.each<[string, string, string]>([
    // 02:30 occurs twice in Berlin on this day: at 00:30 and at 01:30 UTC.
    ['2024-10-27T00:30:00Z', '2024-10-27 01:30', '2024-10-27 02:30'],
    ['2024-10-27T01:30:00Z', '2024-10-27 02:30', '2024-10-27 03:30'],
    ['2024-10-27T02:30:00Z', '2024-10-27 03:30', '2024-10-27 03:30'],
    ['2024-03-31T01:30:00Z', '2024-03-31 03:30', '2024-03-31 03:30'],
  ])('a local time that occurs twice never means less than the range: %s', (iso, start, end) => {
    const berlin = format('%Y-%m-%d %H:%M', 'Europe/Berlin');
    expect([berlin.start(moment(iso)), berlin.end(seconds(iso))]).toEqual([start, end]);
  });

  test('never cuts off a range, whichever of its times the API takes a local time for', () => {
    const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata'];
    const formats = ['%Y-%m-%d %H:%M:%S', '%Y-%m-%d %H:%M', '%Y-%m-%d %H', 'date'];
    // Around days on which clocks change, and over all years.
    const changes = ['2024-10-27T01:00Z', '2024-11-03T06:00Z', '2024-04-06T15:00Z', '2024-03-31T01:00Z'];
    const time = fc.oneof(
      fc.integer({ min: 0, max: seconds('2090-01-01T00:00Z') }),
      fc
        .tuple(fc.constantFrom(...changes), fc.integer({ min: -90_000, max: 90_000 }))
        .map(([iso, off]) => seconds(iso) + off),
    );
    fc.assert(
      fc.property(time, fc.constantFrom(...zones), fc.constantFrom(...formats), (at, name, text) => {
        const one = format(text, name);
        expect(
          Math.max(...meanings(one.start({ whole: BigInt(at), fraction: '9' }), name)),
        ).toBeLessThanOrEqual(at);
        expect(Math.min(...meanings(one.end(at), name))).toBeGreaterThanOrEqual(at);
      }),
      { numRuns: 500 },
    );
  });

  test.each<[string, string]>([
    ['%Y-%m-%d %k', '%k is not one of %Y %m %d %H %M %S %f %z %s %%'],
    ['%Y-%m-%d %', '% is not one of %Y %m %d %H %M %S %f %z %s %%'],
    ['iso8601', 'it is neither epoch_seconds, epoch_milliseconds, date nor a pattern with %Y'],
    ['%Y-%m', 'the pattern has no %d'],
    ['%d.%m. %H:%M', 'the pattern has no %Y'],
    ['%Y-%m-%d %M', 'the pattern has no %H'],
    ['%f', 'the pattern has no %Y'],
  ])('%s is none: %s', (text, problem) => {
    expect(timeFormatProblem(text)).toBe(problem);
  });
});

describe('a time zone', () => {
  test('is known by its IANA name', () => {
    expect(['Europe/Berlin', 'UTC', 'Mars/Olympus', ''].map(isTimeZone)).toEqual([true, true, false, false]);
  });

  test.each<[string, string]>([
    ['2024-01-02T12:00:00', '2024-01-02T11:00:00'],
    ['2024-07-02T12:00:00', '2024-07-02T10:00:00'],
    // Twice, so the earlier; and skipped, so a time before.
    ['2024-10-27T02:30:00', '2024-10-27T00:30:00'],
    ['2024-03-31T02:30:00', '2024-03-31T00:30:00'],
  ])('reads the local time %s as %s in UTC', (local, utc) => {
    expect(new TimeZone('Europe/Berlin').timeOf(seconds(`${local}Z`))).toBe(seconds(`${utc}Z`));
  });
});

/** The times that a local time may mean; one that the zone skips means what both offsets around it give. */
function meanings(text: string, zone: string): number[] {
  const [date = '', clock = ''] = text.split(' ');
  const [hour = '00', minute = '00', second = '00'] = clock === '' ? [] : clock.split(':');
  const local = seconds(`${date}T${hour}:${minute}:${second}Z`);
  const tz = new TimeZone(zone);
  const candidates = [local - 86_400, local + 86_400].map((near) => local - tz.offset(near));
  const exact = candidates.filter((time) => time + tz.offset(time) === local);
  return exact.length > 0 ? exact : candidates;
}
