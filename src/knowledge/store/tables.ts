/** Rows as the driver returns them: Postgres has arrays, JSON and times of its own, SQLite has text. */
export interface SourceTable {
  id: string;
  tenant_id: string;
  type: string;
  title: string;
  config: unknown;
  backoffice_only: boolean | number;
  default_allowed_roles: unknown;
  name: string | null;
  delete_limit_count: number | null;
  delete_limit_ratio: number | null;
}

export interface CursorTable {
  id: string;
  tenant_id: string;
  source_id: string;
  next_cursor: string | null;
  page_count: number;
  item_count: number;
  last_status: string | null;
  last_http_status: number | null;
  last_synced_at: Date | string | null;
  last_error: string | null;
  created_at: Date | string;
  pass: number;
  pass_started_at: Date | string | null;
  pass_completed_at: Date | string | null;
  pass_is_whole: boolean | number;
  config_hash: string | null;
  known_cursor: string | null;
  known_cursor_page: number | null;
  first_page_items: number | null;
  pass_total: string | null;
  page_hash: string | null;
  stale_pages: number;
  added_count: number;
  validator_etag: string | null;
  validator_last_modified: string | null;
  validator_for: string | null;
  held_count: number | null;
  hold_reason: string | null;
  embedder: string | null;
  set_aside_count: number;
}

interface DocumentTable {
  id: string;
  tenant_id: string;
  source_id: string | null;
  title: string;
  status: string;
  uri: string | null;
  sync_day: string | null;
  item_id: string | null;
}

export interface ChunkTable {
  id: string;
  tenant_id: string;
  doc_id: string;
  chunk_idx: number;
  source_id: string | null;
  content_hash: string | null;
  embedder: string | null;
  pass: number;
}

declare module 'knex/types/tables.js' {
  interface Tables {
    kb_sources: SourceTable;
    kb_rest_cursors: CursorTable;
    kb_docs: DocumentTable;
    kb_chunks: ChunkTable;
  }
}
