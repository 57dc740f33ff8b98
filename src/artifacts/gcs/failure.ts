import { isRetryAfter, retryAfterMs } from '../../core/retry.ts';
import { SERVER_WORDS_LENGTH_MAX } from '../../core/limits.ts';
import { propertyOf } from '../../core/thrown.ts';
import type { StreamedAnswer } from '../../google/answer.ts';
import { networkErrorOf, type NetworkError } from '../../net/network-error.ts';

/** What a request came to. */
export interface GcsFailure {
  /** Of the answer; undefined if there was none, or none that makes sense. */
  readonly status: number | undefined;
  /** Google's, such as `rateLimitExceeded`. */
  readonly reason: string | undefined;
  /** What the network did, if there was no answer. */
  readonly network: NetworkError | undefined;
  /** An answer came, and makes no sense. */
  readonly unreadable: boolean;
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

/** No answer of Cloud Storage, or a broken one: the connection may have broken in it, so it counts as such. */
export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer';
}

/** An answer that is no success. */
export class RefusedAnswer extends Error {
  override readonly name = 'RefusedAnswer';
  readonly status: number;
  /** Google's, such as `rateLimitExceeded`. */
  readonly reason: string | undefined;
  readonly retryAfter: string | null;

  /** @param text the beginning of the body: JSON of Google's, or what a proxy writes */
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

/** Undefined for an error that has nothing to do with a request: a bug. */
export function failureOf(error: unknown, now = new Date()): GcsFailure | undefined {
  if (error instanceof CredentialsFailure) return credentialsFailureOf(error.cause, now);
  if (error instanceof RefusedAnswer) {
    const { status, reason, retryAfter } = error;
    return { ...ofAnswer(status, retryAfter, now), reason, words: wordsOf(error) };
  }
  if (error instanceof UnreadableAnswer) return { ...NOTHING_KNOWN, unreadable: true, words: wordsOf(error) };
  const network = networkErrorOf(error);
  return network === undefined ? undefined : { ...NOTHING_KNOWN, network, words: wordsOf(error) };
}

/** The library has the status in the error, or only in the response. */
function credentialsFailureOf(cause: unknown, now: Date): GcsFailure {
  const response = propertyOf(cause, 'response');
  const status = [propertyOf(cause, 'status'), propertyOf(response, 'status')].find(
    (value) => typeof value === 'number',
  );
  // A parser repeats what it stumbled over, which is the inside of a key file.
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

/** Whether the same request may succeed a little later. */
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

/** The URI of an upload session is a key to it, and it is in the message when a connection breaks. */
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
