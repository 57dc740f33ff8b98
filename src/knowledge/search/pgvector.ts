import type { Knex } from 'knex';
import type { Database } from '../../database/database.ts';
import { hasIterativeScan, type EmbeddingColumn } from '../embedding-column.ts';
import { SEARCH_CANDIDATES_MIN, SEARCH_MATCHES_MAX } from '../limits.ts';
import { vectorText } from '../vector-text.ts';
import { BestChunks, type ScoredChunk } from './best-chunks.ts';
import { scoreOf } from './score.ts';
import type { SearchTerms } from './terms.ts';
import type { Condition } from './visible-chunks.ts';
import { sharedWords } from './words.ts';

/** The expression of the index `kb_chunks_text`, by which the planner finds it: see migrations/20261129000005_knowledge_search.js. */
const SEARCHED_TEXT = `to_tsvector('simple', left(c.content, 100000))`;

/** The id of a chunk, and how many candidates more than the results are needed for the two weights to decide between them. */
const CANDIDATES_PER_RESULT = 4;

interface Answer<Row> {
  readonly rows: readonly Row[];
}

interface Candidate {
  readonly id: string;
  readonly content: string;
  /** Null if the vector is of another embedder. */
  readonly similarity: number | null;
}

/**
 * Scores the chunks whose vectors are nearest, and those that have the words. Without an HNSW index the server compares every
 * vector. With one, a search whose filters leave too few rows of the index compares every vector, too.
 */
export async function pgvectorSearch(
  { knex }: Pick<Database, 'knex'>,
  terms: SearchTerms,
  visible: Condition,
  column: EmbeddingColumn,
): Promise<{ readonly method: 'pgvector' | 'exact'; readonly chunks: readonly ScoredChunk[] }> {
  const count = Math.max(SEARCH_CANDIDATES_MIN, CANDIDATES_PER_RESULT * terms.limit);
  return knex.transaction(async (transaction) => {
    const near = await nearest(transaction, terms, visible, column, count);
    const ids = new Set([...near.ids, ...(await withWords(transaction, terms, visible, count))]);
    const best = new BestChunks(terms.limit);
    for (const { id, content, similarity } of await candidates(transaction, terms, [...ids])) {
      best.add({ id, score: scoreOf(similarity, sharedWords(terms.words, content)) });
    }
    return { method: near.method, chunks: best.list() };
  });
}

async function nearest(
  transaction: Knex.Transaction,
  { vector, embedder }: SearchTerms,
  visible: Condition,
  { hasIndex, pgvector }: EmbeddingColumn,
  count: number,
): Promise<{ readonly method: 'pgvector' | 'exact'; readonly ids: readonly string[] }> {
  const list = async () => {
    const { rows } = await transaction.raw<Answer<{ readonly id: string }>>(
      `select c.id from kb_chunks c where ${visible.sql} and c.embedder = ? and c.embedding is not null
         order by c.embedding <=> ?::vector limit ?`,
      [...visible.bindings, embedder, vectorText(vector), count],
    );
    return rows.map(({ id }) => id);
  };
  if (hasIndex && hasIterativeScan(pgvector)) {
    await transaction.raw(`set local hnsw.iterative_scan = strict_order`);
    const ids = await list();
    if (ids.length === count) return { method: 'pgvector', ids };
  }
  // An index scan ends at a number of rows, before the filters have left as many as exist.
  await transaction.raw('set local enable_indexscan = off');
  const ids = await list();
  await transaction.raw('set local enable_indexscan = on');
  return { method: 'exact', ids };
}

/** Chunks with all words come first; if they are too few, those with most words among the first ones that have any. */
async function withWords(
  transaction: Knex.Transaction,
  { text, words }: SearchTerms,
  visible: Condition,
  count: number,
): Promise<readonly string[]> {
  const all = await transaction.raw<Answer<{ readonly id: string }>>(
    `select c.id from kb_chunks c
       where ${visible.sql} and ${SEARCHED_TEXT} @@ plainto_tsquery('simple', ?) limit ?`,
    [...visible.bindings, text, count],
  );
  const ids = all.rows.map(({ id }) => id);
  if (ids.length === count || words.length < 2) return ids;
  const any = words.map(() => `plainto_tsquery('simple', ?)`).join(' || ');
  const some = await transaction.raw<Answer<{ readonly id: string; readonly content: string }>>(
    `select c.id, c.content from kb_chunks c where ${visible.sql} and ${SEARCHED_TEXT} @@ (${any}) limit ?`,
    [...visible.bindings, ...words, SEARCH_MATCHES_MAX],
  );
  const best = new BestChunks(count);
  for (const { id, content } of some.rows) best.add({ id, score: sharedWords(words, content) });
  return [...ids, ...best.list().map(({ id }) => id)];
}

async function candidates(
  transaction: Knex.Transaction,
  { vector, embedder }: SearchTerms,
  ids: readonly string[],
): Promise<readonly Candidate[]> {
  return transaction('kb_chunks as c')
    .select('c.id', 'c.content')
    .select(
      transaction.raw('case when c.embedder = ? then 1 - (c.embedding <=> ?::vector) end as similarity', [
        embedder,
        vectorText(vector),
      ]),
    )
    .whereIn('c.id', ids);
}
