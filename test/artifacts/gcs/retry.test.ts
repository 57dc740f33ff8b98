import { describe, expect, it } from '@jest/globals';
import { RefusedAnswer } from '../../../src/artifacts/gcs/failure.ts';
import { retrying } from '../../../src/artifacts/gcs/retry.ts';

const refused = (status: number) => new RefusedAnswer({ status, headers: new Headers() }, 'busy');
const busy = () => refused(503);

describe('trying again', () => {
  it('ends with the first success', async () => {
    let attempts = 0;
    const attempt = () => (++attempts < 3 ? Promise.reject(busy()) : Promise.resolve('done'));
    expect(await retrying(attempt, { retries: 5, backoffSeconds: 0 })).toBe('done');
    expect(attempts).toBe(3);
  });

  it.each([
    ['a refusal', refused(403)],
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
