/**
 * The pushed events, as a run reads them. Events wait in a queue, in batches, until a run that delivered them is committed. If a
 * document has several events, the last one counts, in the order in which their batches were answered.
 */

/** One event, which declares a document as present or deleted. */
export interface PushedEvent {
  readonly docId: string;
  readonly op: 'UPSERT' | 'DELETE';
  /**
   * The document as JSON text; null for a DELETE. The keys are those of `upserts.ndjson` without `checksum`; `metadata` is in
   * canonical form: keys sorted, no blanks, numbers with their original digits.
   */
  readonly document: string | null;
}

/** Selects the events that a run reads. */
export interface PushSelection {
  readonly connectorId: string;
  readonly runId: string;
  /** If true, the commit of this run acknowledges the events that it reads. Otherwise all events stay in the queue. */
  readonly claim: boolean;
  /** The last batch to read, by the id that its producer received; undefined: all batches. */
  readonly upTo: string | undefined;
}

/** The events that wait for the next run of a connector. */
export interface QueueDepth {
  readonly batches: number;
  readonly events: number;
  /** ISO 8601, UTC; null when the queue is empty. */
  readonly oldestReceivedAt: string | null;
}

/** An event that no run has delivered yet. */
export interface WaitingPush {
  readonly op: PushedEvent['op'];
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
  /** The id of the push that contained the event, as its producer received it. */
  readonly pushRunId: string;
}
