import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { DeadlineError, withDeadline } from '../../../src/core/time/deadline.ts';

const never = new AbortController().signal;
const endless = () => new Promise<never>(() => undefined);

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('a deadline', () => {
  test('lets work through that is done in time, and leaves no timer', async () => {
    await expect(withDeadline(1, never, () => Promise.resolve('done'))).resolves.toBe('done');
    expect(jest.getTimerCount()).toBe(0);
  });

  test('lets through how work fails', async () => {
    const failure = new Error('failed');
    await expect(withDeadline(1, never, () => Promise.reject(failure))).rejects.toBe(failure);
  });

  test('ends work that does not listen, after its seconds and not before', async () => {
    const work = withDeadline(60, never, endless);
    const outcome = jest.fn();
    work.catch(outcome);
    await jest.advanceTimersByTimeAsync(59_999);
    expect(outcome).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    expect(outcome).toHaveBeenCalledWith(expect.any(DeadlineError));
  });

  test('ends with the reason of the caller, also if the work words its end otherwise', async () => {
    const reason = new Error('stop');
    await expect(withDeadline(1, AbortSignal.abort(reason), endless)).rejects.toBe(reason);
    const controller = new AbortController();
    const work = withDeadline(1, controller.signal, (signal) => {
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          reject(new Error('The operation was aborted.'));
        });
      });
    });
    controller.abort(reason);
    await expect(work).rejects.toBe(reason);
  });

  test('ends what the work left open', async () => {
    let left: AbortSignal | undefined;
    await withDeadline(1, never, (signal) => {
      left = signal;
      return Promise.resolve();
    });
    expect(left?.aborted).toBe(true);
  });
});
