import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { BridgeError } from '../../core/errors.ts';
import type { CursorTable } from './tables.ts';

/** What a batch writes of a cursor. */
export type CursorChange = Partial<Omit<CursorTable, 'id' | 'source_id' | 'created_at'>>;

/** The cursor of a source; undefined before the first batch. If another program made several, the newest one counts. */
export async function cursorOf(knex: Knex, sourceId: string): Promise<CursorTable | undefined> {
  return knex('kb_rest_cursors')
    .where({ source_id: sourceId })
    .orderBy([
      { column: 'created_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .first();
}

/**
 * Writes the cursor of a source if it is still the one that was read.
 * @param read the cursor that the batch began with
 * @throws BridgeError LEASE_LOST if another process changed it, or deleted the source; the transaction then writes nothing
 */
export async function moveCursor(
  transaction: Knex.Transaction,
  source: { readonly id: string; readonly title: string; readonly tenantId: string },
  read: CursorTable | undefined,
  change: CursorChange,
): Promise<void> {
  const exists = await transaction('kb_sources').where({ id: source.id }).first('id');
  if (exists === undefined) throw changed(source);
  if (read === undefined) {
    if ((await cursorOf(transaction, source.id)) !== undefined) throw changed(source);
    await transaction('kb_rest_cursors').insert({
      id: randomUUID(),
      tenant_id: source.tenantId,
      source_id: source.id,
      page_count: 0,
      item_count: 0,
      ...change,
    });
    return;
  }
  const { id, tenant_id, next_cursor, page_count, pass } = read;
  const moved = await transaction('kb_rest_cursors')
    .where({ id, tenant_id, next_cursor, page_count, pass })
    .update(change);
  if (moved === 0) throw changed(source);
}

function changed({ title }: { readonly title: string }): BridgeError {
  return new BridgeError(
    'LEASE_LOST',
    `Another process changed the knowledge source ${title} or its cursor while its page was read, so nothing was stored.`,
    { hint: 'Run the batch again: it continues at the cursor of now.' },
  );
}
