import { randomInt } from 'node:crypto';
import { RETRY_AFTER_SPREAD_RATIO } from '../limits.ts';

/**
 * Returns the seconds for a `Retry-After` header: the given number plus random jitter, so that clients that were refused
 * together do not return in the same second.
 */
export function spreadRetryAfter(seconds: number): number {
  const least = Math.ceil(seconds);
  return least + randomInt(Math.ceil(least * RETRY_AFTER_SPREAD_RATIO) + 1);
}
