import { retryAfterMs } from '../../core/retry.ts';
import type { HttpAnswer } from './client.ts';

type Headers = Pick<HttpAnswer, 'header'>;

const RESET_HEADERS = ['x-ratelimit-reset', 'ratelimit-reset', 'x-rate-limit-reset'];
const REMAINING_HEADERS = ['x-ratelimit-remaining', 'ratelimit-remaining', 'x-rate-limit-remaining'];

/** A number below is a time to wait, in seconds; as a time since 1970 it would be before 2001. */
const EPOCH_SECONDS_MIN = 1_000_000_000;
/** A number from here on is in milliseconds; as seconds it would be in the year 33658. */
const EPOCH_MS_MIN = 1_000_000_000_000;

/** The milliseconds that an answer asks to wait, by `Retry-After` or by one of the headers that name the end of the limit. */
export function askedWaitMs(answer: Headers, now: Date): number {
  const retryAfter = answer.header('retry-after');
  if (retryAfter !== undefined) return retryAfterMs(retryAfter, now);
  const reset = RESET_HEADERS.map((name) => answer.header(name)).find((value) => value !== undefined);
  return reset === undefined ? 0 : retryAfterMs(resetAsRetryAfter(reset.trim()), now);
}

/** Seconds to wait, seconds or milliseconds since 1970, or a date: nobody agrees. */
function resetAsRetryAfter(reset: string): string {
  if (!/^\d+(\.\d+)?$/.test(reset)) return reset;
  const value = Number(reset);
  if (value < EPOCH_SECONDS_MIN) return String(Math.ceil(value));
  const ms = value < EPOCH_MS_MIN ? value * 1_000 : value;
  // Beyond what a date can be, it is no time.
  return ms > 8.64e15 ? '' : new Date(ms).toISOString();
}

/** Whether an answer says that the limit is used up; GitHub says so with a 403. */
export function isUsedUp(answer: Headers): boolean {
  return REMAINING_HEADERS.some((name) => answer.header(name)?.trim() === '0');
}
