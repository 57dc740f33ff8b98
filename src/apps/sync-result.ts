/** `full` also finds deleted entities; a collection without state is always read in full. */
export type SyncMode = 'full' | 'incremental';

export interface SyncRequest {
  readonly appKey: string;
  readonly mode: SyncMode;
  /** Keys of the collections to sync; undefined means all of them. */
  readonly collections: readonly string[] | undefined;
  /** Plan only: nothing is written. */
  readonly dryRun: boolean;
  /** Releases held deletes, if they are no more than this. */
  readonly allowDeletes: number | undefined;
}

export interface SyncCounts {
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly unchanged: number;
  /** Deletes withheld by the guard. */
  readonly held: number;
  /** Records that could not be stored, and failures of the collection. */
  readonly errors: number;
}

export interface CollectionResult extends SyncCounts {
  readonly collectionKey: string;
  /** The mode that was used: `full` without earlier state. */
  readonly mode: SyncMode;
  readonly pages: number;
  readonly holdReason: string | null;
  /** ISO 8601, UTC; null if the state was not moved. */
  readonly lastSyncedAt: string | null;
}

export interface SyncProblem {
  readonly collectionKey: string;
  readonly code: string;
  readonly message: string;
}

export type SyncStatus = 'completed' | 'partial' | 'held' | 'failed';

export interface SyncResult extends SyncCounts {
  readonly appKey: string;
  readonly mode: SyncMode;
  readonly status: SyncStatus;
  readonly collections: readonly CollectionResult[];
  /** At most `SYNC_PROBLEMS_MAX`. */
  readonly problems: readonly SyncProblem[];
  readonly durationMs: number;
  /** The time that the API named, before which a retry cannot help. */
  readonly nextRunAfter: Date | undefined;
}
