import { BridgeError } from '../../core/errors.ts';
import type { Database } from '../../database/database.ts';
import { withStateErrors } from '../../database/with-state-errors.ts';
import type { Embedder } from '../embedder.ts';
import { embeddingColumn } from '../embedding-column.ts';
import type { SearchHit, SearchQuery, SearchResult } from '../knowledge.ts';
import { SEARCH_RESULTS_MAX, SEARCH_ROLES_MAX, SEARCH_TEXT_CHARACTERS_MAX } from '../limits.ts';
import type { ScoredChunk } from './best-chunks.ts';
import { exactSearch } from './exact.ts';
import { pgvectorSearch } from './pgvector.ts';
import type { SearchTerms } from './terms.ts';
import { visibleChunks } from './visible-chunks.ts';
import { wordsOf } from './words.ts';

/**
 * Finds the chunks that a tenant's roles may see, by the similarity of vectors and by common words. Vectors of another embedder
 * are not compared, so their chunks are found by words alone. There are as many results as chunks, up to the limit.
 * @throws BridgeError USAGE for an invalid query; EMBEDDINGS_*; STATE_*; the reason of `signal`
 */
export async function searchChunks(
  database: Database,
  embedder: Embedder,
  query: SearchQuery,
  signal: AbortSignal,
): Promise<SearchResult> {
  requireValid(query);
  const text = query.text.replaceAll('\0', ' ').trim();
  const terms: SearchTerms = {
    text,
    words: wordsOf(text),
    vector: await vectorOf(text, embedder, signal),
    embedder: embedder.name,
    limit: query.limit,
  };
  return withStateErrors(database)(async () => {
    const { method, chunks } = await scored(database, terms, query, signal);
    return { embedder: embedder.name, method, hits: await hitsOf(database, chunks) };
  })();
}

function requireValid({ text, roles, limit }: SearchQuery): void {
  const invalid = (message: string, hint: string) => new BridgeError('USAGE', message, { hint });
  if (text.trim() === '') throw invalid('The search text is empty.', 'Search for at least one word.');
  if (text.length > SEARCH_TEXT_CHARACTERS_MAX) {
    throw invalid(
      `The search text has ${text.length} characters, and the limit is ${SEARCH_TEXT_CHARACTERS_MAX}.`,
      'Search for fewer words.',
    );
  }
  if (roles.length === 0 || roles.length > SEARCH_ROLES_MAX) {
    throw invalid(
      `A search needs 1 to ${SEARCH_ROLES_MAX} roles, and there are ${roles.length}.`,
      'Name the roles of the reader.',
    );
  }
  if (!Number.isInteger(limit) || limit < 1 || limit > SEARCH_RESULTS_MAX) {
    throw invalid(`The limit of a search must be from 1 to ${SEARCH_RESULTS_MAX}.`, 'Set another limit.');
  }
}

async function vectorOf(text: string, embedder: Embedder, signal: AbortSignal): Promise<Float32Array> {
  const [embedding] = await embedder.embed([text], signal);
  if (embedding !== undefined && 'vector' in embedding) return embedding.vector;
  throw new BridgeError(
    'EMBEDDINGS_REFUSED',
    `The embedding service refuses the search text: ${embedding?.refused ?? 'it sent no vector'}.`,
    { hint: 'Search for other words.' },
  );
}

async function scored(database: Database, terms: SearchTerms, query: SearchQuery, signal: AbortSignal) {
  const visible = visibleChunks(database, query);
  const column = await embeddingColumn(database, database.knex);
  if (column.storage === 'vector') return pgvectorSearch(database, terms, visible, column);
  const chunks = await exactSearch(database, terms, visible, column.storage === 'bytes', signal);
  return { method: 'exact' as const, chunks };
}

interface HitRow {
  readonly id: string;
  readonly source_id: string | null;
  readonly title: string;
  readonly uri: string | null;
  readonly content: string;
}

/** A chunk that was deleted in the meantime is left out. */
async function hitsOf({ knex }: Database, chunks: readonly ScoredChunk[]): Promise<readonly SearchHit[]> {
  const rows = await knex('kb_chunks as c')
    .join('kb_docs as d', 'd.id', 'c.doc_id')
    .select('c.id', 'd.title', 'd.uri', 'c.content')
    .select<HitRow[]>(knex.raw('coalesce(c.source_id, d.source_id) as source_id'))
    .whereIn(
      'c.id',
      chunks.map(({ id }) => id),
    );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return chunks.flatMap(({ id, score }) => {
    const row = byId.get(id);
    if (row === undefined) return [];
    const { source_id: sourceId, title: documentTitle, uri, content } = row;
    return [{ chunkId: id, sourceId, documentTitle, uri, content, score }];
  });
}
