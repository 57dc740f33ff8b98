import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { retrying, waitSeconds } from '../../src/artifacts/gcs-retry.ts';
import { RETRY_BACKOFF_SECONDS_MAX } from '../../src/core/limits.ts';

const busy = () => Object.assign(new Error('busy'), { code: 503 });

describe('the wait before another try', () => {
  it('doubles, is a quarter longer at most, and ends at its limit', () => {
    fc.assert(
      fc.property(
        fc.nat(60),
        fc.double({ min: 0, max: 60, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (failures, backoffSeconds, chance) => {
          const seconds = waitSeconds({ failures, backoffSeconds, retryAfterSeconds: undefined, chance });
          const least = Math.min(backoffSeconds * 2 ** failures, RETRY_BACKOFF_SECONDS_MAX);
          expect(seconds).toBeGreaterThanOrEqual(least);
          expect(seconds).toBeLessThanOrEqual(Math.min(least * 1.25, RETRY_BACKOFF_SECONDS_MAX));
        },
      ),
    );
  });

  it('is as long as the server asks, up to its limit', () => {
    const wait = { failures: 0, backoffSeconds: 1, chance: 0 };
    expect(waitSeconds({ ...wait, retryAfterSeconds: 7 })).toBe(7);
    expect(waitSeconds({ ...wait, retryAfterSeconds: 0.5 })).toBe(1);
    expect(waitSeconds({ ...wait, retryAfterSeconds: 3_600 })).toBe(RETRY_BACKOFF_SECONDS_MAX);
  });
});

describe('trying again', () => {
  it('ends with the first success', async () => {
    let attempts = 0;
    const attempt = () => (++attempts < 3 ? Promise.reject(busy()) : Promise.resolve('done'));
    expect(await retrying(attempt, { retries: 5, backoffSeconds: 0 })).toBe('done');
    expect(attempts).toBe(3);
  });

  it.each([
    ['a refusal', Object.assign(new Error('forbidden'), { code: 403 })],
    ['a bug', new TypeError('x is not a function')],
  ])('does not begin after %s', async (_, error) => {
    let attempts = 0;
    const attempt = () => {
      attempts++;
      return Promise.reject(error);
    };
    await expect(retrying(attempt, { retries: 5, backoffSeconds: 0 })).rejects.toBe(error);
    expect(attempts).toBe(1);
  });

  it('ends when it is aborted in a wait, with the last failure', async () => {
    const aborter = new AbortController();
    const error = busy();
    const attempt = () => {
      setImmediate(() => {
        aborter.abort();
      });
      return Promise.reject(error);
    };
    await expect(retrying(attempt, { retries: 5, backoffSeconds: 3_600 }, aborter.signal)).rejects.toBe(
      error,
    );
  });
});
