import type { JsonObject } from '../../support/files/json.ts';

/** `google.rpc.Status` as JSON. */
export interface Status {
  readonly code: number;
  readonly message: string;
  readonly details?: readonly JsonObject[];
}

/** The codes of google.rpc that the service answers with, and their HTTP statuses. */
const CODES = {
  INVALID_ARGUMENT: [3, 400],
  FAILED_PRECONDITION: [9, 400],
  UNAUTHENTICATED: [16, 401],
  PERMISSION_DENIED: [7, 403],
  NOT_FOUND: [5, 404],
  ALREADY_EXISTS: [6, 409],
  ABORTED: [10, 409],
  RESOURCE_EXHAUSTED: [8, 429],
  INTERNAL: [13, 500],
  UNIMPLEMENTED: [12, 501],
  UNAVAILABLE: [14, 503],
  DEADLINE_EXCEEDED: [4, 504],
} as const;

export type ApiErrorName = keyof typeof CODES;

/** A failure that the caller is told of: as an HTTP answer, or as the end of an operation. */
export class ApiError extends Error {
  readonly #name: ApiErrorName;
  readonly #details: readonly JsonObject[];

  constructor(name: ApiErrorName, message: string, details: readonly JsonObject[] = []) {
    super(message);
    this.#name = name;
    this.#details = details;
  }

  get httpStatus(): number {
    return CODES[this.#name][1];
  }

  /** `{"error":{"code":HTTP,"status":…,"message":…,"details":[…]}}` */
  toBody(): JsonObject {
    const details = this.#details.length > 0 ? { details: this.#details } : {};
    return { error: { code: this.httpStatus, message: this.message, status: this.#name, ...details } };
  }

  toStatus(): Status {
    const details = this.#details.length > 0 ? { details: this.#details } : {};
    return { code: CODES[this.#name][0], message: this.message, ...details };
  }
}

/** A `google.rpc.ErrorInfo` for the details of an error. */
export function errorInfo(reason: string): JsonObject {
  return {
    '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
    reason,
    domain: 'discoveryengine.googleapis.com',
  };
}
