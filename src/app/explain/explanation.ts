import type { DeletePolicy } from '../../definitions/connector/types.ts';
import type { DeliveryStep, RejectedDocument } from '../../pipeline/ports/delivery-port.ts';
import type { WaitingPush } from '../../pipeline/ports/push-port.ts';
import type { RunRow } from '../../pipeline/ports/state-port.ts';

/**
 * Where a document stands. The first that fits:
 * - `waiting`: a change of it is published and not acknowledged
 * - `unclear`: whether its last change is in the index is not known
 * - `rejected`: the index refused its last change
 * - `quarantined`: the newest committed run set its row aside
 * - `soft-deleted`: marked as gone, and still in the index
 * - `maybe-missing`: in the index; its row may be among those that the newest listing lacked
 * - `indexed`: in the index, as it was last sent
 * - `deleted`: a run deleted it
 * - `never-run`: the connector has committed no run into this target
 * - `not-found`: nothing is known about it
 */
export type Standing =
  | 'waiting'
  | 'unclear'
  | 'rejected'
  | 'quarantined'
  | 'soft-deleted'
  | 'maybe-missing'
  | 'indexed'
  | 'deleted'
  | 'never-run'
  | 'not-found';

/** Times are ISO 8601, UTC. */
export type RunFacts = Pick<RunRow, 'runId' | 'status' | 'startedAt' | 'committedAt' | 'error'>;

/** A place in an artifact. */
interface ArtifactLine {
  readonly uri: string;
  /** From 1. */
  readonly line: number;
}

/** A document as its line in the artifact says it. */
export interface SentDocument {
  readonly title: string | null;
  readonly uri: string | null;
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

/** How a run carried one change of the document. */
export interface Sending {
  readonly run: RunFacts;
  /** null: not known, because no line of it was found in the run's artifacts. */
  readonly change: 'upsert' | 'delete' | 'soft_delete' | null;
  /** null for the same reason. */
  readonly artifact: ArtifactLine | null;
  /** null for anything but an upsert whose line was found. */
  readonly document: SentDocument | null;
  /** The request that it was in; null if there was none, as for a local run, or if the line is not known. */
  readonly request: Pick<DeliveryStep, 'name' | 'state' | 'operation' | 'askedAt'> | null;
}

/** Why a run deleted or marked a document: its listing lacked it, a producer said so, its row
 * names no readers any more, or names them in a form that cannot be read. */
export type RemovalCause = 'missing' | 'pushed' | 'no readers' | 'unreadable readers';

export interface Quarantined {
  readonly run: RunFacts;
  readonly artifact: ArtifactLine;
  /** Of the source's listing, from 1. */
  readonly row: number | null;
  readonly code: string;
  readonly reason: string;
  /** The fields that help to find the row. */
  readonly fields: Readonly<Record<string, string | null>>;
}

/** The newest run that certainly read the document's row. */
export interface LastSeen {
  readonly runId: string;
  /** When that run began. */
  readonly at: string;
  /** False: there are newer ones, of which the state does not tell whether they read it. */
  readonly newest: boolean;
}

export interface Explanation {
  /** null: the id is a digest, and no record has it. */
  readonly docId: string | null;
  readonly apiId: string;
  readonly connector: string;
  readonly target: string;
  readonly standing: Standing;
  /** What the connector's file says now about documents that are gone. */
  readonly deletePolicy: DeletePolicy;
  /** Whether the target has the document, in whatever version; null: not known. */
  readonly present: boolean | null;
  /** Of what the target acknowledged; null: nothing, or it is not known. */
  readonly checksum: string | null;
  /** null: not known. The state forgets a document when it is deleted. */
  readonly lastSeen: LastSeen | null;
  /** The last time that it was sent, as the state has it. */
  readonly sent: Sending | null;
  readonly waiting: Sending | null;
  readonly rejection: (Pick<RejectedDocument, 'reason' | 'outcome'> & { readonly sending: Sending }) | null;
  readonly quarantine: Quarantined | null;
  /** Its delete, or its mark. `cause`: null is not known. */
  readonly removal: (Sending & { readonly cause: RemovalCause | null }) | null;
  /** What was pushed of it and waits for a run, the newest first; null: the connector is not pushed to. */
  readonly pushes: readonly WaitingPush[] | null;
  /** Documents, perhaps this one, that a listing lacked and that were not deleted; which ones they were is not kept. */
  readonly missing: {
    readonly runId: string;
    readonly count: number;
    /** null: the connector never deletes. */
    readonly holdReason: string | null;
  } | null;
  /** Whatever became of it; null: there is none into this target. */
  readonly newestRun: RunFacts | null;
  readonly elsewhere: readonly { readonly target: string; readonly known: boolean }[];
  /** Committed runs that were looked at for a delete, the newest ones. */
  readonly runsSearched: number;
  /** Runs whose artifacts could not be read, and why; what only they know is missing here. */
  readonly unreadable: readonly { readonly runId: string; readonly message: string }[];
}
