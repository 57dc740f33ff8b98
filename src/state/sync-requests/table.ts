export interface SyncRequestTable {
  id: string;
  app_key: string;
  mode: 'full' | 'incremental';
  /** A sorted JSON array of collection keys; null means all. */
  collections: string | null;
  requested_by: string;
  status: 'pending' | 'running' | 'completed' | 'partial' | 'held' | 'failed' | 'cancelled';
  requested_at: string;
  /** A pending request is cancelled at this time; null: never. */
  not_after: string | null;
  started_at: string | null;
  finished_at: string | null;
  attempts: number;
  worker: string | null;
  /** By the clock of the database. */
  expires_at: number | null;
  run_id: string | null;
  /** Postgres returns a bigint as text. */
  records_seen: number | string | null;
  counts: string | null;
  details: string | null;
  error_code: string | null;
  error_message: string | null;
}

declare module 'knex/types/tables.js' {
  interface Tables {
    sync_requests: SyncRequestTable;
  }
}
