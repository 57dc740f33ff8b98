import { systemClock } from '../../core/time/clock.ts';
import {
  logRetries,
  sleep,
  withRetries,
  type Attempt,
  type Ending,
  type RetryPolicy,
  type Wait,
} from '../../core/retry.ts';
import type { Logger } from '../../core/log.ts';
import { asError } from '../../core/thrown.ts';
import { failureOf, isTransient } from './failure.ts';

/** The retry policy for requests to Cloud Storage, and the logger of retries. */
export interface GcsRetry extends RetryPolicy {
  readonly log?: Logger | undefined;
  /** The purpose of the requests, such as `write gs://bucket/name`. */
  readonly asked?: string;
  /** Lets a test run faster than the clock. */
  readonly wait?: Wait | undefined;
}

/** The result of the retries of a failed request, by the thrown error. */
const endings = new WeakMap<object, Ending>();

/** The number of attempts that ended with this error, and the time before which the server accepts no retry. */
export function endingOf(error: unknown): Ending {
  const known = typeof error === 'object' && error !== null ? endings.get(error) : undefined;
  return known ?? { attempts: 1, notBefore: undefined };
}

/**
 * Retries until an attempt succeeds, fails permanently, or the attempts are used up. The caller must ensure that the attempt is
 * safe to repeat. When `signal` aborts, a wait ends and the last failure is thrown.
 */
export async function retrying<T>(
  attempt: () => Promise<T>,
  retry: GcsRetry,
  signal: AbortSignal = NEVER,
): Promise<T> {
  let last: unknown;
  const now = () => systemClock.now();
  const once = async (): Promise<Attempt<T>> => {
    try {
      return { ok: true, value: await attempt() };
    } catch (error) {
      last = error;
      const failure = failureOf(error, now());
      if (failure === undefined) throw error;
      const known = asError(error);
      const { words: reason, retryAfterSeconds = 0 } = failure;
      const retryAfterMs = Math.ceil(retryAfterSeconds * 1_000);
      const toError = (ending: Ending) => {
        endings.set(known, ending);
        return known;
      };
      return { ok: false, failure: { reason, again: isTransient(failure), retryAfterMs, toError } };
    }
  };
  const { log, asked = 'Cloud Storage', wait = sleep } = retry;
  const onRetry = log === undefined ? () => undefined : logRetries(log, { request: asked });
  try {
    return await withRetries(once, { policy: retry, wait, now, onRetry }, signal);
  } catch (thrown) {
    throw signal.aborted ? last : thrown;
  }
}

const NEVER = new AbortController().signal;
