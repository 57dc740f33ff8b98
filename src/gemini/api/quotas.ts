import type { Clock } from '../../core/time/clock.ts';
import { DISCOVERY_WRITES_PER_MINUTE } from '../../core/limits.ts';
import {
  DISCOVERY_BATCHES_PER_MINUTE,
  DISCOVERY_IMPORTS_PER_MINUTE,
  DISCOVERY_READS_PER_MINUTE,
} from '../limits.ts';
import { MINUTE_MS, RequestQuota } from '../../core/time/request-quota.ts';
import type { Wait } from '../../core/retry.ts';

/** The Google quota that a request counts for. */
export type Quota = 'imports' | 'batches' | 'reads' | 'writes';

export function openQuotas(
  clock: Pick<Clock, 'elapsedMs'>,
  wait: Wait,
): Readonly<Record<Quota, RequestQuota>> {
  const quota = (perMinute: number) => new RequestQuota([{ most: perMinute, ms: MINUTE_MS }], clock, wait);
  return {
    imports: quota(DISCOVERY_IMPORTS_PER_MINUTE),
    batches: quota(DISCOVERY_BATCHES_PER_MINUTE),
    reads: quota(DISCOVERY_READS_PER_MINUTE),
    writes: quota(DISCOVERY_WRITES_PER_MINUTE),
  };
}
