import type { IncomingHttpHeaders } from 'node:http';
import type { JsonObject } from '../../support/files/json.ts';
import { ApiError, errorInfo, type ApiErrorName } from './api-error.ts';

/** A request as it came. */
export interface ReceivedRequest {
  readonly method: string;
  /** Without the query, not decoded. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  /** The body as text if it was not valid JSON; undefined if there was none, and with `keepContent: false`. */
  readonly body: unknown;
}

export type Fault =
  /** An answer in place of the real one, which has no effect. */
  | {
      readonly kind: 'answer';
      readonly httpStatus: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  /** The connection breaks, before the request has an effect or after it. */
  | { readonly kind: 'drop'; readonly effect: 'before' | 'after' }
  /** No answer ever comes. */
  | { readonly kind: 'hang'; readonly effect: 'before' | 'after' }
  /** How often the operation that this request starts must be polled. */
  | { readonly kind: 'slow-operation'; readonly polls: number }
  /** The operation ends with an error, without an effect, or with all of it. */
  | {
      readonly kind: 'operation-error';
      readonly error: ApiErrorName;
      readonly message: string;
      readonly withEffect?: boolean;
    }
  /** The operation reports this number of successes, whatever it did, and no failure. */
  | { readonly kind: 'miscount'; readonly successCount: number };

/** What a caller may order: which requests, how often, what happens to them. */
export interface FaultOrder {
  readonly when: {
    readonly method?: string;
    /** A part of the path, such as `documents:import`, or a pattern that it has. */
    readonly path: string | RegExp;
    readonly body?: (body: unknown) => boolean;
  };
  /** Default 1. */
  readonly times?: number;
  readonly how: Fault;
}

/** An order that was given. */
export interface InjectedFault {
  /** How many requests it has met. */
  readonly hits: number;
}

export class Faults {
  readonly #orders: { readonly order: FaultOrder; hits: number }[] = [];

  add(order: FaultOrder): InjectedFault {
    const entry = { order, hits: 0 };
    this.#orders.push(entry);
    return entry;
  }

  /** The fault for a request: of the oldest order that means it and is not used up. */
  next(request: ReceivedRequest): Fault | undefined {
    const entry = this.#orders.find(
      ({ order, hits }) => hits < (order.times ?? 1) && means(order.when, request),
    );
    if (entry === undefined) return undefined;
    entry.hits += 1;
    return entry.order.how;
  }
}

function means({ method, path, body }: FaultOrder['when'], request: ReceivedRequest): boolean {
  if (method !== undefined && method !== request.method) return false;
  if (typeof path === 'string' ? !request.path.includes(path) : !path.test(request.path)) return false;
  return body === undefined || body(request.body);
}

function refusal(
  name: ApiErrorName,
  message: string,
  details: readonly JsonObject[] = [],
  headers: Readonly<Record<string, string>> = {},
): Fault {
  const error = new ApiError(name, message, details);
  return {
    kind: 'answer',
    httpStatus: error.httpStatus,
    headers: { 'content-type': 'application/json; charset=UTF-8', ...headers },
    body: JSON.stringify(error.toBody()),
  };
}

/** Answers with an error of the service. */
export function answer(name: ApiErrorName, message = `Injected ${name}.`): Fault {
  return refusal(name, message);
}

export function unavailable(): Fault {
  return refusal('UNAVAILABLE', 'The service is currently unavailable.');
}

/** @param retryAfter seconds, or an HTTP date; without it the answer has no Retry-After. */
export function quotaExceeded(retryAfter?: string): Fault {
  return refusal(
    'RESOURCE_EXHAUSTED',
    "Quota exceeded for quota metric 'Document batch requests' and limit 'Document batch requests per minute'.",
    [errorInfo('RATE_LIMIT_EXCEEDED')],
    retryAfter === undefined ? {} : { 'retry-after': retryAfter },
  );
}

export function serviceDisabled(): Fault {
  return refusal(
    'PERMISSION_DENIED',
    'Discovery Engine API has not been used in this project before or it is disabled.',
    [errorInfo('SERVICE_DISABLED')],
  );
}

/** What a proxy between here and Google says. */
export function proxyPage(httpStatus = 502): Fault {
  return {
    kind: 'answer',
    httpStatus,
    headers: { 'content-type': 'text/html' },
    body: '<html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>',
  };
}
