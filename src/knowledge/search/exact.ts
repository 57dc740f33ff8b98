import type { Database } from '../../database/database.ts';
import { SEARCH_BATCH_CHUNKS } from '../limits.ts';
import { BestChunks, type ScoredChunk } from './best-chunks.ts';
import { cosine, scoreOf } from './score.ts';
import type { SearchTerms } from './terms.ts';
import type { Condition } from './visible-chunks.ts';
import { sharedWords } from './words.ts';

interface ChunkRow {
  readonly id: string;
  readonly doc_id: string;
  readonly chunk_idx: number;
  readonly content: string;
  /** Null if the vector is of another embedder. The driver of Postgres returns a view, that of SQLite the memory itself. */
  readonly embedding: Uint8Array | ArrayBuffer | null;
}

/**
 * Compares every visible chunk in the order of the unique index on tenant, document and place, some at a time, so that memory does
 * not grow with their number.
 * @param hasVectors false if the column has a type that this program does not know; then only words are compared
 */
export async function exactSearch(
  { knex }: Pick<Database, 'knex'>,
  { vector, words, embedder, limit }: SearchTerms,
  visible: Condition,
  hasVectors: boolean,
  signal: AbortSignal,
): Promise<readonly ScoredChunk[]> {
  const best = new BestChunks(limit);
  const embedding = hasVectors ? 'case when c.embedder = ? then c.embedding end' : 'null';
  let last: ChunkRow | undefined;
  do {
    signal.throwIfAborted();
    const query = knex('kb_chunks as c')
      .select('c.id', 'c.doc_id', 'c.chunk_idx', 'c.content')
      .select<ChunkRow[]>(knex.raw(`${embedding} as embedding`, hasVectors ? [embedder] : []))
      .whereRaw(visible.sql, visible.bindings)
      .orderBy(['c.doc_id', 'c.chunk_idx'])
      .limit(SEARCH_BATCH_CHUNKS);
    if (last !== undefined) {
      void query.whereRaw('(c.doc_id, c.chunk_idx) > (?, ?)', [last.doc_id, last.chunk_idx]);
    }
    const rows = await query;
    for (const row of rows) {
      const similarity = row.embedding === null ? null : cosine(vector, viewOf(row.embedding));
      const shared = sharedWords(words, row.content);
      if (similarity !== null || shared > 0) best.add({ id: row.id, score: scoreOf(similarity, shared) });
    }
    last = rows.at(-1);
  } while (last !== undefined);
  return best.list();
}

function viewOf(bytes: Uint8Array | ArrayBuffer): DataView {
  return ArrayBuffer.isView(bytes)
    ? new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new DataView(bytes);
}
