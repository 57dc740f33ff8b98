import { isRetryAfter, retryAfterMs } from '../../core/retry.ts';
import { SERVER_WORDS_LENGTH_MAX } from '../../core/limits.ts';
import { propertyOf } from '../../core/thrown.ts';
import { networkErrorOf, type NetworkError } from '../../net/network-error.ts';

/** What a request came to, taken from the several kinds of errors that the client library throws. */
export interface GcsFailure {
  /** Of the answer; undefined if there was none. */
  readonly status: number | undefined;
  /** Of the system or the connection, such as `ECONNRESET`. */
  readonly code: string | undefined;
  /** Google's, such as `rateLimitExceeded`. */
  readonly reason: string | undefined;
  /** What the network did, if there was no answer. */
  readonly network: NetworkError | undefined;
  /** What the header `Retry-After` asks for; undefined without one that is a time. */
  readonly retryAfterSeconds: number | undefined;
  /** The first line of what was said, without anything secret. */
  readonly words: string;
}

/** There are no credentials, or Google does not exchange them for a token. */
export class CredentialsFailure extends Error {
  constructor(cause: unknown) {
    super('no token', { cause });
  }
}

const UNREADABLE = 'UNREADABLE_ANSWER';

/** An answer that is none: the connection may have broken in it, so it counts as such. */
export class UnreadableAnswer extends Error {
  readonly code = UNREADABLE;
}

const REASONS_TO_WAIT = new Set(['rateLimitExceeded', 'userRateLimitExceeded']);

/** Undefined for an error that has nothing to do with a request: a bug. */
export function failureOf(error: unknown, now = new Date()): GcsFailure | undefined {
  if (error instanceof CredentialsFailure) {
    return failureOf(error.cause, now) ?? { ...NOTHING_KNOWN, words: wordsOf(error.cause) };
  }
  // Errors of this language's own kinds are never a server's.
  if (error instanceof TypeError || error instanceof RangeError) return undefined;
  const status = statusOf(error);
  const code = stringIn(error, 'code') ?? stringIn(error, 'type');
  if (status === undefined && code === undefined) return undefined;
  const retryAfter = retryAfterOf(propertyOf(propertyOf(error, 'response'), 'headers'));
  return {
    status,
    code,
    reason: firstReason(error),
    network: status === undefined ? networkErrorOf(error) : undefined,
    retryAfterSeconds:
      retryAfter !== undefined && isRetryAfter(retryAfter.trim(), now)
        ? retryAfterMs(retryAfter, now) / 1_000
        : undefined,
    words: wordsOf(error),
  };
}

const NOTHING_KNOWN = {
  status: undefined,
  code: undefined,
  reason: undefined,
  network: undefined,
  retryAfterSeconds: undefined,
};

/** Whether the same request may succeed a little later. */
export function isTransient({ status, code, reason, network, retryAfterSeconds }: GcsFailure): boolean {
  if (status === 403) return retryAfterSeconds !== undefined || REASONS_TO_WAIT.has(reason ?? '');
  if (status !== undefined) {
    return status >= 500 || status === 408 || status === 429 || REASONS_TO_WAIT.has(reason ?? '');
  }
  return network?.retryable ?? code === UNREADABLE;
}

/** The library has the status as `code`; where a token is refused it is `status`, or only in the response. */
function statusOf(error: unknown): number | undefined {
  const candidates = [
    propertyOf(error, 'code'),
    propertyOf(error, 'status'),
    propertyOf(propertyOf(error, 'response'), 'status'),
  ];
  const found = candidates.find((value) => /^[1-5]\d\d$/.test(String(value)));
  return found === undefined ? undefined : Number(found);
}

/** The library for requests has the headers as an object, the one for tokens as `Headers`. */
function retryAfterOf(headers: unknown): string | undefined {
  const get = propertyOf(headers, 'get');
  const value: unknown = typeof get === 'function' ? Reflect.apply(get, headers, ['retry-after']) : undefined;
  return typeof value === 'string' ? value : stringIn(headers, 'retry-after');
}

function firstReason(error: unknown): string | undefined {
  const errors = propertyOf(error, 'errors');
  return Array.isArray(errors) ? stringIn(errors[0], 'reason') : undefined;
}

/** The URI of an upload session is a key to it, and it is in the message when a connection breaks. */
function wordsOf(error: unknown): string {
  return (stringIn(error, 'message') ?? String(error))
    .replace(/^Multiple errors occurred[^\n]*\n\s*1\. /, '')
    .replace(/https?:\/\/[^\s"'<>]+/g, withoutQuery)
    .replace(/<[^<>]*>/g, ' ')
    .trim()
    .replace(/\n.*$/s, '')
    .replace(/\.$/, '')
    .slice(0, SERVER_WORDS_LENGTH_MAX);
}

function withoutQuery(url: string): string {
  const start = url.indexOf('?');
  return start < 0 ? url : url.slice(0, start);
}

function stringIn(value: unknown, key: string): string | undefined {
  const found = propertyOf(value, key);
  return typeof found === 'string' ? found : undefined;
}
