import type { QueueDepth } from './push-port.ts';
import type { State } from './state-port.ts';

/** A record of the state, without its content. */
export interface RecordIdentity {
  readonly docId: string;
  /**
   * `sent`: the target acknowledged the document · `soft_deleted`: it is still in the target · `in_doubt`: whether it is there is
   * unknown, whether or not its record is soft-deleted, so the next run sends it again or deletes it.
   */
  readonly standing: 'sent' | 'soft_deleted' | 'in_doubt';
}

/**
 * The queries that checks such as `doctor` and `check-drift` make of the state. They never write: an unknown position is not
 * created. Names belong to the kind that the state was opened for.
 */
export interface CheckState extends Pick<State, 'position' | 'unfinishedRuns' | 'lastCommitted' | 'close'> {
  /** Returns how many pushed events of a connector wait for a run. */
  queueDepth(connectorId: string): Promise<QueueDepth>;
  /** Yields all records of a connector for a target, by id, in groups. */
  records(connectorId: string, target: string): AsyncIterable<RecordIdentity[]>;
  /** Returns those of these ids that the connector's other targets have a record of. */
  knownElsewhere(connectorId: string, target: string, docIds: readonly string[]): Promise<string[]>;
}
