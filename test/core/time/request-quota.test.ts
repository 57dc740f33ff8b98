import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MINUTE_MS, RequestQuota } from '../../../src/core/time/request-quota.ts';

const signal = new AbortController().signal;

/** Asks at these times, in milliseconds, and tells when each request starts. */
async function starts(perMinute: number, askedAt: readonly number[]): Promise<number[]> {
  let now = 0;
  let waited: number;
  const wait = (ms: number) => {
    waited = ms;
    return Promise.resolve();
  };
  const quota = new RequestQuota([{ most: perMinute, ms: MINUTE_MS }], { elapsedMs: () => now }, wait);
  const times: number[] = [];
  for (const at of askedAt) {
    now = at;
    waited = 0;
    await quota.take(signal);
    times.push(now + waited);
  }
  return times;
}

const asking = fc
  .array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 60 })
  .map((gaps) => gaps.map((_, index) => gaps.slice(0, index + 1).reduce((sum, gap) => sum + gap, 0)));

describe('a quota', () => {
  test('starts full: as many as it allows start at once', async () => {
    expect(await starts(5, [0, 0, 0, 0, 0])).toEqual([0, 0, 0, 0, 0]);
  });

  test('makes the next ones wait, and no longer than until the first are a minute old', async () => {
    expect(await starts(2, [0, 10_000, 20_000, 20_000])).toEqual([0, 10_000, 60_000, 70_000]);
  });

  test('lets no more start within any minute, and each in the order of asking', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 8 }), asking, async (perMinute, askedAt) => {
        const times = await starts(perMinute, askedAt);
        for (const [index, time] of times.entries()) {
          const inThisMinute = times.filter((other) => other >= time && other < time + 60_000);
          expect(inThisMinute.length).toBeLessThanOrEqual(perMinute);
          expect(time).toBeGreaterThanOrEqual(Math.max(askedAt[index]!, times[index - 1] ?? 0));
        }
      }),
    );
  });

  test('does not delay callers below the quota', async () => {
    const rare = fc
      .array(fc.integer({ min: 12_000, max: 40_000 }), { maxLength: 30 })
      .map((gaps) => gaps.map((_, index) => gaps.slice(0, index + 1).reduce((sum, gap) => sum + gap, 0)));
    await fc.assert(
      fc.asyncProperty(rare, async (askedAt) => {
        expect(await starts(5, askedAt)).toEqual(askedAt);
      }),
    );
  });
});
