import type { Clock } from '../core/time/clock.ts';
import { MinuteQuota } from '../core/time/minute-quota.ts';
import type { Wait } from '../core/retry.ts';
import type { RateLimitSpec } from '../definitions/rest/types.ts';

/** Returns the quota of a definition; undefined if it does not limit the number of requests. */
export function quotaOf(
  rateLimit: RateLimitSpec | undefined,
  clock: Clock,
  wait: Wait,
): MinuteQuota | undefined {
  const { requestsPerMinute } = rateLimit ?? {};
  return requestsPerMinute === undefined ? undefined : new MinuteQuota(requestsPerMinute, clock, wait);
}
