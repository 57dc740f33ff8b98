import type { Knex } from 'knex';
import type { Source } from '../source/source.ts';
import type { Columns } from '../store/columns.ts';
import { moveCursor } from '../store/cursors.ts';
import { forgetRefused } from '../store/set-aside.ts';
import { moveToTenant } from '../store/sources.ts';
import type { CursorTable } from '../store/tables.ts';
import type { PageChunk } from './item-chunks.ts';
import { validatorColumns } from './known-validator.ts';
import { letMissingLeave, type Departure } from './leaving.ts';
import type { EmbeddedPage } from './new-vectors.ts';
import type { PageOfPass } from './page-of-pass.ts';
import type { Pass } from './pass.ts';
import { storeChunks } from './store-page.ts';

/** A page that was read and embedded. */
interface FinishedPage {
  readonly page: PageOfPass;
  /** The pass with this page. */
  readonly pass: Pass;
  readonly chunks: readonly PageChunk[];
  readonly embedded: EmbeddedPage;
  /** The HTTP status of the source. */
  readonly status: number | null;
  /** The hash of what defines the listing. */
  readonly listing: string;
  /** The hash of everything that decides what a pass stores. */
  readonly content: string;
  readonly now: Date;
}

interface CommitContext {
  readonly source: Source;
  /** The cursor that the batch began with. */
  readonly cursor: CursorTable | undefined;
  readonly columns: Columns;
  /** The name of the embedder. */
  readonly embedder: string;
  readonly allowDeletes: number | undefined;
}

const NOTHING_LEFT: Departure = { deleted: 0, held: 0, holdReason: null };

/**
 * Stores a page: its cursor, chunks and documents, and at the end of a pass the departure of what was not listed.
 * @throws BridgeError LEASE_LOST if the cursor is no longer the one that the batch began with
 */
export async function commitPage(
  transaction: Knex.Transaction,
  finished: FinishedPage,
  context: CommitContext,
): Promise<Departure> {
  const { page, pass, chunks, embedded, now } = finished;
  const { source, cursor, columns, embedder, allowDeletes } = context;
  const { id, tenantId, roles } = source;
  const scope = { tenantId, sourceId: id, roles, embedder, pass: pass.number };
  await writeCursor(transaction, finished, context);
  // Another program may have given the source to another tenant.
  if (cursor !== undefined && cursor.tenant_id !== tenantId) await moveToTenant(transaction, id, tenantId);
  const day = now.toISOString().slice(0, 'YYYY-MM-DD'.length);
  let refused = await storeChunks(transaction, columns, source, scope, { chunks, embedded, day });
  const done = page.following.kind === 'end';
  const left = done ? await letMissingLeave(transaction, source, pass, allowDeletes) : NOTHING_LEFT;
  if (done && pass.isWhole) refused = await forgetRefused(transaction, scope);
  await transaction('kb_rest_cursors')
    .where({ source_id: id })
    .update({
      last_status: left.holdReason === null ? 'ok' : 'held',
      set_aside_count: refused,
      // A hold is shown until the next pass ends.
      ...(done && { held_count: left.held, hold_reason: left.holdReason }),
    });
  return left;
}

async function writeCursor(
  transaction: Knex.Transaction,
  { page, pass, status, listing, content, now }: FinishedPage,
  { source, cursor, embedder }: CommitContext,
): Promise<void> {
  const at = now.toISOString();
  await moveCursor(transaction, source, cursor, {
    tenant_id: source.tenantId,
    next_cursor: page.next,
    page_count: pass.pages,
    item_count: pass.items,
    last_http_status: status,
    last_synced_at: at,
    last_error: null,
    pass: pass.number,
    pass_started_at: pass.startedAt,
    pass_completed_at: page.following.kind === 'end' ? at : null,
    pass_is_whole: pass.isWhole,
    config_hash: listing,
    known_cursor: pass.knownCursor,
    known_cursor_page: pass.knownCursorPage,
    first_page_items: pass.firstPageItems,
    pass_total: pass.total,
    page_hash: pass.pageHash,
    stale_pages: pass.stalePages,
    added_count: pass.added,
    embedder,
    ...validatorColumns(page.validator, content),
  });
}
