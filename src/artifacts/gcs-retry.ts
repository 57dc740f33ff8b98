import { systemClock } from '../core/clock.ts';
import { sleep, withRetries, type Attempt, type RetryPolicy } from '../core/retry.ts';
import { failureOf, isTransient } from './gcs-failure.ts';

/**
 * Tries until it succeeds, fails for good, or has failed too often. The caller makes sure that the attempt may be
 * repeated. When `signal` aborts, a wait ends and the last failure is thrown.
 */
export async function retrying<T>(
  attempt: () => Promise<T>,
  policy: RetryPolicy,
  signal: AbortSignal = NEVER,
): Promise<T> {
  let last: unknown;
  const once = async (): Promise<Attempt<T>> => {
    try {
      return { ok: true, value: await attempt() };
    } catch (error) {
      last = error;
      const failure = failureOf(error);
      if (failure === undefined || !(error instanceof Error)) throw error;
      const { words: reason, retryAfterSeconds = 0 } = failure;
      const retryAfterMs = retryAfterSeconds * 1_000;
      return {
        ok: false,
        failure: { reason, again: isTransient(failure), retryAfterMs, toError: () => error },
      };
    }
  };
  const now = () => systemClock.now();
  try {
    return await withRetries(once, { policy, wait: sleep, now, onRetry: () => undefined }, signal);
  } catch (thrown) {
    throw signal.aborted ? last : thrown;
  }
}

const NEVER = new AbortController().signal;
