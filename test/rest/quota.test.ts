import { describe, expect, test } from '@jest/globals';
import { quotaOf } from '../../src/rest/quota.ts';
import type { RateLimitSpec } from '../../src/definitions/rest/types.ts';

const signal = new AbortController().signal;

/** The times at which this many requests start that are all asked for at once. */
async function starts(rateLimit: RateLimitSpec | undefined, count: number): Promise<number[]> {
  let now = 0;
  const wait = (ms: number) => {
    now += ms;
    return Promise.resolve();
  };
  const quota = quotaOf(rateLimit, { now: () => new Date(now), elapsedMs: () => now }, wait);
  const times: number[] = [];
  for (let request = 0; request < count; request++) {
    await quota?.take(signal);
    times.push(now);
  }
  return times;
}

describe('the quota of a definition', () => {
  test('limits nothing when the definition names no number', async () => {
    expect(await starts(undefined, 3)).toEqual([0, 0, 0]);
    expect(await starts({ statuses: [403] }, 3)).toEqual([0, 0, 0]);
  });

  test('limits the requests of a second', async () => {
    expect(await starts({ requestsPerSecond: 2 }, 5)).toEqual([0, 0, 1_000, 1_000, 2_000]);
  });

  test('limits the requests of a minute and of a second together', async () => {
    const times = await starts({ requestsPerSecond: 2, requestsPerMinute: 3 }, 6);
    expect(times).toEqual([0, 0, 1_000, 60_000, 60_000, 61_000]);
  });
});
