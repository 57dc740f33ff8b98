import type { ErrorCode } from '../core/error-kinds.ts';
import type { Failure } from '../core/retry.ts';
import { failedRequest } from './failed-request.ts';
import type { NetworkError } from './network-error.ts';
import { networkHint, networkReason, networkWords, type NetworkHints } from './network-error-text.ts';

/** Why one attempt of a request failed. */
export interface RequestProblem {
  readonly code: ErrorCode;
  /** A few words for a log line. */
  readonly reason: string;
  /** Continues a sentence that begins with the request. */
  readonly what: string;
  readonly hint: string;
  /** Whether another attempt may succeed. */
  readonly again: boolean;
  readonly retryAfterMs?: number;
}

/** The problem of a request that got no response. @param code what this network error means to the caller */
export function problemOfNetwork(
  network: NetworkError,
  code: ErrorCode,
  hints: NetworkHints,
): RequestProblem {
  return {
    code,
    reason: networkReason(network),
    what: `failed: ${networkWords(network)}`,
    hint: networkHint(network, hints),
    again: network.retryable,
  };
}

/**
 * @param asked the name of the request in messages, without secrets
 * @param lasting whether the hint also applies when the server gave a retry time
 */
export function failureOf(problem: RequestProblem, asked: string, lasting = false): Failure {
  const { code, reason, what, hint, again, retryAfterMs = 0 } = problem;
  return {
    reason,
    again,
    retryAfterMs,
    toError: (ending) => failedRequest({ code, message: `${asked} ${what}`, hint, lasting }, ending),
  };
}
