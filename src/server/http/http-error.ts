/**
 * Every error that an HTTP client can receive, with its status. The names appear in responses as `error.code`, so they are
 * stable.
 */
const HTTP_ERRORS = {
  /** The request does not match the route's schema; the message names the field. */
  BAD_REQUEST: 400,
  /** The credential is missing, unknown or revoked. */
  UNAUTHENTICATED: 401,
  /** The credential is valid, but does not permit this. */
  FORBIDDEN: 403,
  /** The route, connector or run does not exist. */
  NOT_FOUND: 404,
  /** The request did not arrive in time. */
  REQUEST_TIMEOUT: 408,
  /** The request contradicts an earlier one. */
  CONFLICT: 409,
  /** The request is larger than the limit that the message names. */
  TOO_LARGE: 413,
  /** The route does not accept the content type of the body. */
  UNSUPPORTED_MEDIA_TYPE: 415,
  /** What the request names is configured in a way that cannot be used. */
  UNUSABLE: 422,
  /** Too many requests, or a full queue; `Retry-After` says when to try again. */
  TOO_MANY_REQUESTS: 429,
  /** The path and headers are larger than the limit that the message names. */
  HEADERS_TOO_LARGE: 431,
  /** A bug or a failure inside the server. The log has the details under the request id. */
  INTERNAL: 500,
  /** Another server failed, on which this route depends. */
  BAD_GATEWAY: 502,
  /** The server is temporarily unavailable; `Retry-After` says when to try again. */
  UNAVAILABLE: 503,
  /** The push token of the connector is too weak, so it is refused until the operator sets a stronger one. */
  PUSH_TOKEN_WEAK: 503,
} as const;

export type HttpErrorCode = keyof typeof HTTP_ERRORS;

interface HttpErrorOptions {
  /** What to do next. */
  readonly hint?: string;
  /** Seconds until a retry can succeed. */
  readonly retryAfterSeconds?: number;
  /** The number is the caller's own, so it is not spread. */
  readonly exactRetryAfter?: boolean;
  /** The cause is only logged and is never part of the response. */
  readonly cause?: unknown;
}

/** An error whose message may be shown to the client. */
export class HttpError extends Error {
  readonly code: HttpErrorCode;
  readonly hint: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly exactRetryAfter: boolean;

  constructor(code: HttpErrorCode, message: string, options: HttpErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'HttpError';
    this.code = code;
    this.hint = options.hint;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.exactRetryAfter = options.exactRetryAfter ?? false;
  }

  get status(): number {
    return HTTP_ERRORS[this.code];
  }
}
