import { httpDate } from '../../core/text/http-date.ts';
import { isRetryAfter, msUntil, retryAfterMs } from '../../core/retry.ts';
import type { RateLimitSpec } from '../../definitions/rest/types.ts';
import { valueAtPath } from '../../json/path.ts';
import type { Span } from '../../json/scan.ts';
import type { HttpAnswer } from './client.ts';

type Headers = Pick<HttpAnswer, 'header'>;

/** How a definition recognizes an exceeded limit, in addition to what is recognized without it. */
export type LimitSigns = Pick<RateLimitSpec, 'statuses' | 'words' | 'resetHeader'>;

/** Headers with the time to wait in milliseconds, of Azure and of services like it. */
const MILLISECONDS_HEADERS = ['retry-after-ms', 'x-ms-retry-after-ms'];
const RESET_HEADERS = [
  ...['x-ratelimit-reset-after', 'x-ratelimit-retry-after', 'x-rate-limit-reset-after'],
  ...['x-ratelimit-reset', 'ratelimit-reset', 'x-rate-limit-reset'],
];
const REMAINING_HEADERS = ['x-ratelimit-remaining', 'ratelimit-remaining', 'x-rate-limit-remaining'];

/** A smaller number is a wait in seconds; as a time since 1970 it would be before 2001. */
const EPOCH_SECONDS_MIN = 1_000_000_000;
/** A number from here on is in milliseconds; as seconds it would be in the year 33658. */
const EPOCH_MS_MIN = 1_000_000_000_000;

/**
 * Returns the milliseconds that a response asks to wait, from the header that the definition names, from `Retry-After`, or from a
 * header with the end of the rate limit.
 */
export function askedWaitMs(answer: Headers, now: Date, { resetHeader }: LimitSigns = {}): number {
  const named = resetHeader === undefined ? undefined : answer.header(resetHeader.toLowerCase());
  if (named !== undefined) return resetMs(named.trim(), now);
  const ms = firstOf(answer, MILLISECONDS_HEADERS);
  if (ms !== undefined && /^\d+$/.test(ms)) return retryAfterMs(String(Number(ms) / 1_000), now);
  const retryAfter = answer.header('retry-after');
  if (retryAfter !== undefined) return retryAfterMs(retryAfter, now);
  const reset = firstOf(answer, RESET_HEADERS) ?? policyOf(answer).reset;
  return reset === undefined ? 0 : resetMs(reset, now);
}

function firstOf({ header }: Headers, names: readonly string[]): string | undefined {
  return names.map((name) => header(name)?.trim()).find((value) => value !== undefined);
}

/**
 * Reads the header `RateLimit` of the IETF draft: `"default";r=0;t=30`, or `limit=100, remaining=0, reset=30` of its earlier
 * versions. Of several limits, one that is used up counts, with the longest wait.
 */
function policyOf({ header }: Headers): { readonly remaining?: string; readonly reset?: string } {
  const text = header('ratelimit') ?? '';
  const limits = /\bremaining=/.test(text) ? [text] : text.split(',');
  const read = limits.map((limit) => ({
    remaining: /(?:^|[\s;,])(?:r|remaining)=(\d{1,15})/.exec(limit)?.[1],
    reset: /(?:^|[\s;,])(?:t|reset)=(\d{1,15})/.exec(limit)?.[1],
  }));
  const usedUp = read.filter(({ remaining }) => remaining === '0');
  const [longest] = (usedUp.length > 0 ? usedUp : read).sort(
    (a, b) => Number(b.reset ?? 0) - Number(a.reset ?? 0),
  );
  const { remaining, reset } = longest ?? {};
  return { ...(remaining === undefined ? {} : { remaining }), ...(reset === undefined ? {} : { reset }) };
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
 * Whether an unsuccessful response means a rate limit: its status or its body is one that the definition names; or it is a 403
 * whose remaining quota is 0, as GitHub reports it, that asks for a retry, or whose body names the limit, as Google's APIs,
 * Salesforce and GitHub do.
 */
export function isLimit(
  answer: HttpAnswer,
  now: Date,
  { statuses = [], words = [] }: LimitSigns = {},
): boolean {
  const { status } = answer;
  if (status === 429 || statuses.includes(status)) return true;
  const body = status === 403 || words.length > 0 ? answer.body.toString('utf8') : '';
  if (containsWords(body, words)) return true;
  if (status !== 403) return false;
  if (firstOf(answer, REMAINING_HEADERS) === '0' || policyOf(answer).remaining === '0') return true;
  const retryAfter = answer.header('retry-after')?.trim();
  // A wait of 0 and a time in the past also ask for a retry; a value that is not a time does not.
  const asks = retryAfter !== undefined && isRetryAfter(retryAfter, now);
  return asks || LIMIT_WORDS.test(body);
}

/**
 * Whether a successful response reports an exceeded limit, as GraphQL APIs do: only its `error` or `errors` counts, because records
 * may contain the same words.
 */
export function isLimitInSuccess(bytes: Buffer, { start }: Span, { words = [] }: LimitSigns = {}): boolean {
  if (words.length === 0) return false;
  return ['error', 'errors'].some((key) => {
    const value = valueAtPath(bytes, start, key);
    return value !== undefined && containsWords(bytes.toString('utf8', value.start, value.end), words);
  });
}

function containsWords(text: string, words: readonly string[]): boolean {
  const lower = text.toLowerCase();
  return words.some((word) => lower.includes(word.toLowerCase()));
}
