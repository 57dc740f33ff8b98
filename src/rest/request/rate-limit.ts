import { httpDate } from '../../core/text/http-date.ts';
import { isRetryAfter, msUntil, retryAfterMs } from '../../core/retry.ts';
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
  return reset === undefined ? 0 : resetMs(reset.trim(), now);
}

/** As Jira writes the end of a limit, with the seconds and their decimals left out or not. */
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

/** Seconds to wait, seconds or milliseconds since 1970, or a date: APIs do not agree on a format. */
function resetMs(reset: string, now: Date): number {
  if (ISO_TIME.test(reset)) return msUntil(new Date(reset), now);
  if (!/^\d+(?:\.\d+)?$/.test(reset)) return msUntil(httpDate(reset, now), now);
  const value = Number(reset);
  if (value < EPOCH_SECONDS_MIN) return retryAfterMs(reset, now);
  return msUntil(new Date(value < EPOCH_MS_MIN ? value * 1_000 : value), now);
}

/** How the bodies of Google's APIs, Salesforce, GitHub and others name a limit that they refuse with a 403. */
const LIMIT_WORDS =
  /"(?:(?:rate|userRate|daily|concurrent)LimitExceeded|quotaExceeded|RATE_LIMIT_EXCEEDED|RESOURCE_EXHAUSTED|REQUEST_LIMIT_EXCEEDED)"|\b(?:secondary rate limit|rate limit (?:exceeded|reached)|(?:exceeded|reached|hit) (?:a|an|the|your) (?:[\w-]{1,20} )?rate limit|too many requests)\b/i;

/**
 * Whether a 403 means a rate limit: nothing remains, as GitHub says; it asks to come again; or its body names the limit, as
 * those of Google's APIs, Salesforce and GitHub do.
 */
export function isLimit(answer: HttpAnswer, now: Date): boolean {
  if (REMAINING_HEADERS.some((name) => answer.header(name)?.trim() === '0')) return true;
  const retryAfter = answer.header('retry-after')?.trim();
  // A wait of nothing and a time that is over ask to come again, too; what is not a time asks for nothing.
  const asks = retryAfter !== undefined && isRetryAfter(retryAfter, now);
  return asks || LIMIT_WORDS.test(answer.body.toString('utf8'));
}
