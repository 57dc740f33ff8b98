import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { highestCheckpoint, isLater, watermarkBefore } from '../../../src/sources/sql/watermark-value.ts';

const NANOSECONDS_MAX = 253_402_300_799_999_999_999n;

/** A timestamp of this number of nanoseconds after 1970, with nine digits. */
function written(nanoseconds: bigint): string {
  const seconds = nanoseconds / 1_000_000_000n;
  const fraction = (nanoseconds % 1_000_000_000n).toString().padStart(9, '0');
  return `${new Date(Number(seconds) * 1_000).toISOString().slice(0, 19).replace('T', ' ')}.${fraction}`;
}

const moments = fc.bigInt({ min: 0n, max: NANOSECONDS_MAX });

describe('the start of a delta query', () => {
  test.each([
    ['timestamp', '2024-03-01 00:00:00', 0, '2024-02-29 23:59:59.999999'],
    ['timestamp', '2024-03-01 00:00:00.1234567', 0, '2024-03-01 00:00:00.1234566'],
    ['timestamp', '2024-03-01 00:01:00.5', 60, '2024-03-01 00:00:00.500000'],
    ['timestamptz', '2024-03-01 00:00:00+00', 3_600, '2024-02-29 23:00:00.000000+00'],
    ['timestamptz', '2024-03-01 05:30:00.25+05:30', 1, '2024-02-29 23:59:59.250000+00'],
    ['date', '2024-03-01', 0, '2024-02-29'],
    ['date', '2024-03-01', 86_401, '2024-02-27'],
    ['timestamp', '0000-00-00 00:00:00', 60, '0000-00-00 00:00:00'],
    ['timestamp', '0001-01-01 00:00:00', 60, '0001-01-01 00:00:00'],
  ] as const)('of %s %s with a lag of %i s is %s', (kind, checkpoint, seconds, start) => {
    expect(watermarkBefore(checkpoint, kind, seconds)).toBe(start);
  });

  test.each([
    ['integer', '9223372036854775807', 0, '9223372036854775806'],
    ['integer', '5', 1_000, '-995'],
    ['decimal', '10.50', 1, '9.50'],
    ['decimal', '0.5', 1, '-0.5'],
    ['decimal', '-0.05', 1, '-1.05'],
    ['bytes', '\\x00000000000007d1', 5, '\\x00000000000007d1'],
  ] as const)('of %s %s with a lag of %i steps is %s', (kind, checkpoint, steps, start) => {
    expect(watermarkBefore(checkpoint, kind, steps)).toBe(start);
  });

  test('is exactly the lag before any timestamp', () => {
    fc.assert(
      fc.property(moments, fc.integer({ min: 1, max: 999_999 }), (moment, seconds) => {
        const before = moment - BigInt(seconds) * 1_000_000_000n;
        fc.pre(before >= 0n);
        expect(watermarkBefore(written(moment), 'timestamp', seconds)).toBe(written(before));
      }),
    );
  });

  test('comes before every checkpoint, whatever the lag', () => {
    const lag = fc.nat(1_000_000);
    fc.assert(
      fc.property(moments, lag, (moment, seconds) => {
        const checkpoint = written(moment);
        expect(isLater(checkpoint, watermarkBefore(checkpoint, 'timestamp', seconds), 'timestamp')).toBe(
          true,
        );
      }),
    );
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }), lag, (number, steps) => {
        expect(isLater(`${number}`, watermarkBefore(`${number}`, 'integer', steps), 'integer')).toBe(true);
      }),
    );
  });
});

describe('the ceiling of a checkpoint', () => {
  const present = '2024-03-01 00:00:00.000000';

  test.each([
    ['timestamptz', 300, '2024-03-01 00:05:00.000000+00'],
    ['timestamptz', 0, '2024-03-01 00:00:00.000000+00'],
    ['timestamp', 300, '2024-03-01 14:05:00.000000'],
    ['date', 86_400, '2024-03-02'],
    ['integer', 1_000, undefined],
    ['bytes', 0, undefined],
  ] as const)('of %s with a lag of %i s is %s', (kind, lag, ceiling) => {
    expect(highestCheckpoint(present, kind, lag)).toBe(ceiling);
  });

  test('lets no next run start after the present', () => {
    fc.assert(
      fc.property(moments, fc.nat(1_000_000), (moment, lag) => {
        const now = written(moment).slice(0, 26);
        const ceiling = highestCheckpoint(now, 'timestamptz', lag) ?? '';
        fc.pre(!ceiling.startsWith('+'));
        expect(isLater(watermarkBefore(ceiling, 'timestamptz', lag), `${now}+00`, 'timestamptz')).toBe(false);
      }),
    );
  });
});

describe('the later of two watermarks', () => {
  test('is found among numbers by their value, with all their digits', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt(), (left, right) => {
        expect(isLater(String(left), String(right), 'integer')).toBe(left > right);
      }),
    );
    expect(isLater('9.5', '10.25', 'decimal')).toBe(false);
    expect(isLater('10.250', '10.25', 'decimal')).toBe(false);
    expect(isLater('-0.05', '-0.5', 'decimal')).toBe(true);
  });

  test('is found among times of other offsets by the moment', () => {
    expect(isLater('2024-03-01 01:00:00+02:00', '2024-02-29 23:30:00+00', 'timestamptz')).toBe(false);
    expect(isLater('2024-03-01 01:00:00.0000002+02', '2024-02-29 23:00:00.0000001+00', 'timestamptz')).toBe(
      true,
    );
  });

  test('is found among times without a zone to the last digit', () => {
    fc.assert(
      fc.property(moments, moments, (left, right) => {
        expect(isLater(written(left), written(right), 'timestamp')).toBe(left > right);
      }),
    );
  });
});
