import type { SyncRequestTable } from './table.ts';

export type SyncRequestStatus = SyncRequestTable['status'];

/** What is asked for. Two requests are equal if these three are. */
export interface SyncOrder {
  readonly appKey: string;
  readonly mode: SyncRequestTable['mode'];
  /** Keys of collections; undefined means all. */
  readonly collections: readonly string[] | undefined;
}

/** A request for a sync, waiting, in progress or finished. */
export interface SyncRequestRow extends SyncOrder {
  readonly id: string;
  readonly status: SyncRequestStatus;
  /** The name of the API key, or `schedule`. */
  readonly requestedBy: string;
  /** Times are ISO 8601, UTC. */
  readonly requestedAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly runId: string | null;
  /** The number of records read so far, by the last sign of life. */
  readonly recordsSeen: number;
  /** JSON; null until the sync has a result. */
  readonly counts: string | null;
  readonly details: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** A request that a process works on. */
export interface TakenSyncRequest extends SyncRequestRow {
  /** Names this attempt: only it may write the result. */
  readonly worker: string;
}

export function syncRequestOf(row: SyncRequestTable): SyncRequestRow {
  return {
    id: row.id,
    appKey: row.app_key,
    mode: row.mode,
    collections: collectionsOf(row.collections),
    status: row.status,
    requestedBy: row.requested_by,
    requestedAt: row.requested_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    runId: row.run_id,
    recordsSeen: Number(row.records_seen ?? 0),
    counts: row.counts,
    details: row.details,
    error:
      row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? row.error_code },
  };
}

/** The value of the column: equal sets of collections have equal texts. */
export function collectionsText(collections: readonly string[] | undefined): string | null {
  return collections === undefined ? null : JSON.stringify([...new Set(collections)].sort());
}

/** Another program may have written the column, so a value that cannot be read becomes a name that no collection has. */
function collectionsOf(text: string | null): readonly string[] | undefined {
  if (text === null) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  } catch {
    // It is not JSON.
  }
  return [text];
}
