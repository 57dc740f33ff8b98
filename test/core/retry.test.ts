import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { RETRY_AFTER_SECONDS_MAX, RETRY_BACKOFF_SECONDS_MAX } from '../../src/core/limits.ts';
import {
  retryAfterMs,
  sleep,
  waitBefore,
  withRetries,
  type Attempt,
  type Ending,
} from '../../src/core/retry.ts';

const NOW = new Date('2026-11-20T12:00:00Z');
const signal = new AbortController().signal;

class Ended extends Error {
  readonly ending: Ending;
  constructor(ending: Ending) {
    super(`ended after ${ending.attempts}`);
    this.ending = ending;
  }
}

const failed = (again: boolean, afterMs = 0): Attempt<string> => ({
  ok: false,
  failure: { reason: 'reason', again, retryAfterMs: afterMs, toError: (ending) => new Ended(ending) },
});

/** Attempts these outcomes, and tells the waits in between. */
async function run(outcomes: readonly Attempt<string>[], retries: number, waitMsMax?: () => number) {
  const waits: number[] = [];
  const onRetry = jest.fn();
  let next = 0;
  const result = await withRetries(
    () => Promise.resolve(outcomes[next++]!),
    {
      policy: { retries, backoffSeconds: 1, waitMsMax },
      now: () => NOW,
      random: () => 0.5,
      wait: (ms) => {
        waits.push(ms);
        return Promise.resolve();
      },
      onRetry,
    },
    signal,
  ).catch((error: unknown) => error);
  return { result, waits, attempts: next, onRetry };
}

describe('the wait before a retry', () => {
  const anyWait = fc.record({
    retry: fc.integer({ min: 1, max: 50 }),
    asked: fc.double({ min: 0, max: 400_000, noNaN: true }),
    backoffSeconds: fc.double({ min: 0, max: RETRY_BACKOFF_SECONDS_MAX, noNaN: true }),
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  });

  test('is never shorter than what was asked for, and never longer than that and the cap', () => {
    fc.assert(
      fc.property(anyWait, ({ retry, asked, backoffSeconds, random }) => {
        const wait = waitBefore(retry, asked, { retries: 50, backoffSeconds }, () => random);
        expect(wait).toBeGreaterThanOrEqual(asked);
        expect(wait).toBeLessThanOrEqual(Math.ceil(asked + RETRY_BACKOFF_SECONDS_MAX * 1_000));
      }),
    );
  });

  test('can be twice as long each time, until it reaches the cap', () => {
    const longest = (retry: number) => waitBefore(retry, 0, { retries: 9, backoffSeconds: 10 }, () => 1);
    expect([1, 2, 3, 4, 5].map(longest)).toEqual([10_000, 20_000, 40_000, 60_000, 60_000]);
  });

  test('is spread from nothing to the whole of it', () => {
    const waitAt = (random: number) => waitBefore(1, 0, { retries: 1, backoffSeconds: 10 }, () => random);
    expect([0, 0.25, 0.5].map(waitAt)).toEqual([0, 2_500, 5_000]);
  });
});

describe('Retry-After', () => {
  test.each([
    ['30', 30_000],
    [' 7 ', 7_000],
    ['0', 0],
    ['Fri, 20 Nov 2026 12:00:45 GMT', 45_000],
    ['Fri, 20 Nov 2026 11:00:00 GMT', 0],
    ['soon', 0],
    ['', 0],
    ['-5', 0],
    ['1.5', 1_500],
    ['2.0', 2_000],
    ['0.503', 503],
    ['0.0001', 1],
    ['3600.5', 3_600_500],
    ['Friday, 20-Nov-26 12:00:45 GMT', 45_000],
    ['Fri Nov 20 12:00:45 2026', 45_000],
    ['Sat Nov  1 12:00:45 2025', 0],
    ['Friday, 20-Nov-93 12:00:45 GMT', 0],
    ['1.5.2', 0],
    ['1e3', 0],
    ['.5', 0],
    ['+5', 0],
    ['30 s', 0],
    ['2026-11-20T12:00:45Z', 0],
    ['20 Nov 2026 12:00:45 GMT', 0],
    ['Fri, 20 Nov 2026 12:00:45 +0200', 0],
    ['Fri, 20 Nov 2026 24:00:00 GMT', 0],
    ['Mon, 30 Feb 2027 12:00:00 GMT', 0],
    ['Fri, 20 Nov 2027', 0],
    ['3600,5', 0],
  ])('%j asks for %d ms', (header, expected) => {
    expect(retryAfterMs(header, NOW)).toBe(expected);
  });

  test('that is missing asks for nothing', () => {
    expect(retryAfterMs(null, NOW)).toBe(0);
  });

  test('is never negative, and always leads to a date that can be shown', () => {
    const digits = fc.stringMatching(/^\d{1,400}$/);
    fc.assert(
      fc.property(fc.oneof(digits, fc.string(), fc.date().map(String)), (header) => {
        const ms = retryAfterMs(header, NOW);
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(new Date(NOW.getTime() + ms).toISOString()).toMatch(/^202[67]-/);
      }),
    );
  });
});

describe('trying again', () => {
  test('ends with the first success', async () => {
    const outcomes: Attempt<string>[] = [failed(true), failed(true, 2_000), { ok: true, value: 'done' }];
    const { result, waits, onRetry } = await run(outcomes, 5);
    expect(result).toBe('done');
    expect(waits).toEqual([500, 3_000]);
    expect(onRetry.mock.calls).toEqual([
      ['reason', 500],
      ['reason', 3_000],
    ]);
  });

  test('ends when the retries are used up', async () => {
    const { result, attempts, waits } = await run(Array<Attempt<string>>(9).fill(failed(true)), 3);
    expect(attempts).toBe(4);
    expect(waits).toHaveLength(3);
    expect(result).toMatchObject({ ending: { attempts: 4, notBefore: undefined } });
  });

  test('ends at once when another attempt would not help', async () => {
    const { result, attempts } = await run([failed(false, 5_000)], 3);
    expect(attempts).toBe(1);
    expect(result).toMatchObject({ ending: { attempts: 1, notBefore: undefined } });
  });

  test('waits for the longest time that a run waits', async () => {
    const { waits } = await run([failed(true, RETRY_AFTER_SECONDS_MAX * 1_000), { ok: true, value: '' }], 1);
    expect(waits).toEqual([RETRY_AFTER_SECONDS_MAX * 1_000 + 500]);
  });

  test('ends and says until when, where it would have to wait longer', async () => {
    const { result, waits } = await run([failed(true, RETRY_AFTER_SECONDS_MAX * 1_000 + 1_000)], 3);
    expect(waits).toEqual([]);
    expect(result).toMatchObject({ ending: { attempts: 1, notBefore: new Date('2026-11-20T12:05:01Z') } });
  });
});

describe('trying again in a limited time', () => {
  test('ends when the next wait would take more than what is left', async () => {
    let leftMs = 1_600;
    const left = () => (leftMs -= 400);
    // The waits are half a second and a second; then 400 ms are left.
    const { result, waits } = await run([failed(true), failed(true), failed(true)], 9, left);
    expect(result).toMatchObject({ ending: { attempts: 2, notBefore: undefined } });
    expect(waits).toEqual([500]);
  });

  test('ends and says until when, where the server asks for more than what is left', async () => {
    const { result } = await run([failed(true, 5_000)], 9, () => 3_000);
    expect(result).toMatchObject({
      ending: { attempts: 1, notBefore: new Date(NOW.getTime() + 5_000) },
    });
  });

  test('ends after the first attempt when no time is left', async () => {
    const { result } = await run([failed(true)], 9, () => 0);
    expect(result).toMatchObject({ ending: { attempts: 1 } });
  });
});

describe('sleeping', () => {
  test('ends by itself', async () => {
    await expect(sleep(1, signal)).resolves.toBeUndefined();
  });

  test('ends with the reason of the signal, before and while it sleeps', async () => {
    const reason = new Error('stop');
    await expect(sleep(1e9, AbortSignal.abort(reason))).rejects.toBe(reason);
    const controller = new AbortController();
    const asleep = sleep(1e9, controller.signal);
    controller.abort(reason);
    await expect(asleep).rejects.toBe(reason);
  });
});
