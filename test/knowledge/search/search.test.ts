import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openDatabase, type Database } from '../../../src/database/database.ts';
import { migrate } from '../../../src/database/migrations.ts';
import type { SearchQuery } from '../../../src/knowledge/knowledge.ts';
import { searchChunks } from '../../../src/knowledge/search/search.ts';
import { startPgvector } from '../../support/databases/pgvector.ts';
import { startPostgres } from '../../support/databases/postgres.ts';
import { storeChunks } from '../../support/knowledge/stored-chunks.ts';
import { wordEmbedder, wordVector } from '../../support/knowledge/word-embedder.ts';

/** A running database: its address, and how it is stopped. */
interface Started {
  readonly url: string | undefined;
  stop(): Promise<void>;
}

const ENGINES: readonly (readonly [string, () => Promise<Started>])[] = [
  ['SQLite', () => Promise.resolve({ url: undefined, stop: () => Promise.resolve() })],
  [
    'Postgres without pgvector',
    async () => {
      const server = await startPostgres();
      return { url: server.url(), stop: () => server.stop() };
    },
  ],
  [
    'Postgres with pgvector',
    async () => {
      const server = await startPgvector();
      return { url: server.url(), stop: () => server.stop() };
    },
  ],
];

describe.each(ENGINES)('searchChunks on %s', (_name, start) => {
  let started: Started;
  let database: Database;

  beforeAll(async () => {
    started = await start();
    database = await openDatabase({ url: started.url, file: ':memory:' });
    await migrate(database);
  });
  afterAll(async () => {
    await database.close();
    await started.stop();
  });
  beforeEach(async () => {
    await database.knex('kb_docs').delete();
    await database.knex('kb_chunks').delete();
  });

  const search = (query: Partial<SearchQuery> = {}, embedder = wordEmbedder()) =>
    searchChunks(
      database,
      embedder,
      { tenantId: 'acme', roles: ['support'], text: 'reset password', limit: 10, ...query },
      new AbortController().signal,
    );
  const chunk = (content: string, more: object = {}) => ({ content, vector: wordVector(content), ...more });

  test('finds the chunk with the same meaning and words first and scores it with 1', async () => {
    await storeChunks(database, 'Help', [
      chunk('open an account'),
      chunk('reset password'),
      chunk('change a password'),
    ]);
    const { embedder, method, hits } = await search();
    expect({ embedder, method }).toEqual({ embedder: 'words', method: 'exact' });
    expect(hits.map(({ content }) => content)).toEqual([
      'reset password',
      'change a password',
      'open an account',
    ]);
    expect(hits[0]?.score).toBeCloseTo(1, 5);
    expect(hits[0]).toMatchObject({ documentTitle: 'Help', uri: 'https://example.com/Help', sourceId: null });
    // One of the two words, and a cosine of 1 / √(2 · 3).
    expect(hits[1]?.score).toBeCloseTo(0.65 / Math.sqrt(6) + 0.35 / 2, 5);
    expect(hits[2]?.score).toBeCloseTo(0, 5);
  });

  test('finds a chunk by its vector if it has none of the words, and by its words if it has no vector', async () => {
    await storeChunks(database, 'Help', [
      { content: 'unknown credentials', vector: wordVector('reset password') },
      { content: 'how to reset a password', vector: null },
      { content: 'nothing in common', vector: null },
    ]);
    const { hits } = await search();
    expect(hits.map(({ content }) => content)).toEqual(['unknown credentials', 'how to reset a password']);
    expect(hits[0]?.score).toBeCloseTo(0.65, 5);
    expect(hits[1]?.score).toBeCloseTo(0.35, 5);
  });

  test('does not compare vectors of another embedder', async () => {
    await storeChunks(database, 'Help', [
      chunk('reset password', { embedder: 'another' }),
      chunk('reset something', { embedder: 'another', content: 'no such words' }),
      chunk('reset password', { embedder: null }),
    ]);
    const { hits } = await search();
    expect(hits.map(({ score }) => Math.round(score * 100))).toEqual([35, 35]);
  });

  test('shows chunks to the roles of the tenant only, and a chunk without roles to none', async () => {
    await storeChunks(database, 'Help', [
      chunk('reset password one', { roles: ['support', 'admin'] }),
      chunk('reset password two', { roles: ['operations'] }),
      chunk('reset password three', { roles: [] }),
      chunk('reset password four', { roles: null }),
    ]);
    await storeChunks(database, 'Other', [chunk('reset password five', { tenant: 'other' })]);
    const found = async (query: Partial<SearchQuery>) =>
      (await search(query)).hits.map(({ content }) => content.split(' ')[2]).sort();
    expect(await found({})).toEqual(['one']);
    expect(await found({ roles: ['operations', 'admin'] })).toEqual(['one', 'two']);
    expect(await found({ tenantId: 'other' })).toEqual(['five']);
    expect(await found({ tenantId: 'nobody' })).toEqual([]);
    expect(await found({ roles: ["') or ('' = '"] })).toEqual([]);
  });

  test('returns as many results as exist, up to the limit, also when few of many chunks are visible', async () => {
    const hidden = Array.from({ length: 700 }, (_, index) =>
      chunk(`password ${index}`, { roles: ['other'] }),
    );
    const seen = Array.from({ length: 30 }, (_, index) => chunk(`unlike the words ${index}`));
    await storeChunks(database, 'Many', [...hidden, ...seen]);
    expect((await search({ limit: 50 })).hits).toHaveLength(30);
    expect((await search({ limit: 7 })).hits).toHaveLength(7);
  });

  test('finds the same chunks again when scores are equal', async () => {
    await storeChunks(
      database,
      'Same',
      Array.from({ length: 20 }, () => chunk('reset password')),
    );
    const first = (await search({ limit: 5 })).hits.map(({ chunkId }) => chunkId);
    expect((await search({ limit: 5 })).hits.map(({ chunkId }) => chunkId)).toEqual(first);
  });

  test('takes characters that mean something to a query language as text', async () => {
    await storeChunks(database, 'Help', [chunk(`it's a test & more: (50 % off) "quoted" \\ <-> !`)]);
    for (const text of [
      `it's`,
      '50 %',
      '!!',
      `'; drop table kb_chunks; --`,
      '\\',
      'a & b | c',
      '🙂 \0 x',
      'ü',
    ]) {
      expect((await search({ text })).hits).toHaveLength(1);
    }
  });

  test('refuses an empty text, a long text, no roles, and a wrong limit', async () => {
    for (const query of [
      { text: ' ' },
      { text: 'x'.repeat(301) },
      { roles: [] },
      { limit: 0 },
      { limit: 101 },
    ]) {
      await expect(search(query)).rejects.toMatchObject({ code: 'USAGE' });
    }
  });

  test('fails if the embedding service refuses the text', async () => {
    const refusing = { name: 'words', embed: () => Promise.resolve([{ refused: 'too long' }]) };
    await expect(search({}, refusing)).rejects.toMatchObject({ code: 'EMBEDDINGS_REFUSED' });
  });
});

describe('searchChunks with an HNSW index', () => {
  test('uses the index, and compares every vector if the filters leave too few rows of it', async () => {
    const server = await startPgvector();
    const database = await openDatabase({ url: server.url(), file: '' });
    try {
      await migrate(database);
      await database.knex.raw('create index by_vector on kb_chunks using hnsw (embedding vector_cosine_ops)');
      const chunks = Array.from({ length: 400 }, (_, index) => {
        const content = `password ${index < 300 ? 'for all' : 'for few'}`;
        return { content, vector: wordVector(content), roles: index < 300 ? ['all'] : ['few'] };
      });
      await storeChunks(database, 'Many', chunks);
      const found = async (role: string) => {
        const query = { tenantId: 'acme', roles: [role], text: 'password', limit: 100 };
        const { method, hits } = await searchChunks(
          database,
          wordEmbedder(),
          query,
          new AbortController().signal,
        );
        return { method, hits: hits.length };
      };
      // The filter has to leave as many candidates as are wanted, which are 400.
      expect(await found('all')).toEqual({ method: 'exact', hits: 100 });
      expect(await found('few')).toEqual({ method: 'exact', hits: 100 });
      await storeChunks(database, 'More', chunks);
      expect(await found('all')).toEqual({ method: 'pgvector', hits: 100 });
    } finally {
      await database.close();
      await server.stop();
    }
  });
});
