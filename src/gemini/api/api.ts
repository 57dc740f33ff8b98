import { systemClock } from '../../core/time/clock.ts';
import type { Endpoint } from '../../core/endpoint.ts';
import { BridgeError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import {
  logRetries,
  sleep,
  withRetries,
  type Attempt,
  type Failure,
  type RetryPolicy,
  type Wait,
} from '../../core/retry.ts';
import { failedRequest } from '../../net/failed-request.ts';
import type { LeaseGuard } from '../../pipeline/held-leases.ts';
import { exchange, type Message, type Wire } from './exchange.ts';
import type { Problem } from './problems.ts';
import { openQuotas, type Quota } from './quotas.ts';
import { endpointOf } from './requests.ts';
import { openTransport } from '../../google/transport.ts';

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'DELETE' | 'PATCH';
  /** The path below `/v1/`, already encoded, such as `projects/p/…/documents:import`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** The body is sent as JSON. */
  readonly body?: unknown;
  /** The quota that the request counts for. Each attempt waits until the quota allows it. */
  readonly quota: Quota;
  /**
   * Whether resending is harmless when it is unknown whether the first request had an effect. If false, only failures that
   * certainly occurred before any effect are retried (429; no token, connection refused, name not found). An unclear failure is
   * then thrown as GEMINI_UNCLEAR, so that the caller checks before it resends.
   */
  readonly repeatable: boolean;
}

/** The REST API of Discovery Engine. A run needs only one: it caches the token and tracks the quotas. */
export interface Api {
  /** Returns the JSON of the response. Throws BridgeError GEMINI_*, or the reason of `signal` when aborted. */
  request(request: ApiRequest, signal: AbortSignal): Promise<unknown>;
}

export interface ApiOptions {
  /** `global`, `us`, `eu`, or a region. */
  readonly location: string;
  /** The project id that hints name. */
  readonly projectId: string;
  /** Replaces Google's endpoint. An endpoint on this machine gets no credentials. */
  readonly endpoint: Endpoint | undefined;
  readonly retry: RetryPolicy;
  /** Checked before each attempt of any request that is not a GET. */
  readonly leases: LeaseGuard;
  readonly log: Logger;
  /** Lets a test run faster than the clock. */
  readonly wait?: Wait;
}

/**
 * Opens the API without sending a request or looking for credentials.
 * @throws BridgeError CONNECTOR_INVALID if the location is invalid.
 */
export async function openApi(options: ApiOptions): Promise<Api> {
  const { endpoint, projectId, retry, leases, log, wait = sleep } = options;
  const base = endpoint?.url ?? endpointOf(options.location);
  const anonymous = endpoint?.loopback === true;
  const transport = await openTransport(projectId, new URL(base).origin, anonymous);
  const wire: Wire = { transport, projectId, leases, clock: systemClock, log };
  const quotas = openQuotas(systemClock, wait);
  return {
    request(request, signal) {
      const message = messageOf(request, base);
      const { method, path } = message;
      const attempt = async (): Promise<Attempt<unknown>> => {
        const exchanged = await exchange(message, wire, quotas[request.quota], signal);
        return exchanged.ok ? exchanged : { ok: false, failure: failureOf(exchanged.problem, request) };
      };
      const onRetry = logRetries(log, { method, path });
      return withRetries(attempt, { policy: retry, wait, now: () => systemClock.now(), onRetry }, signal);
    },
  };
}

function messageOf({ method, path, query = {}, body }: ApiRequest, base: string): Message {
  const parameters = new URLSearchParams(query).toString();
  return {
    method,
    path,
    url: `${base}/v1/${path}${parameters === '' ? '' : `?${parameters}`}`,
    body: body === undefined ? undefined : JSON.stringify(body),
  };
}

function failureOf(problem: Problem, { method, path, repeatable }: ApiRequest): Failure {
  const { reason, retryAfterMs, hint } = problem;
  const unclear = problem.effect === 'unknown' && !repeatable;
  return {
    reason,
    retryAfterMs,
    again: problem.passing && !unclear,
    toError(ending) {
      const message = `Discovery Engine: ${method} ${path} ${problem.what}`;
      if (!unclear) {
        const lasting = problem.code === 'GEMINI_QUOTA';
        return failedRequest({ code: problem.code, message, hint, lasting }, ending);
      }
      const times = ending.attempts > 1 ? `, after ${ending.attempts} attempts` : '';
      return new BridgeError('GEMINI_UNCLEAR', `${message}${times}. It may still have taken effect.`, {
        hint: `The next run checks before it resends. ${hint}`,
      });
    },
  };
}
