/**
 * Why a push is refused as a whole; nothing of it is stored then.
 * `BODY_INVALID` and `BODY_TOO_LARGE` stay so when it is repeated; `QUEUE_FULL`, `BUSY` and `CONNECTOR_BROKEN` pass.
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
  /** What to do next. */
  readonly hint?: string;
  readonly retryAfterSeconds?: number;
}

/** A push that is refused as a whole. The message is for the producer. */
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
