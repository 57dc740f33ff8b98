import { setTimeout as sleep } from 'node:timers/promises';
import { RETRY_BACKOFF_SECONDS_MAX } from '../core/limits.ts';
import { failureOf, isTransient } from './gcs-failure.ts';

/** How often a request is tried again, and the first wait before that; each further one is twice as long. */
export interface RetryPolicy {
  readonly retries: number;
  readonly backoffSeconds: number;
}

/** Waits are up to this share longer, so that those who failed together do not come back together. */
const JITTER = 0.25;

/**
 * Tries until it succeeds, fails for good, or has failed too often. The caller makes sure that the attempt may be
 * repeated. When `signal` aborts, a wait ends and the last failure is thrown.
 */
export async function retrying<T>(
  attempt: () => Promise<T>,
  { retries, backoffSeconds }: RetryPolicy,
  signal?: AbortSignal,
): Promise<T> {
  for (let failures = 0; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      const failure = failureOf(error);
      if (failure === undefined || !isTransient(failure) || failures >= retries) throw error;
      const { retryAfterSeconds } = failure;
      const seconds = waitSeconds({ failures, backoffSeconds, retryAfterSeconds, chance: Math.random() });
      await sleep(seconds * 1000, undefined, { signal }).catch(() => undefined);
      if (signal?.aborted === true) throw error;
    }
  }
}

/** After so many failures before this one; `chance` is between 0 and 1. */
export function waitSeconds(after: {
  readonly failures: number;
  readonly backoffSeconds: number;
  readonly retryAfterSeconds: number | undefined;
  readonly chance: number;
}): number {
  const own = after.backoffSeconds * 2 ** after.failures * (1 + JITTER * after.chance);
  return Math.min(Math.max(own, after.retryAfterSeconds ?? 0), RETRY_BACKOFF_SECONDS_MAX);
}
