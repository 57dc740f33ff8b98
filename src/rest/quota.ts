import type { Clock } from '../core/time/clock.ts';
import { MINUTE_MS, RequestQuota, SECOND_MS, type QuotaWindow } from '../core/time/request-quota.ts';
import type { Wait } from '../core/retry.ts';
import type { RateLimitSpec } from '../definitions/rest/types.ts';

/** Returns the quota of a definition; undefined if it does not limit the number of requests. */
export function quotaOf(
  { requestsPerMinute, requestsPerSecond }: RateLimitSpec = {},
  clock: Clock,
  wait: Wait,
): RequestQuota | undefined {
  const windows: readonly QuotaWindow[] = [
    ...(requestsPerMinute === undefined ? [] : [{ most: requestsPerMinute, ms: MINUTE_MS }]),
    ...(requestsPerSecond === undefined ? [] : [{ most: requestsPerSecond, ms: SECOND_MS }]),
  ];
  return windows.length === 0 ? undefined : new RequestQuota(windows, clock, wait);
}
