/**
 * Every error that an HTTP client can meet, with its status. The names stand in answers as `error.code`, so they are stable.
 */
const HTTP_ERRORS = {
  /** The request is not what the route takes; the message names the field. */
  BAD_REQUEST: 400,
  /** There is no credential, or it is not known, or it was revoked. */
  UNAUTHENTICATED: 401,
  /** The credential is good, but not for this. */
  FORBIDDEN: 403,
  /** There is no such route, connector or run. */
  NOT_FOUND: 404,
  /** The request did not arrive in time. */
  REQUEST_TIMEOUT: 408,
  /** The request contradicts an earlier one. */
  CONFLICT: 409,
  /** The request is larger than the limit that the message names. */
  TOO_LARGE: 413,
  /** The body has a content type that the route does not take. */
  UNSUPPORTED_MEDIA_TYPE: 415,
  /** Too many requests, or a full queue; `Retry-After` says when to try again. */
  TOO_MANY_REQUESTS: 429,
  /** The path and headers are larger than the limit that the message names. */
  HEADERS_TOO_LARGE: 431,
  /** A bug or a failure inside the server. The log has the details under the request id. */
  INTERNAL: 500,
  /** The server cannot do its work now; `Retry-After` says when to try again. */
  UNAVAILABLE: 503,
  /** The push token of the connector is too weak, so it is refused until the operator sets another one. */
  PUSH_TOKEN_WEAK: 503,
} as const;

export type HttpErrorCode = keyof typeof HTTP_ERRORS;

interface HttpErrorOptions {
  /** What to do next. */
  readonly hint?: string;
  /** When trying again helps, in seconds from now. */
  readonly retryAfterSeconds?: number;
  /** For the log only: never a part of the answer. */
  readonly cause?: unknown;
}

/** An error whose message may be shown to whoever sent the request. */
export class HttpError extends Error {
  readonly code: HttpErrorCode;
  readonly hint: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: HttpErrorCode, message: string, options: HttpErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'HttpError';
    this.code = code;
    this.hint = options.hint;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get status(): number {
    return HTTP_ERRORS[this.code];
  }
}
