/** One document that a producer says is so, or gone. */
export interface PushEvent {
  /** `<connector>:<id>`, at most `DOC_ID_BYTES_MAX` bytes, without NUL. */
  readonly docId: string;
  readonly op: 'UPSERT' | 'DELETE';
  /** The canonical document as JSON text, or its UTF-8: without line breaks, `checksum` and NUL. Null for a DELETE. */
  readonly document: string | Buffer | null;
}

/** What one push brings, mapped and judged already. */
export interface NewPushBatch {
  readonly connectorId: string;
  readonly idempotencyKey: string;
  /** Tells whether the same key comes with the same body again. */
  readonly bodyChecksum: string;
  /** Unique; the producer gets it as `run_id`. */
  readonly pushRunId: string;
  readonly receivedAt: Date;
  /** From this moment on the key counts as never used. */
  readonly keyExpiresAt: Date;
  /** JSON text, given back as it is when the push is repeated. */
  readonly answer: string;
  /** Events of the body that were refused, for the record. */
  readonly rejected: number;
  /** Those that were accepted, in the order of the body. May be empty: then there is only an answer to be kept. */
  readonly events: readonly PushEvent[];
}

/** A batch as it stands in `push_batches`. One without events has nothing to wait for. */
export function batchRow(batch: NewPushBatch) {
  const accepted = batch.events.length;
  return {
    push_run_id: batch.pushRunId,
    connector_id: batch.connectorId,
    idempotency_key: batch.idempotencyKey,
    body_checksum: batch.bodyChecksum,
    status: accepted === 0 ? ('done' as const) : ('pending' as const),
    received_at: batch.receivedAt.toISOString(),
    expires_at: batch.keyExpiresAt.toISOString(),
    answer: batch.answer,
    accepted,
    rejected: batch.rejected,
    waiting: accepted,
  };
}
