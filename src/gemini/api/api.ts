import { systemClock } from '../../core/clock.ts';
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
  /** Below `/v1/`, already encoded, such as `projects/p/…/documents:import`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** What it counts for; each attempt waits for its turn. */
  readonly quota: Quota;
  /**
   * Whether sending it again is harmless when nobody knows if the first one had its effect. If false, only failures that
   * certainly came before any effect are tried again (429; no token, connection refused, name not found), and an unclear one
   * fails with GEMINI_UNCLEAR, so that the caller looks before it repeats.
   */
  readonly repeatable: boolean;
}

/** The REST API of Discovery Engine. One is enough for a run: it keeps the token and counts for the quotas. */
export interface Api {
  /** The JSON of the answer. Throws BridgeError GEMINI_*; the reason of `signal` when aborted. */
  request(request: ApiRequest, signal: AbortSignal): Promise<unknown>;
}

export interface ApiOptions {
  /** `global`, `us`, `eu`, or a region. */
  readonly location: string;
  /** Named in hints. */
  readonly projectId: string;
  /** In place of Google's; one on this machine gets no credentials. */
  readonly endpoint: Endpoint | undefined;
  readonly retry: RetryPolicy;
  /** Asked before each attempt of whatever is not a GET. */
  readonly leases: LeaseGuard;
  readonly log: Logger;
  /** Lets a test go faster than the clock. */
  readonly wait?: Wait;
}

/**
 * Sends nothing yet and looks for no credentials.
 * @throws BridgeError CONNECTOR_INVALID for a location that is none.
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
