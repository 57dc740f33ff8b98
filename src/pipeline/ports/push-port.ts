/**
 * What producers pushed, as a run reads it. Events wait in a queue, in batches, until a run that delivered them is committed.
 * Of several events of one document the last counts, in the order in which their batches were answered.
 */

/** One event: a document is so, or is gone. */
export interface PushedEvent {
  readonly docId: string;
  readonly op: 'UPSERT' | 'DELETE';
  /**
   * The document as JSON text, null for a DELETE. Keys as in `upserts.ndjson` without `checksum`; `metadata` is in canonical
   * form: keys sorted, no blanks, numbers with the digits that came.
   */
  readonly document: string | null;
}

/** Which events a run reads. */
export interface PushSelection {
  readonly connectorId: string;
  readonly runId: string;
  /** The commit of this run acknowledges what it reads. Otherwise everything goes on waiting. */
  readonly claim: boolean;
  /** Up to and including the batch with this id, as its producer was told it; undefined: everything. */
  readonly upTo: string | undefined;
}

/** What waits for the next run of a connector. */
export interface QueueDepth {
  readonly batches: number;
  readonly events: number;
  /** ISO 8601, UTC; null when nothing waits. */
  readonly oldestReceivedAt: string | null;
}

/** An event that no run has delivered yet. */
export interface WaitingPush {
  readonly op: PushedEvent['op'];
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
  /** Of the push that it came with, as its producer was told it. */
  readonly pushRunId: string;
}
