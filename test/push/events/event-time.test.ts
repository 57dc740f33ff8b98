import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isTime, versionOf } from '../../../src/push/events/event-time.ts';

describe('versionOf', () => {
  test.each([
    ['2026-01-01T10:00:00.000001Z', '2026-01-01T10:00:00.000002Z'],
    ['2026-01-01T10:00:00.999999999Z', '2026-01-01T10:00:01Z'],
    // Written later in text, and earlier in time.
    ['2026-01-01T12:00:00+05:30', '2026-01-01T10:00:00Z'],
    ['2026-01-01T23:59:59.5Z', '2026-01-01T23:59:59-00:01'],
    ['2026-01-01', '2026-01-01T00:00:00.1Z'],
    ['0000-01-01T00:00:00+23:59', '0000-01-01'],
    ['1969-12-31T23:59:59Z', '1970-01-01T00:00:00Z'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59-01:00'],
  ])('orders %s before %s', (earlier, later) => {
    expect([isTime(earlier), isTime(later)]).toEqual([true, true]);
    expect(versionOf(earlier) < versionOf(later)).toBe(true);
  });

  test.each([
    ['2026-01-01T10:00:00Z', '2026-01-01T15:30:00.000+05:30'],
    ['2026-01-01T10:00:00Z', '2026-01-01t10:00:00z'],
    ['2026-01-01T10:00:00Z', '2026-01-01 10:00:00.000000000-00:00'],
    // Without an offset it is UTC, whatever the time zone of the server.
    ['2026-07-01T10:00:00Z', '2026-07-01T10:00:00'],
    ['2026-01-01', '2026-01-01T00:00:00Z'],
    ['2026-01-01T10:00:00Z', '2026-01-01T11:00+01'],
    ['2026-01-01T10:00:00Z', 'Thu, 01 Jan 2026 10:00:00 GMT'],
  ])('takes %s and %s for the same time', (one, other) => {
    expect(versionOf(one)).toBe(versionOf(other));
  });

  test('keeps the order of any two times, to the nanosecond', () => {
    const time = fc.record({
      ms: fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2030, 0) }).map((ms) => ms - (ms % 1_000)),
      nanos: fc.integer({ min: 0, max: 999_999_999 }),
      offset: fc.integer({ min: -23 * 60, max: 23 * 60 }),
    });
    const written = ({ ms, nanos, offset }: { ms: number; nanos: number; offset: number }) => {
      const local = new Date(ms + offset * 60_000).toISOString().slice(0, 19);
      const minutes = Math.abs(offset);
      const two = (value: number) => String(value).padStart(2, '0');
      const zone = `${offset < 0 ? '-' : '+'}${two(Math.trunc(minutes / 60))}:${two(minutes % 60)}`;
      return `${local}.${String(nanos).padStart(9, '0')}${zone}`;
    };
    const exact = ({ ms, nanos }: { ms: number; nanos: number }) => BigInt(ms) * 1_000_000n + BigInt(nanos);
    fc.assert(
      fc.property(time, time, (one, other) => {
        const [first, second] = [versionOf(written(one)), versionOf(written(other))];
        expect(first < second).toBe(exact(one) < exact(other));
        expect(first === second).toBe(exact(one) === exact(other));
      }),
    );
  });
});

test.each(['2026-02-30', 'yesterday', '1767261600'])('%s is not a time', (text) => {
  expect(isTime(text)).toBe(false);
});
