import type { DeliveryStep, RejectedDocument } from '../pipeline/delivery-port.ts';
import type { RunError, RunStatus } from '../pipeline/state-port.ts';

/**
 * Where a document stands.
 * - `indexed`: in the index, as it was last sent
 * - `held`: in the index; its delete is, or may be, among those that the newest listing withheld
 * - `soft-deleted`: marked as gone, and still in the index
 * - `waiting`: a newer change of it is published and not committed
 * - `rejected`: the index refused its last change
 * - `unclear`: whether its last change is in the index is not known
 * - `quarantined`: its row was set aside; in the index only as it was before, if it ever was
 * - `deleted`: a run deleted it
 * - `not-found`: nothing is known about it
 * - `never-run`: the connector has committed no run into this target
 * - `other-target`: the same, and it has a position for another target
 */
export type Standing =
  | 'indexed'
  | 'held'
  | 'soft-deleted'
  | 'waiting'
  | 'rejected'
  | 'unclear'
  | 'quarantined'
  | 'deleted'
  | 'not-found'
  | 'never-run'
  | 'other-target';

/** Times are ISO 8601, UTC. */
export interface RunFacts {
  readonly runId: string;
  readonly status: RunStatus;
  readonly phase: string;
  readonly startedAt: string;
  readonly committedAt: string | null;
  readonly error: RunError | null;
  /** URI; null if the run has none, or never had it. */
  readonly manifest: string | null;
}

/** A place in an artifact; lines count from 1. */
export interface ArtifactLine {
  readonly uri: string;
  readonly line: number;
}

/** A document as its line in the artifact says it. */
export interface SentDocument {
  readonly title: string | null;
  readonly uri: string | null;
  readonly mimeType: string | null;
  readonly updatedAt: string | null;
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

/** How a run carried one change of the document. */
export interface Sending {
  readonly run: RunFacts;
  /** null: not known, because the run's artifacts cannot be read. */
  readonly change: 'upsert' | 'delete' | 'soft_delete' | null;
  /** null: not known, for the same reason. */
  readonly artifact: ArtifactLine | null;
  /** null for anything but an upsert whose line was found. */
  readonly document: SentDocument | null;
  /** The request that it was in; null if there was none, as for a local run, or if the line is not known. */
  readonly step: DeliveryStep | null;
}

export interface Quarantined {
  readonly run: RunFacts;
  readonly artifact: ArtifactLine;
  /** Of the source's listing, from 1. */
  readonly row: number;
  readonly code: string;
  readonly reason: string;
  readonly fields: Readonly<Record<string, string | null>>;
  /** Committed runs after this one, which did not set it aside again. */
  readonly runsSince: number;
}

/** The last moment at which the source is known to have had the row. */
export interface LastSeen {
  readonly runId: string;
  /** When that run began. */
  readonly at: string;
  /** `listing`: a complete listing had it · `sent`: the run sent it · `quarantined`: the run set its row aside. */
  readonly by: 'listing' | 'sent' | 'quarantined';
  /** Whether it was there at the newest committed run; if not known, why. */
  readonly now: 'seen' | 'gone' | 'delta query' | 'maybe missing';
}

export interface Explanation {
  /** null: an id of the API that is a digest, and no document was found for it. */
  readonly docId: string | null;
  readonly apiId: string;
  readonly connector: string;
  readonly target: string;
  readonly standing: Standing;
  /** null: not known. */
  readonly inIndex: boolean | null;
  /** What the target has acknowledged; null: nothing, or it is not known. */
  readonly checksum: string | null;
  readonly lastSeen: LastSeen | null;
  /** How it came into the index as it is there. */
  readonly sent: Sending | null;
  readonly waiting: Sending | null;
  readonly rejection:
    (Pick<RejectedDocument, 'reason' | 'outcome'> & { readonly sending: Sending }) | null;
  readonly quarantine: Quarantined | null;
  /** Its delete, or its mark. `cause`: null is not known. */
  readonly removal: (Sending & { readonly cause: 'missing' | 'no readers' | null }) | null;
  readonly hold: {
    readonly run: RunFacts;
    /** All deletes that the run withheld. */
    readonly held: number;
    readonly reason: string | null;
    /** Whether this document's is certainly one of them; which ones they were is not kept. */
    readonly certain: boolean;
  } | null;
  /** Whatever became of it; null: there is none into this target. */
  readonly newestRun: RunFacts | null;
  readonly otherTargets: readonly { readonly target: string; readonly known: boolean }[];
  /** Committed runs whose artifacts were looked through, and those of all runs that could not be read. */
  readonly searched: {
    readonly runs: number;
    readonly unreadable: readonly { readonly runId: string; readonly message: string }[];
  };
}
