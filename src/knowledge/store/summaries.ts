import type { Knex } from 'knex';
import type { Redactor } from '../../core/secrets/redact.ts';
import { createRedactor } from '../../core/secrets/redact.ts';
import { isInProgress } from '../batch/pass.ts';
import type { CursorSummary, SourceSummary } from '../knowledge.ts';
import { addCredentials } from '../pages/credentials.ts';
import { sourceOf } from '../source/source.ts';
import { timeIn } from './columns.ts';
import { cursorOf } from './cursors.ts';
import type { CursorTable, SourceTable } from './tables.ts';

/** A source with its cursor and its counts, without secrets. */
export async function summaryOf(
  knex: Knex,
  row: SourceTable,
  wider: Redactor | undefined,
): Promise<SourceSummary> {
  const { id, name, tenantId, title, checked } = sourceOf(row);
  const redactor = createRedactor(wider);
  if (checked.config !== undefined) addCredentials(checked.config, redactor);
  const cursor = await cursorOf(knex, id);
  return {
    id,
    name,
    tenantId,
    title,
    baseUrl: checked.config === undefined ? null : redactor.redact(checked.config.baseUrl),
    problem: checked.problem ?? null,
    cursor: cursor === undefined ? null : cursorSummary(cursor),
    documents: await count(knex, 'kb_docs', id),
    chunks: await count(knex, 'kb_chunks', id),
  };
}

function cursorSummary(cursor: CursorTable): CursorSummary {
  const { last_status } = cursor;
  return {
    pass: cursor.pass,
    nextCursor: cursor.next_cursor,
    pages: cursor.page_count,
    items: cursor.item_count,
    lastStatus: last_status === 'error' || last_status === 'held' ? last_status : 'ok',
    lastHttpStatus: cursor.last_http_status,
    lastSyncedAt: timeIn(cursor.last_synced_at),
    lastError: cursor.last_error,
    inProgress: isInProgress(cursor),
    holdReason: cursor.hold_reason,
    heldDeletes: cursor.held_count ?? 0,
    setAside: cursor.set_aside_count,
    embedder: cursor.embedder,
  };
}

async function count(knex: Knex, table: 'kb_docs' | 'kb_chunks', sourceId: string): Promise<number> {
  const row: { count: number | string } | undefined = await knex(table)
    .where({ source_id: sourceId })
    .first(knex.raw('count(*) as count'));
  return Number(row?.count ?? 0);
}
