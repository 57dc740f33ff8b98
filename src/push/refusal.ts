/**
 * Why a whole push is refused; then none of it is stored.
 * `BODY_INVALID` and `BODY_TOO_LARGE` fail again when the push is repeated; `QUEUE_FULL`, `BUSY` and `CONNECTOR_BROKEN` are
 * temporary.
 */
type PushRefusalCode =
  | 'BODY_INVALID'
  | 'BODY_TOO_LARGE'
  | 'KEY_REUSED'
  | 'CONNECTOR_UNKNOWN'
  | 'CONNECTOR_PULLS'
  | 'CONNECTOR_BROKEN'
  | 'QUEUE_FULL'
  | 'BUSY';

interface PushRefusalOptions {
  /** What the producer should do next. */
  readonly hint?: string;
  readonly retryAfterSeconds?: number;
}

/** Refuses a whole push. The message is for the producer. */
export class PushRefusal extends Error {
  override readonly name = 'PushRefusal';
  readonly code: PushRefusalCode;
  readonly hint: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: PushRefusalCode, message: string, { hint, retryAfterSeconds }: PushRefusalOptions = {}) {
    super(message);
    this.code = code;
    this.hint = hint;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
