import { httpDate } from '../../core/text/http-date.ts';
import { isRetryAfter, msUntil, retryAfterMs } from '../../core/retry.ts';
import type { HttpAnswer } from './client.ts';

type Headers = Pick<HttpAnswer, 'header'>;

const RESET_HEADERS = ['x-ratelimit-reset', 'ratelimit-reset', 'x-rate-limit-reset'];
const REMAINING_HEADERS = ['x-ratelimit-remaining', 'ratelimit-remaining', 'x-rate-limit-remaining'];

/** A smaller number is a wait in seconds; as a time since 1970 it would be before 2001. */
const EPOCH_SECONDS_MIN = 1_000_000_000;
/** A number from here on is in milliseconds; as seconds it would be in the year 33658. */
const EPOCH_MS_MIN = 1_000_000_000_000;

/** Returns the milliseconds that a response asks to wait, from `Retry-After` or from a header with the end of the rate limit. */
export function askedWaitMs(answer: Headers, now: Date): number {
  const retryAfter = answer.header('retry-after');
  if (retryAfter !== undefined) return retryAfterMs(retryAfter, now);
  const reset = RESET_HEADERS.map((name) => answer.header(name)).find((value) => value !== undefined);
  return reset === undefined ? 0 : resetMs(reset.trim(), now);
}

/** Matches the end of a limit as Jira sends it. Seconds and their decimals are optional. */
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

/** Reads seconds to wait, seconds or milliseconds since 1970, or a date: APIs do not agree on a format. */
function resetMs(reset: string, now: Date): number {
  if (ISO_TIME.test(reset)) return msUntil(new Date(reset), now);
  if (!/^\d+(?:\.\d+)?$/.test(reset)) return msUntil(httpDate(reset, now), now);
  const value = Number(reset);
  if (value < EPOCH_SECONDS_MIN) return retryAfterMs(reset, now);
  return msUntil(new Date(value < EPOCH_MS_MIN ? value * 1_000 : value), now);
}

/** The names of a rate limit in 403 bodies of Google's APIs, Salesforce, GitHub and others. */
const LIMIT_WORDS =
  /"(?:(?:rate|userRate|daily|concurrent)LimitExceeded|quotaExceeded|RATE_LIMIT_EXCEEDED|RESOURCE_EXHAUSTED|REQUEST_LIMIT_EXCEEDED)"|\b(?:secondary rate limit|rate limit (?:exceeded|reached)|(?:exceeded|reached|hit) (?:a|an|the|your) (?:[\w-]{1,20} )?rate limit|too many requests)\b/i;

/**
 * Whether a 403 means a rate limit: the remaining quota is 0, as GitHub reports it; the response asks for a retry; or its body
 * names the limit, as Google's APIs, Salesforce and GitHub do.
 */
export function isLimit(answer: HttpAnswer, now: Date): boolean {
  if (REMAINING_HEADERS.some((name) => answer.header(name)?.trim() === '0')) return true;
  const retryAfter = answer.header('retry-after')?.trim();
  // A wait of 0 and a time in the past also ask for a retry; a value that is not a time does not.
  const asks = retryAfter !== undefined && isRetryAfter(retryAfter, now);
  return asks || LIMIT_WORDS.test(answer.body.toString('utf8'));
}
