import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { CHUNKS_PER_STATEMENT, HASHES_PER_STATEMENT } from '../limits.ts';
import { slices, type Columns } from './columns.ts';
import type { ChunkTable } from './tables.ts';

/** A chunk that is stored, by the hash of its text. */
export type StoredChunk = Pick<ChunkTable, 'id' | 'embedder' | 'pass'> & { readonly content_hash: string };

/** A chunk to insert. */
export interface NewChunk extends EmbeddedText {
  readonly text: string;
  readonly title: string;
  readonly documentId: string;
  readonly chunkIndex: number;
}

/** A text with its vector. */
export interface EmbeddedText {
  readonly hash: string;
  readonly vector: Float32Array;
  /** The item that has the text; part of `metadata`. */
  readonly place: ItemPlace;
}

export type ItemPlace = { readonly itemIndex: number } | { readonly itemId: string };

/** What all chunks of one batch have in common. */
export interface ChunkScope {
  readonly tenantId: string;
  readonly sourceId: string;
  readonly roles: readonly string[];
  readonly embedder: string;
  /** The number of the pass. */
  readonly pass: number;
}

/** Finds chunks of a source by the hashes of their texts. Another program may have stored one text twice; all of them are found. */
export async function chunksByHash(
  knex: Knex,
  sourceId: string,
  hashes: readonly string[],
): Promise<readonly StoredChunk[]> {
  const found: StoredChunk[] = [];
  for (const some of slices(hashes, HASHES_PER_STATEMENT)) {
    const rows = await knex('kb_chunks')
      .where({ source_id: sourceId })
      .whereIn('content_hash', [...some])
      .select('id', 'embedder', 'pass', 'content_hash');
    for (const { content_hash, ...row } of rows) {
      if (content_hash !== null) found.push({ ...row, content_hash });
    }
  }
  return found;
}

/** The first free `chunk_idx` of each document. */
export async function nextIndexes(
  transaction: Knex.Transaction,
  documentIds: readonly string[],
): Promise<Map<string, number>> {
  const next = new Map(documentIds.map((id) => [id, 0]));
  for (const some of slices(documentIds, HASHES_PER_STATEMENT)) {
    const rows: { doc_id: string; last: number }[] = await transaction('kb_chunks')
      .whereIn('doc_id', [...some])
      .groupBy('doc_id')
      .select('doc_id', transaction.raw('max(chunk_idx) as last'));
    for (const { doc_id, last } of rows) next.set(doc_id, last + 1);
  }
  return next;
}

export async function insertChunks(
  transaction: Knex.Transaction,
  columns: Columns,
  chunks: readonly NewChunk[],
  { tenantId, sourceId, roles, embedder, pass }: ChunkScope,
): Promise<void> {
  for (const some of slices(chunks, CHUNKS_PER_STATEMENT)) {
    const rows = some.map(({ hash, text, title, documentId, chunkIndex, vector, place }) => ({
      id: randomUUID(),
      tenant_id: tenantId,
      doc_id: documentId,
      chunk_idx: chunkIndex,
      title,
      content: text,
      embedding: columns.vector(vector),
      metadata: JSON.stringify({ contentHash: hash, sourceId, ...place, embedder }),
      allowed_roles: columns.texts(roles),
      source_id: sourceId,
      content_hash: hash,
      embedder,
      pass,
    }));
    await transaction<Record<string, unknown>>('kb_chunks').insert(rows);
  }
}

/** Replaces the vectors of chunks that have one of another embedder, and gives them the roles and the mark of now. */
export async function replaceVectors(
  transaction: Knex.Transaction,
  columns: Columns,
  chunks: readonly (EmbeddedText & { readonly id: string })[],
  { tenantId, sourceId, roles, embedder, pass }: ChunkScope,
): Promise<void> {
  for (const { id, hash, vector, place } of chunks) {
    await transaction<Record<string, unknown>>('kb_chunks')
      .where({ id })
      .update({
        tenant_id: tenantId,
        embedding: columns.vector(vector),
        metadata: JSON.stringify({ contentHash: hash, sourceId, ...place, embedder }),
        allowed_roles: columns.texts(roles),
        embedder,
        pass,
      });
  }
}

/** Gives known chunks the roles and the mark of now. */
export async function markChunks(
  transaction: Knex.Transaction,
  columns: Columns,
  ids: readonly string[],
  { roles, pass }: Pick<ChunkScope, 'roles' | 'pass'>,
): Promise<void> {
  for (const some of slices(ids, HASHES_PER_STATEMENT)) {
    await transaction<Record<string, unknown>>('kb_chunks')
      .whereIn('id', [...some])
      .update({ allowed_roles: columns.texts(roles), pass });
  }
}

/** The number of chunks of a source, and of those that the pass did not have. */
export async function countChunks(
  transaction: Knex.Transaction,
  sourceId: string,
  pass: number,
): Promise<{ readonly all: number; readonly missing: number }> {
  const row: { all: number | string; missing: number | string | null } | undefined = await transaction(
    'kb_chunks',
  )
    .where({ source_id: sourceId })
    .first(
      transaction.raw('count(*) as "all"'),
      transaction.raw('sum(case when pass <> ? then 1 else 0 end) as missing', [pass]),
    );
  return { all: Number(row?.all ?? 0), missing: Number(row?.missing ?? 0) };
}

/** Deletes the chunks that the pass did not have, and then the documents of the source without chunks. */
export async function deleteMissing(
  transaction: Knex.Transaction,
  sourceId: string,
  pass: number,
): Promise<void> {
  await transaction('kb_chunks').where({ source_id: sourceId }).whereNot({ pass }).delete();
  await deleteEmptyDocuments(transaction, sourceId);
}

export async function deleteEmptyDocuments(transaction: Knex.Transaction, sourceId: string): Promise<void> {
  await transaction('kb_docs')
    .where({ source_id: sourceId })
    .whereNotExists(transaction('kb_chunks').whereRaw('kb_chunks.doc_id = kb_docs.id').select('id'))
    .delete();
}
