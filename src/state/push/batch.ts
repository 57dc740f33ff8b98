import type { PackedEvents } from '../../push/events/packed-events.ts';

/** The content of one push, already mapped and validated. */
export interface NewPushBatch {
  readonly connectorId: string;
  readonly idempotencyKey: string;
  /** Tells whether a repeated key has the same body. */
  readonly bodyChecksum: string;
  /** Unique; the producer gets it as `run_id`. */
  readonly pushRunId: string;
  /** By the clock of the server; for display only. */
  readonly receivedAt: Date;
  /** How long the idempotency key is remembered; after that it counts as unused. */
  readonly keySeconds: number;
  /** JSON text, returned unchanged when the push is repeated. */
  readonly answer: string;
  /** Replaces `answer` where events are ordered: the response when `older` events were older than the known versions. */
  readonly orderedAnswer: (older: number) => string;
  /** The number of events in the body that were refused, for the record. */
  readonly rejected: number;
  /** The name of the key that sent it. */
  readonly pushedBy: string;
  /** The accepted events, in the order of the body. May be empty: then only the response is stored. */
  readonly events: PackedEvents;
  /** The number of events that were left out because they were older than the known versions; absent if there are none. */
  readonly older?: number;
}

/**
 * A batch as it is stored in `push_batches`. A batch without events is not delivered by any run.
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
    pushed_by: batch.pushedBy,
  };
}
