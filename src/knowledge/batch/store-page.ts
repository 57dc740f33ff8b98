import type { Knex } from 'knex';
import type { Columns } from '../store/columns.ts';
import { insertChunks, markChunks, nextIndexes, replaceVectors, type ChunkScope } from '../store/chunks.ts';
import { dailyDocument, itemDocuments } from '../store/documents.ts';
import { storeRefused } from '../store/set-aside.ts';
import type { Source } from '../source/source.ts';
import type { ItemDocument, PageChunk } from './item-chunks.ts';
import { placeOf, type EmbeddedPage } from './new-vectors.ts';

/**
 * Stores the chunks of a page and their documents.
 * @param chunks all chunks of the page
 * @param day YYYY-MM-DD, UTC
 * @returns the number of all refused texts of the source
 */
export async function storeChunks(
  transaction: Knex.Transaction,
  columns: Columns,
  source: Pick<Source, 'title'>,
  scope: ChunkScope,
  page: { readonly chunks: readonly PageChunk[]; readonly embedded: EmbeddedPage; readonly day: string },
): Promise<number> {
  const { added, replaced, known, refused, refusedBefore } = page.embedded;
  const documentIds = await documentsOf(transaction, source, scope, page);
  const next = await nextIndexes(transaction, [...new Set(documentIds.values())]);
  const inserted = added.map((chunk) => {
    const { hash, text, vector, document } = chunk;
    const documentId = documentIds.get(document?.itemId ?? '') ?? '';
    const chunkIndex = next.get(documentId) ?? 0;
    next.set(documentId, chunkIndex + 1);
    const title = document?.title ?? dailyTitle(source.title, page.day);
    return { hash, text, vector, title, documentId, chunkIndex, place: placeOf(chunk) };
  });
  await insertChunks(transaction, columns, inserted, scope);
  await replaceVectors(
    transaction,
    columns,
    replaced.map(({ content_hash, ...chunk }) => ({ ...chunk, hash: content_hash })),
    scope,
  );
  await markChunks(
    transaction,
    columns,
    known.map(({ id }) => id),
    scope,
  );
  return storeRefused(transaction, scope, { refused, known: refusedBefore });
}

/** Returns the ids of the documents by the ids of their items; that of the daily document by the empty text. */
async function documentsOf(
  transaction: Knex.Transaction,
  { title }: Pick<Source, 'title'>,
  scope: ChunkScope,
  { chunks, embedded, day }: Parameters<typeof storeChunks>[4],
): Promise<ReadonlyMap<string, string>> {
  const { added } = embedded;
  const documents = new Map<string, ItemDocument>();
  for (const { document } of chunks) if (document !== null) documents.set(document.itemId, document);
  if (documents.size > 0) {
    const needed = new Set(added.flatMap(({ document }) => document?.itemId ?? []));
    return itemDocuments(transaction, scope, [...documents.values()], needed);
  }
  if (added.length === 0) return new Map();
  return new Map([['', await dailyDocument(transaction, scope, { day, title: dailyTitle(title, day) })]]);
}

function dailyTitle(title: string, day: string): string {
  return `${title} — Sync ${day}`;
}
