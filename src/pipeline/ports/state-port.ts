import type { GuardedLease } from '../held-leases.ts';
import type { DeliveryJournal, RejectedDocument } from './delivery-port.ts';
import type { Column, Phase, RunCounts } from './ports.ts';

import type { PushedEvent, PushSelection } from './push-port.ts';

/**
 * What is run, as its definition says it. A name belongs to its kind: a state is opened for one kind, and knows nothing of a
 * connector when it is asked for an app of the same name.
 */
export type RunKind = 'connector' | 'knowledge_source' | 'app';

/** `DRY_RUN`: its requests were written down and not sent. */
export type RunStatus = 'RUNNING' | 'SUCCESS' | 'HELD' | 'PARTIAL' | 'FAILED' | 'DRY_RUN';

export type FinishedStatus = Exclude<RunStatus, 'RUNNING' | 'FAILED' | 'DRY_RUN'>;

export interface RunError {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** One line of `run_state`. */
export interface RunRow {
  readonly runId: string;
  readonly connectorId: string;
  readonly target: string;
  readonly status: RunStatus;
  readonly phase: Phase;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Of the lease under which it began: of two runs of a connector, the newer one has the higher. 0: it is from before fences were kept. */
  readonly fence: number;
  readonly finishedAt: string | null;
  readonly counts: RunCounts | null;
  readonly watermark: string | null;
  /** Name of the manifest once it is written. Set and not committed: the run waits to be finished. */
  readonly manifestName: string | null;
  readonly committedAt: string | null;
  /** The reason why deletes were held. */
  readonly holdReason: string | null;
  readonly error: RunError | null;
  /** When each phase was entered for the first time, ISO 8601, UTC; none for runs of older versions. */
  readonly phaseTimes: Readonly<Partial<Record<Phase, string>>>;
  /** URI of the folder of its artifacts; null: it writes none, or it is of an older version. */
  readonly folder: string | null;
  /** The rows that it had read at the heartbeat that last found more of them, and when; null: at none so far. */
  readonly progress: { readonly rows: number; readonly at: string } | null;
}

/** Where a connector stands towards one target. Another target has another position, and no documents yet. */
export interface Position {
  /** Key of this (connector, target) in the state store. */
  readonly scope: number;
  readonly checkpoint: string | undefined;
  /** Of the mapping that made the stored documents; another one looks at every row again. */
  readonly mappingVersion: string | undefined;
  /** The columns that the last committed run used; undefined if there was none, or none that remembered them. */
  readonly columns: readonly Column[] | undefined;
  /** There is no record at all, not even a soft-deleted one. */
  readonly empty: boolean;
}

/** Soft-deleted records are those of documents that the source no longer has and the target still has. */
export type RecordKind = 'live' | 'soft-deleted';

export interface KnownRecord {
  readonly docId: string;
  readonly checksum: string;
  /** 16 lower-case hexadecimal digits. */
  readonly fingerprint: string;
  readonly softDeleted: boolean;
}

/**
 * A change of `record_state`, staged until the commit. `refresh`: the row's bytes changed and its document did not.
 * `set_aside`: the row is in quarantine, which changes no record; if it was pushed, its event goes on waiting.
 * For `delete`, `soft_delete` and `set_aside`, checksum and fingerprint are empty strings.
 */
export interface StagedRecord {
  readonly op: 'upsert' | 'refresh' | 'delete' | 'soft_delete' | 'set_aside';
  readonly docId: string;
  readonly checksum: string;
  readonly fingerprint: string;
}

/** What a finished plan leaves for the commit, stored with the run so that any process can finish it. */
export interface Publication {
  readonly manifestName: string;
  readonly counts: RunCounts;
  /** The checkpoint that holds once all of this is committed; null means none: the next run reads everything. */
  readonly watermark: string | null;
  /** The checkpoint that the run itself started from: it holds on if a document is rejected, so that its row is read again. */
  readonly startedFrom: string | null;
  readonly mappingVersion: string;
  /** Those of the source that the mapping uses; the commit makes them the position's. */
  readonly columns: readonly Column[];
  readonly holdReason: string | null;
}

export interface LeaseOwner {
  readonly runId: string;
  /** Identity of the machine (and container), so that a contender on the same one can look whether the process lives. */
  readonly host: string;
  readonly pid: number;
}

export interface Lease extends GuardedLease {
  /** Grows with every owner; a commit of an older fence writes nothing. */
  readonly fence: number;
  /** Aborted with `LEASE_LOST` when another run took over, or when the state could not be reached for too long. */
  readonly signal: AbortSignal;
  /** Stops the heartbeat and frees the connector. May be called twice. */
  release(): Promise<void>;
}

/**
 * What a run needs of the state. What `explain` and checks ask is in ports of their own, `explain-state-port.ts` and
 * `check-state-port.ts`. Names are of the kind that the state was opened for.
 */
export interface State {
  /**
   * Takes the right to run a connector. Fails with `LEASE_HELD`, naming the holder; a holder that is dead (its process is
   * gone, on this machine, or it has been silent for `LEASE_SECONDS`) is replaced at once.
   * @param rowsSeen how many rows the run has read, undefined before the first one; each heartbeat writes it to the run's line
   */
  lease(connectorId: string, owner: LeaseOwner, rowsSeen?: () => number | undefined): Promise<Lease>;

  /** The position of a connector towards a target; makes one if there is none, unless the state is read-only. */
  position(connectorId: string, target: string): Promise<Position>;

  /** Fingerprints of all records of a kind, 8 bytes each, in chunks, in any order. */
  fingerprints(scope: number, kind: RecordKind): AsyncIterable<Buffer>;
  /** The records of these ids, in any order; ids that are not known are left out. */
  lookup(scope: number, docIds: readonly string[]): Promise<KnownRecord[]>;
  /** Ids of the records of a kind that have these fingerprints (8 bytes each). */
  idsOf(scope: number, fingerprints: Buffer, kind: RecordKind): AsyncIterable<string[]>;

  /**
   * Writes the row of a new run, status RUNNING, phase extract, for the holder of the connector's lease. The same id again is
   * replaced if it failed unpublished.
   */
  beginRun(run: {
    runId: string;
    connectorId: string;
    target: string;
    startedAt: Date;
    /** URI of the folder of its artifacts; absent: it writes none. */
    folder?: string;
  }): Promise<void>;
  /** `at`: remembered when the phase is entered for the first time. */
  enterPhase(runId: string, phase: Phase, at: Date): Promise<void>;
  findRun(runId: string): Promise<RunRow | undefined>;
  /** Runs of this connector that have begun and neither failed nor committed, or are published and not committed; oldest first, by their
   * fences. */
  unfinishedRuns(connectorId: string): Promise<RunRow[]>;
  /** The run of this connector that was committed last, by the fences of those who committed. */
  lastCommitted(connectorId: string): Promise<RunRow | undefined>;

  /**
   * Events that were pushed, the last one of each document, in pages of bounded size.
   * With `claim` they are this run's from now on, and no longer those of an earlier run that claimed them: only for the
   * owner of the lease, after the earlier runs were finished. Fails with `PUSH_RUN_UNKNOWN`; `LEASE_LOST` if the run was
   * given up.
   */
  pushed(selection: PushSelection): AsyncIterable<readonly PushedEvent[]>;
  /** Events that came with those of `pushed`, and were older than what was known then. To be asked after its last page. */
  olderEvents(selection: PushSelection): Promise<number>;

  /** Sets changes aside, durably, in short transactions. Nothing else sees them before the commit. */
  stage(runId: string, records: readonly StagedRecord[]): Promise<void>;
  /** Records that the artifacts and the manifest are whole: from now on the run can be finished by anybody. */
  published(runId: string, publication: Publication): Promise<void>;
  /**
   * One transaction, all or nothing: applies the staged changes except the rejected documents, moves the checkpoint (only if
   * there is no rejected document) and closes the run with its status and counts. A rejected document of unknown outcome is
   * remembered as one to send again, or to delete. Pushed events that the run claimed are acknowledged: they are gone, except
   * the last one of a document that was rejected or set aside. Fails with `LEASE_LOST`, having written nothing, if `fence` is not the
   * newest. A run that is committed already stays as it is.
   */
  commit(commit: {
    runId: string;
    fence: number;
    status: FinishedStatus;
    counts: RunCounts;
    finishedAt: Date;
  }): Promise<void>;
  /**
   * Closes a run as FAILED. With `abandon`, its staged changes are dropped and it will not be finished later; without, a
   * published run stays to be finished. What an abandoned run may have delivered is remembered like rejected documents of
   * unknown outcome, and the checkpoint goes back to where it started.
   */
  failRun(runId: string, failure: { error: RunError; finishedAt: Date; abandon: boolean }): Promise<void>;

  /** Closes a run whose requests were written and not sent: its staged changes are dropped, and it counts for nothing. */
  closeUnsent(runId: string, outcome: { counts: RunCounts; finishedAt: Date }): Promise<void>;

  /** The journal of a run's delivery into its target. */
  journal(runId: string, target: string, owner: Omit<LeaseOwner, 'runId'>): DeliveryJournal;
  /** Some of the documents that a run's destination rejected, by id. */
  rejections(runId: string, limit: number): Promise<RejectedDocument[]>;
  /**
   * Other connectors that have documents in this target, or an open run that may bring some: a published one, or one whose
   * process holds the lease of its connector.
   */
  othersInto(target: string, connectorId: string): Promise<string[]>;

  close(): Promise<void>;
}
