import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { HASHES_PER_STATEMENT } from '../limits.ts';
import { slices } from './columns.ts';

interface Owner {
  readonly tenantId: string;
  readonly sourceId: string;
}

/**
 * Returns the id of the document of a day, and creates the document if it does not exist.
 * @param day YYYY-MM-DD, UTC
 */
export async function dailyDocument(
  transaction: Knex.Transaction,
  { tenantId, sourceId }: Owner,
  { day, title }: { readonly day: string; readonly title: string },
): Promise<string> {
  const known = await transaction('kb_docs').where({ source_id: sourceId, sync_day: day }).first('id');
  if (known !== undefined) return known.id;
  const id = randomUUID();
  await transaction('kb_docs').insert({
    id,
    tenant_id: tenantId,
    source_id: sourceId,
    title,
    status: 'ready',
    sync_day: day,
  });
  return id;
}

interface ItemDocumentRow {
  readonly itemId: string;
  readonly title: string;
  readonly uri: string | null;
}

/**
 * Returns the ids of the documents of items by the ids of the items. Documents that exist get the title and the link of now; those
 * of `needed` that do not exist are created.
 */
export async function itemDocuments(
  transaction: Knex.Transaction,
  { tenantId, sourceId }: Owner,
  documents: readonly ItemDocumentRow[],
  needed: ReadonlySet<string>,
): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const some of slices(documents, HASHES_PER_STATEMENT)) {
    const byItem = new Map(some.map((document) => [document.itemId, document]));
    const rows = await transaction('kb_docs')
      .where({ source_id: sourceId })
      .whereIn('item_id', [...byItem.keys()])
      .select('id', 'item_id', 'title', 'uri');
    for (const { id, item_id, title, uri } of rows) {
      const now = byItem.get(item_id ?? '');
      if (now === undefined) continue;
      ids.set(now.itemId, id);
      if (title === now.title && uri === now.uri) continue;
      await transaction('kb_docs').where({ id }).update({ title: now.title, uri: now.uri });
    }
    const missing = some.filter(({ itemId }) => needed.has(itemId) && !ids.has(itemId));
    const created = missing.map(({ itemId, title, uri }) => {
      const id = randomUUID();
      ids.set(itemId, id);
      return {
        id,
        tenant_id: tenantId,
        source_id: sourceId,
        title,
        status: 'ready',
        uri,
        item_id: itemId,
      };
    });
    if (created.length > 0) await transaction('kb_docs').insert(created);
  }
  return ids;
}
