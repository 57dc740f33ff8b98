export interface RunRequestTable {
  id: string;
  kind: 'connector' | 'knowledge_source';
  name: string;
  requested_by: string;
  status: 'pending' | 'running' | 'retrying' | 'completed' | 'partial' | 'held' | 'failed' | 'cancelled';
  requested_at: string;
  not_after: string | null;
  started_at: string | null;
  finished_at: string | null;
  attempts: number;
  /** By the clock of the database. */
  next_attempt_at: number | null;
  worker: string | null;
  /** By the clock of the database. */
  expires_at: number | null;
  run_id: string | null;
  exit_status: number | null;
  error_code: string | null;
  error_message: string | null;
}

declare module 'knex/types/tables.js' {
  interface Tables {
    run_requests: RunRequestTable;
  }
}
