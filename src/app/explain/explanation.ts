import type { DeletePolicy } from '../../definitions/connector/types.ts';
import type { DeliveryStep, RejectedDocument } from '../../pipeline/ports/delivery-port.ts';
import type { WaitingPush } from '../../pipeline/ports/push-port.ts';
import type { RunRow } from '../../pipeline/ports/state-port.ts';
import type { ProbeFacts } from './probe-facts.ts';

/**
 * The status of a document. The first one that matches applies:
 * - `waiting`: a change of it is published but not acknowledged
 * - `unclear`: it is not known whether its last change is in the index
 * - `rejected`: the index rejected its last change
 * - `quarantined`: the newest committed run quarantined its row
 * - `soft-deleted`: soft-deleted, and still in the index
 * - `held`: in the index; the newest listing lacked its row, and its delete is held
 * - `maybe-missing`: in the index; its row may be among those that the newest listing lacked
 * - `indexed`: in the index, as it was last sent
 * - `deleted`: a run deleted it
 * - `never-run`: the connector has no committed run for this target
 * - `not-found`: there is no information about it
 */
export type DocumentStatus =
  | 'waiting'
  | 'unclear'
  | 'rejected'
  | 'quarantined'
  | 'soft-deleted'
  | 'held'
  | 'maybe-missing'
  | 'indexed'
  | 'deleted'
  | 'never-run'
  | 'not-found';

/** Times are in ISO 8601, UTC. */
export type RunFacts = Pick<RunRow, 'runId' | 'status' | 'startedAt' | 'committedAt' | 'error'>;

/** A position in an artifact. */
interface ArtifactLine {
  readonly uri: string;
  /** The line number, from 1. */
  readonly line: number;
}

/** The content of a document according to its line in the artifact. */
export interface SentDocument {
  readonly title: string | null;
  readonly uri: string | null;
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

/** The delivery of one change of the document by a run. */
export interface DocumentDelivery {
  readonly run: RunFacts;
  /** null: unknown, because the run's artifacts contain no line for it. */
  readonly change: 'upsert' | 'delete' | 'soft_delete' | null;
  /** null for the same reason. */
  readonly artifact: ArtifactLine | null;
  /** null unless the change is an upsert whose line was found. */
  readonly document: SentDocument | null;
  /** The request that contained it; null if there was none, as for a local run, or if the line is not known. */
  readonly request: Pick<DeliveryStep, 'name' | 'state' | 'operation' | 'askedAt'> | null;
}

/**
 * Why a run deleted or soft-deleted a document: its listing lacked the document, a producer pushed the delete, or its row
 * names no readers, or names them in a form that cannot be read.
 */
export type RemovalCause = 'missing' | 'pushed' | 'no readers' | 'unreadable readers';

export interface Quarantined {
  readonly run: RunFacts;
  readonly artifact: ArtifactLine;
  /** The row number in the source's listing, from 1. */
  readonly row: number | null;
  readonly code: string;
  readonly reason: string;
  /** Fields that help to locate the row. */
  readonly fields: Readonly<Record<string, string | null>>;
}

/** The delete of a document that a run holds. */
export interface HeldDelete {
  readonly run: RunFacts;
  /** Its line in `held.ndjson`. */
  readonly artifact: ArtifactLine;
}

/** The newest run that certainly read the document's row. */
export interface LastSeen {
  readonly runId: string;
  /** When that run began. */
  readonly at: string;
  /** False: there are newer runs, and the state does not record whether they read the row. */
  readonly newest: boolean;
}

export interface Explanation {
  /** null: the id is a digest that matches no record. */
  readonly docId: string | null;
  readonly apiId: string;
  readonly connector: string;
  readonly target: string;
  readonly standing: DocumentStatus;
  /** The delete policy that the connector's file has now. */
  readonly deletePolicy: DeletePolicy;
  /** Whether the target has any version of the document; null: unknown. */
  readonly present: boolean | null;
  /** The checksum of what the target acknowledged; null: nothing was acknowledged, or it is unknown. */
  readonly checksum: string | null;
  /** null: unknown. The state forgets a document when it is deleted. */
  readonly lastSeen: LastSeen | null;
  /** The last time that the document was sent, according to the state. */
  readonly sent: DocumentDelivery | null;
  readonly waiting: DocumentDelivery | null;
  readonly rejection:
    (Pick<RejectedDocument, 'reason' | 'outcome'> & { readonly sending: DocumentDelivery }) | null;
  readonly quarantine: Quarantined | null;
  /** The delete or soft delete of the document. `cause`: null means unknown. */
  readonly removal: (DocumentDelivery & { readonly cause: RemovalCause | null }) | null;
  /** Pushes of this document that wait for a run, newest first; null: the connector takes no pushes. */
  readonly pushes: readonly WaitingPush[] | null;
  /** The hold of the newest committed run that lists this document; null: there is none, or its list is not complete. */
  readonly held: HeldDelete | null;
  /** Documents that a listing lacked and that were not deleted. This one is among them if `held` is set, and may be otherwise. */
  readonly missing: {
    readonly runId: string;
    readonly count: number;
    /** null: the connector never deletes. */
    readonly holdReason: string | null;
  } | null;
  /** The newest run, whatever its outcome; null: no run for this target. */
  readonly newestRun: RunFacts | null;
  readonly elsewhere: readonly { readonly target: string; readonly known: boolean }[];
  /**
   * The probe of `source.unchangedQuery`, which decides whether a run reads rows; null: the next run reads every row, because no
   * answer is stored. Absent for a connector without a probe.
   */
  readonly probe?: ProbeFacts | null;
  /** The number of committed runs that were searched for a delete, newest first. */
  readonly runsSearched: number;
  /** Runs whose artifacts could not be read, with the reasons; information that only they contain is missing here. */
  readonly unreadable: readonly { readonly runId: string; readonly message: string }[];
}
