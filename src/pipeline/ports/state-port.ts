import type { GuardedLease } from '../held-leases.ts';
import type { DeliveryJournal, RejectedDocument } from './delivery-port.ts';
import type { Column, Phase, RunCounts } from './ports.ts';
import type { PushedEvent, PushSelection } from './push-port.ts';
import type { StagedBatch } from './staged-batch.ts';

/**
 * The kind of definition that is run. A name belongs to its kind: a state is opened for one kind, and does not find a connector
 * when it is asked for an app of the same name.
 */
export type RunKind = 'connector' | 'knowledge_source' | 'app';

/** `DRY_RUN`: its requests were recorded and not sent. */
export type RunStatus = 'RUNNING' | 'SUCCESS' | 'HELD' | 'PARTIAL' | 'FAILED' | 'DRY_RUN';

export type FinishedStatus = Exclude<RunStatus, 'RUNNING' | 'FAILED' | 'DRY_RUN'>;

export interface RunError {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** One row of `run_state`. */
export interface RunRow {
  readonly runId: string;
  readonly connectorId: string;
  readonly target: string;
  readonly status: RunStatus;
  readonly phase: Phase;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /**
   * The fence of the lease under which the run began: of two runs of a connector, the newer one has the higher fence. 0: the run
   * is older than fences.
   */
  readonly fence: number;
  readonly finishedAt: string | null;
  readonly counts: RunCounts | null;
  readonly watermark: string | null;
  /** The name of the manifest once it is written. If it is set and the run is not committed, the run waits to be finished. */
  readonly manifestName: string | null;
  readonly committedAt: string | null;
  /** The reason why deletes were held. */
  readonly holdReason: string | null;
  readonly error: RunError | null;
  /** When each phase began for the first time, ISO 8601, UTC; empty for runs of older versions. */
  readonly phaseTimes: Readonly<Partial<Record<Phase, string>>>;
  /** The URI of the folder of its artifacts; null if the run writes none, or is of an older version. */
  readonly folder: string | null;
  /** The number of rows read at the last heartbeat that found more rows, and its time; null if there was none so far. */
  readonly progress: { readonly rows: number; readonly at: string } | null;
}

/** The position of a connector for one target. Another target has another position, and no documents yet. */
export interface Position {
  /** The key of this (connector, target) in the state store. The commit of a first load gives it another one. */
  readonly scope: number;
  readonly checkpoint: string | undefined;
  /** The version of the mapping that made the stored documents; with another version, every row is processed again. */
  readonly mappingVersion: string | undefined;
  /** The columns that the last committed run used; undefined if there was no such run, or if it did not store them. */
  readonly columns: readonly Column[] | undefined;
  /** Whether there are no records at all, not even soft-deleted ones. */
  readonly empty: boolean;
  /** The secret of the stored fingerprints, 16 random bytes: it must not be logged or shown. */
  readonly fingerprintKey: Uint8Array;
}

/**
 * Soft-deleted records belong to documents that the source no longer has but the target still has, or may have: then a delete was
 * sent, and the record is in doubt. Withdrawn records belong to documents whose rows lost their readers, and whose deletes the
 * target has not acknowledged: until it does, the target may show the documents to their earlier readers.
 */
export type RecordKind = 'live' | 'soft-deleted' | 'withdrawn';

export interface KnownRecord {
  readonly docId: string;
  /** `sha256:` and 64 hexadecimal digits; empty for a record in doubt. */
  readonly checksum: string;
  /** The fingerprint as 16 lower-case hexadecimal digits. */
  readonly fingerprint: string;
  readonly kind: RecordKind;
}

/** The data that a finished plan leaves for the commit, stored with the run so that any process can finish it. */
export interface Publication {
  readonly manifestName: string;
  readonly counts: RunCounts;
  /** The checkpoint that is valid once all of this is committed; null means none: the next run reads everything. */
  readonly watermark: string | null;
  /** The checkpoint that the run itself started from: it stays valid if a document is rejected, so that its row is read again. */
  readonly startedFrom: string | null;
  readonly mappingVersion: string;
  /** The columns of the source that the mapping uses; the commit stores them in the position. */
  readonly columns: readonly Column[];
  readonly holdReason: string | null;
}

export interface LeaseOwner {
  readonly runId: string;
  /**
   * The identity of the machine (and container), so that a contender on the same machine can check whether the process is alive.
   */
  readonly host: string;
  readonly pid: number;
}

export interface Lease extends GuardedLease {
  /** Grows with every owner; a commit with an older fence writes nothing. */
  readonly fence: number;
  /** Aborted with `LEASE_LOST` when another run took over, or when the state was unreachable for too long. */
  readonly signal: AbortSignal;
  /** Stops the heartbeat and frees the connector. May be called twice. */
  release(): Promise<void>;
}

/**
 * The queries and changes that a run makes of the state. Those of `explain` and checks are in separate ports,
 * `explain-state-port.ts` and `check-state-port.ts`. Names belong to the kind that the state was opened for.
 */
export interface State {
  /**
   * Acquires the right to run a connector. Fails with `LEASE_HELD`, naming the holder; a dead holder (its process has ended, on
   * this machine, or it has been silent for `LEASE_SECONDS`) is replaced at once.
   * @param rowsSeen how many rows the run has read, undefined before the first one; each heartbeat writes it to the run's row
   */
  lease(connectorId: string, owner: LeaseOwner, rowsSeen?: () => number | undefined): Promise<Lease>;

  /** Returns the position of a connector for a target; creates a missing one, unless the state is read-only. */
  position(connectorId: string, target: string): Promise<Position>;

  /** Yields the fingerprints of all records of a kind, 8 bytes each, in chunks, in any order. */
  fingerprints(scope: number, kind: RecordKind): AsyncIterable<Buffer>;
  /** Returns the records of these ids, in any order; unknown ids are omitted. */
  lookup(scope: number, docIds: readonly string[]): Promise<KnownRecord[]>;
  /** Yields the ids of the records of a kind that have these fingerprints (8 bytes each). */
  idsOf(scope: number, fingerprints: Buffer, kind: RecordKind): AsyncIterable<string[]>;

  /**
   * Writes the row of a new run, status RUNNING, phase extract, for the holder of the connector's lease. An earlier run of the
   * same id is replaced if it failed unpublished.
   */
  beginRun(run: {
    runId: string;
    connectorId: string;
    target: string;
    startedAt: Date;
    /** The URI of the folder of its artifacts; absent if it writes none. */
    folder?: string;
  }): Promise<void>;
  /** `at` is stored when the phase begins for the first time. */
  enterPhase(runId: string, phase: Phase, at: Date): Promise<void>;
  findRun(runId: string): Promise<RunRow | undefined>;
  /**
   * Returns the runs of this connector that have begun and neither failed nor committed, or are published and not committed;
   * oldest first, by their fences.
   */
  unfinishedRuns(connectorId: string): Promise<RunRow[]>;
  /** Returns the run of this connector that was committed last, by the fences of the committing runs. */
  lastCommitted(connectorId: string): Promise<RunRow | undefined>;

  /**
   * Yields the last pushed event of each document, in pages of bounded size. With `claim`, the events belong to this run from now
   * on, and no longer to an earlier run that claimed them: only for the owner of the lease, after the earlier runs were finished.
   * Fails with `PUSH_RUN_UNKNOWN`; `LEASE_LOST` if the run was abandoned.
   */
  pushed(selection: PushSelection): AsyncIterable<readonly PushedEvent[]>;
  /** Returns how many events came with those of `pushed` but were already outdated then. Call it after the last page. */
  olderEvents(selection: PushSelection): Promise<number>;

  /**
   * Stages changes durably, in short transactions. No other reader sees them before the commit. The batches belong to the state
   * from the call on.
   */
  stage(runId: string, batches: readonly StagedBatch[]): Promise<void>;
  /** Records that the artifacts and the manifest are complete: from now on any process can finish the run. */
  published(runId: string, publication: Publication): Promise<void>;
  /**
   * One transaction, all or nothing: applies the staged changes except the rejected documents, moves the checkpoint (only if no
   * document was rejected) and closes the run with its status and counts. A rejected document of unknown outcome is recorded as
   * one to send again, or to delete: its record is in doubt, and soft-deleted if its change was a delete. A rejected document whose
   * row was set aside in the same run is withdrawn, and stays so until its delete or an upsert is acknowledged. Pushed events that the
   * run claimed are acknowledged: they are removed, except the last event of a document that was rejected or quarantined. Fails
   * with `LEASE_LOST`, having written nothing, if `fence` is not the newest. A run that is already committed stays unchanged. The
   * rejections of earlier runs are removed, unless `keepsRejections` says that this run has not sent those documents again.
   */
  commit(commit: {
    runId: string;
    fence: number;
    status: FinishedStatus;
    counts: RunCounts;
    finishedAt: Date;
    keepsRejections?: boolean;
  }): Promise<void>;
  /**
   * Closes a run as FAILED. With `abandon`, its staged changes are dropped and it will not be finished later; without, a
   * published run can still be finished. What an abandoned run may have delivered is recorded like rejected documents of unknown
   * outcome, and the checkpoint returns to where it started.
   */
  failRun(runId: string, failure: { error: RunError; finishedAt: Date; abandon: boolean }): Promise<void>;

  /** Closes a run whose requests were recorded and not sent: its staged changes are dropped, and it has no effect. */
  closeUnsent(runId: string, outcome: { counts: RunCounts; finishedAt: Date }): Promise<void>;

  /** Returns the journal of a run's delivery into its target. */
  journal(runId: string, target: string, owner: Omit<LeaseOwner, 'runId'>): DeliveryJournal;
  /** Returns some of the documents that a run's destination rejected, by id. */
  rejections(runId: string, limit: number): Promise<RejectedDocument[]>;
  /**
   * Returns other connectors that have documents in this target, or an open run that may bring some: a published run, or a run
   * whose process holds the lease of its connector.
   */
  othersInto(target: string, connectorId: string): Promise<string[]>;

  close(): Promise<void>;
}
