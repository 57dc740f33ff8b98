import { systemClock } from '../../core/clock.ts';
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

/** How often requests to Cloud Storage are retried, and who is told. */
export interface GcsRetry extends RetryPolicy {
  readonly log?: Logger | undefined;
  /** What the requests are for, such as `write gs://bucket/name`. */
  readonly asked?: string;
  /** Lets a test go faster than the clock. */
  readonly wait?: Wait | undefined;
}

/** How the retries of a failed request ended, by the error that was thrown. */
const endings = new WeakMap<object, Ending>();

/** How many attempts ended with this error, and until when the server wants no other. */
export function endingOf(error: unknown): Ending {
  const known = typeof error === 'object' && error !== null ? endings.get(error) : undefined;
  return known ?? { attempts: 1, notBefore: undefined };
}

/**
 * Tries until it succeeds, fails for good, or has failed too often. The caller makes sure that the attempt may be
 * repeated. When `signal` aborts, a wait ends and the last failure is thrown.
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
