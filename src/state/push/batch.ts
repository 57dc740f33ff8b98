import type { FoldedEvents } from './folded-events.ts';

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
  readonly events: FoldedEvents;
}

/** A batch as it stands in `push_batches`. One without events has nothing to wait for. */
export function batchRow(batch: NewPushBatch) {
  const accepted = batch.events.count;
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
