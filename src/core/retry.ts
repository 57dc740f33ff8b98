import { setTimeout as timer } from 'node:timers/promises';
import { httpDate } from './text/http-date.ts';
import { RETRY_AFTER_SECONDS_MAX, RETRY_BACKOFF_SECONDS_MAX } from './limits.ts';
import type { Logger } from './log.ts';

export interface RetryPolicy {
  /** The number of attempts after the first. */
  readonly retries: number;
  /** The maximum of the first wait; the maximum doubles with each further one, up to `RETRY_BACKOFF_SECONDS_MAX`. */
  readonly backoffSeconds: number;
  /**
   * The milliseconds that may be waited before a further attempt, for work that must end in time; asked before each wait. Without
   * it, only the number of attempts is limited.
   */
  readonly waitMsMax?: (() => number) | undefined;
}

/** Rejects with the signal's reason when aborted. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

export type Attempt<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

export interface Failure {
  /** A few words for a log line, such as `503 UNAVAILABLE`. */
  readonly reason: string;
  /** Whether another attempt is allowed and could succeed. */
  readonly again: boolean;
  /** The wait in milliseconds that the server asked for, from `retryAfterMs`; 0 if it did not ask. */
  readonly retryAfterMs: number;
  /** The error to throw if this attempt was the last. */
  toError(ending: Ending): Error;
}

export interface Ending {
  readonly attempts: number;
  /** Set when the attempts ended because the server asked for a wait until this time, which is longer than a run waits. */
  readonly notBefore: Date | undefined;
}

interface RetryOptions {
  readonly policy: RetryPolicy;
  readonly wait: Wait;
  readonly now: () => Date;
  /** A random number from 0 to less than 1. */
  readonly random?: () => number;
  /** Called before each wait. */
  readonly onRetry: (reason: string, waitMs: number) => void;
}

/**
 * Logs each retry of a request, in the same words for every server.
 * @param request fields that identify it, without secrets
 * @param level `debug` where a failure does not affect the run, as with telemetry
 */
export function logRetries(
  log: Logger,
  request: Readonly<Record<string, string>>,
  level: 'warn' | 'debug' = 'warn',
): RetryOptions['onRetry'] {
  return (reason, waitMs) => {
    log[level]('a request failed; it is retried after a wait', { ...request, reason, waitMs });
  };
}

/** The sentence that names the time before which a server asked not to be called. */
export function notBeforeWords(notBefore: Date | undefined): string {
  return notBefore === undefined
    ? ''
    : ` The server asked us not to retry before ${notBefore.toISOString()}.`;
}

/** Retries until an attempt succeeds, an attempt reports that a retry would not help, or the policy's attempts are used up. */
export async function withRetries<T>(
  attempt: () => Promise<Attempt<T>>,
  options: RetryOptions,
  signal: AbortSignal,
): Promise<T> {
  for (let attempts = 1; ; attempts++) {
    const outcome = await attempt();
    if (outcome.ok) return outcome.value;
    const { failure } = outcome;
    const { retries, waitMsMax } = options.policy;
    const mostMs = Math.min(RETRY_AFTER_SECONDS_MAX * 1_000, waitMsMax?.() ?? Infinity);
    const tooLong = failure.again && failure.retryAfterMs > Math.max(mostMs, 0);
    const waitMs = waitBefore(attempts, failure.retryAfterMs, options.policy, options.random);
    const noTime = waitMsMax !== undefined && waitMs > mostMs;
    if (tooLong || noTime || !failure.again || attempts > retries) {
      const notBefore = tooLong ? new Date(options.now().getTime() + failure.retryAfterMs) : undefined;
      throw failure.toError({ attempts, notBefore });
    }
    options.onRetry(failure.reason, waitMs);
    await options.wait(waitMs, signal);
  }
}

/**
 * Milliseconds to wait before the given retry (1 is the first): the wait that the server asked for, plus exponential back-off
 * with full jitter, so that runs that were all refused at the same moment do not all retry at the same moment.
 */
export function waitBefore(
  retry: number,
  retryAfterMs: number,
  policy: RetryPolicy,
  random: () => number = Math.random,
): number {
  const ceiling = Math.min(policy.backoffSeconds * 2 ** (retry - 1), RETRY_BACKOFF_SECONDS_MAX);
  return Math.ceil(retryAfterMs + random() * ceiling * 1_000);
}

/** A month, the longest period of a quota: a longer wait is a mistake, such as a time in microseconds. */
const ASKED_MS_MAX = 31 * 86_400_000;

const SECONDS = /^\d+(?:\.\d+)?$/;

/**
 * The milliseconds that a `Retry-After` header asks for: seconds, possibly with decimals, or an HTTP date; 0 if it is missing or
 * invalid.
 */
export function retryAfterMs(header: string | null | undefined, now: Date): number {
  const text = header?.trim() ?? '';
  const asked = SECONDS.test(text) ? Math.ceil(Number(text) * 1_000) : msUntil(httpDate(text, now), now);
  return boundedWait(asked);
}

/** Whether the text of a `Retry-After` header is a valid time, past or future. */
export function isRetryAfter(text: string, now: Date): boolean {
  return SECONDS.test(text) || httpDate(text, now) !== undefined;
}

/** Milliseconds until a time: 0 if it is past or unknown, and at most a month. */
export function msUntil(time: Date | undefined, now: Date): number {
  return time === undefined ? 0 : boundedWait(time.getTime() - now.getTime());
}

function boundedWait(ms: number): number {
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), ASKED_MS_MAX);
}

/** Waits for the given time. Rejects with the signal's reason when aborted. */
export const sleep: Wait = async (ms, signal) => {
  try {
    await timer(ms, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
};
