import type { FoldedEvents } from '../../push/events/packed-events.ts';

/** What one push brings, mapped and judged already. */
export interface NewPushBatch {
  readonly connectorId: string;
  readonly idempotencyKey: string;
  /** Tells whether the same key comes with the same body again. */
  readonly bodyChecksum: string;
  /** Unique; the producer gets it as `run_id`. */
  readonly pushRunId: string;
  /** By the clock of the server; for people. */
  readonly receivedAt: Date;
  /** How long the key answers for this push; then it counts as never used. */
  readonly keySeconds: number;
  /** JSON text, given back as it is when the push is repeated. */
  readonly answer: string;
  /** In its place, where events are ordered: the answer when that many events were older than what was known. */
  readonly orderedAnswer: (older: number) => string;
  /** Events of the body that were refused, for the record. */
  readonly rejected: number;
  /** Those that were accepted, in the order of the body. May be empty: then there is only an answer to be kept. */
  readonly events: FoldedEvents;
  /** Events that were left out because they were older than what was known; absent: none. */
  readonly older?: number;
}

/**
 * A batch as it is stored in `push_batches`. One without events has nothing to wait for.
 * @param expiresAt SQL: when its key expires
 */
export function batchRow<Expiry>(batch: NewPushBatch, expiresAt: Expiry) {
  const accepted = batch.events.count;
  const older = batch.older ?? 0;
  return {
    push_run_id: batch.pushRunId,
    connector_id: batch.connectorId,
    idempotency_key: batch.idempotencyKey,
    body_checksum: batch.bodyChecksum,
    status: accepted + older === 0 ? ('done' as const) : ('pending' as const),
    received_at: batch.receivedAt.toISOString(),
    expires_at: expiresAt,
    answer: batch.answer,
    accepted,
    rejected: batch.rejected,
    waiting: accepted,
    older,
  };
}
