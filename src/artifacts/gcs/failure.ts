import { systemClock } from '../../core/time/clock.ts';
import { isRetryAfter, retryAfterMs } from '../../core/retry.ts';
import { SERVER_WORDS_LENGTH_MAX } from '../../core/limits.ts';
import { propertyOf } from '../../core/thrown.ts';
import type { StreamedAnswer } from '../../google/answer.ts';
import { networkErrorOf, type NetworkError } from '../../net/network-error.ts';

/** The failure of a request. */
export interface GcsFailure {
  /** The status of the response; undefined if there was no response, or an unreadable one. */
  readonly status: number | undefined;
  /** Google's reason, such as `rateLimitExceeded`. */
  readonly reason: string | undefined;
  /** The network error, if there was no response. */
  readonly network: NetworkError | undefined;
  /** Whether a response arrived that could not be parsed. */
  readonly unreadable: boolean;
  /** The delay that the header `Retry-After` requests; undefined if the header is missing or invalid. */
  readonly retryAfterSeconds: number | undefined;
  /** The first line of the message, without secrets. */
  readonly words: string;
}

/** There are no credentials, or Google does not exchange them for a token. */
export class CredentialsFailure extends Error {
  constructor(cause: unknown) {
    super('no token', { cause });
  }
}

/**
 * The response is not from Cloud Storage, or is broken. It counts as a network failure, because the connection may have failed
 * in it.
 */
export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer';
}

/** A response that is not a success. */
export class RefusedAnswer extends Error {
  override readonly name = 'RefusedAnswer';
  readonly status: number;
  /** Google's reason, such as `rateLimitExceeded`. */
  readonly reason: string | undefined;
  readonly retryAfter: string | null;

  /** @param text the beginning of the body: Google's JSON, or the page of a proxy */
  constructor({ status, headers }: Pick<StreamedAnswer, 'status' | 'headers'>, text: string) {
    const error = propertyOf(parsed(text), 'error');
    const page = /^\s*[<{[]/.test(text) || /html/i.test(headers.get('content-type') ?? '');
    const words = stringIn(error, 'message') ?? (page ? '' : text);
    super(words.trim() === '' ? `the answer with status ${status} has no error message` : words);
    this.status = status;
    this.reason = firstReason(error);
    this.retryAfter = headers.get('retry-after');
  }
}

const REASONS_TO_WAIT = new Set(['rateLimitExceeded', 'userRateLimitExceeded']);

/** Undefined for an error that does not come from a request, which is a bug. */
export function failureOf(error: unknown, now = systemClock.now()): GcsFailure | undefined {
  if (error instanceof CredentialsFailure) return credentialsFailureOf(error.cause, now);
  if (error instanceof RefusedAnswer) {
    const { status, reason, retryAfter } = error;
    return { ...ofAnswer(status, retryAfter, now), reason, words: wordsOf(error) };
  }
  if (error instanceof UnreadableAnswer) return { ...NOTHING_KNOWN, unreadable: true, words: wordsOf(error) };
  const network = networkErrorOf(error);
  return network === undefined ? undefined : { ...NOTHING_KNOWN, network, words: wordsOf(error) };
}

/** The library stores the status in the error, or only in the response. */
function credentialsFailureOf(cause: unknown, now: Date): GcsFailure {
  const response = propertyOf(cause, 'response');
  const status = [propertyOf(cause, 'status'), propertyOf(response, 'status')].find(
    (value) => typeof value === 'number',
  );
  // A parser repeats the text that it could not parse, which here is the content of a key file.
  const words = cause instanceof SyntaxError ? 'the file of credentials is not JSON' : wordsOf(cause);
  if (status === undefined) return { ...NOTHING_KNOWN, network: networkErrorOf(cause), words };
  const headers = propertyOf(response, 'headers');
  const retryAfter = headers instanceof Headers ? headers.get('retry-after') : null;
  return { ...ofAnswer(status, retryAfter, now), words };
}

function ofAnswer(status: number, retryAfter: string | null, now: Date) {
  const isTime = retryAfter !== null && isRetryAfter(retryAfter.trim(), now);
  return {
    ...NOTHING_KNOWN,
    status,
    retryAfterSeconds: isTime ? retryAfterMs(retryAfter, now) / 1_000 : undefined,
  };
}

const NOTHING_KNOWN = {
  status: undefined,
  reason: undefined,
  network: undefined,
  unreadable: false,
  retryAfterSeconds: undefined,
};

/** Whether the same request may succeed a short time later. */
export function isTransient({ status, reason, network, unreadable, retryAfterSeconds }: GcsFailure): boolean {
  if (status === 403) return retryAfterSeconds !== undefined || REASONS_TO_WAIT.has(reason ?? '');
  if (status !== undefined) {
    return status >= 500 || status === 408 || status === 429 || REASONS_TO_WAIT.has(reason ?? '');
  }
  return network?.retryable ?? unreadable;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function firstReason(error: unknown): string | undefined {
  const errors = propertyOf(error, 'errors');
  return Array.isArray(errors) ? stringIn(errors[0], 'reason') : undefined;
}

/**
 * Removes the URI of an upload session from a message. The URI grants access to the session, and a connection error contains
 * it.
 */
function wordsOf(error: unknown): string {
  return (stringIn(error, 'message') ?? String(error))
    .replace(/https?:\/\/[^\s"'<>]+/g, withoutQuery)
    .replace(/<[^<>]*>/g, ' ')
    .trim()
    .replace(/[\r\n].*$/s, '')
    .trim()
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
