import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openDatabase, type Database } from '../../src/database/database.ts';
import { migrate } from '../../src/database/migrations.ts';
import { convertEmbeddings } from '../../src/knowledge/convert-embeddings.ts';
import { embeddingColumn } from '../../src/knowledge/embedding-column.ts';
import { searchChunks } from '../../src/knowledge/search/search.ts';
import { startPgvector, type TestPgvector } from '../support/databases/pgvector.ts';
import { storeChunks } from '../support/knowledge/stored-chunks.ts';
import { wordEmbedder, wordVector } from '../support/knowledge/word-embedder.ts';

describe('convertEmbeddings', () => {
  const signal = new AbortController().signal;
  let server: TestPgvector;
  let database: Database;

  beforeAll(async () => {
    server = await startPgvector({ extension: false });
    database = await openDatabase({ url: server.url(), file: '' });
  });
  afterAll(async () => {
    await database.close();
    await server.stop();
  });
  beforeEach(async () => {
    await server.reset({ extension: false });
    await migrate(database);
  });

  const convert = (progress: (chunks: number) => void = () => undefined) =>
    convertEmbeddings(database, progress, signal);
  const search = () =>
    searchChunks(
      database,
      wordEmbedder(),
      { tenantId: 'acme', roles: ['support'], text: 'alpha gamma', limit: 100 },
      signal,
    );

  test('converts every vector when pgvector was installed after the migration, and searches find the same', async () => {
    const texts = Array.from(
      { length: 250 },
      (_, index) => `${index % 3 === 0 ? 'alpha' : 'beta'} gamma ${'delta '.repeat(index % 5)}`,
    );
    await storeChunks(
      database,
      'Guide',
      texts.map((content) => ({ content, vector: wordVector(content) })),
    );
    await storeChunks(database, 'Bare', [{ content: 'without a vector', vector: null }]);
    const before = await search();
    await database.knex.raw('create extension vector');

    const progress: number[] = [];
    expect(await convert((chunks) => progress.push(chunks))).toEqual({
      converted: true,
      chunks: 250,
      unreadable: 0,
    });
    expect(progress).toEqual([200, 250]);
    expect(await embeddingColumn(database, database.knex)).toEqual({
      storage: 'vector',
      type: 'vector(1536)',
      pgvector: '0.8.7',
      hasIndex: false,
    });
    const after = await search();
    expect(after.hits.map(({ chunkId }) => chunkId)).toHaveLength(100);
    expect(after.hits.map(({ score }) => score.toFixed(4))).toEqual(
      before.hits.map(({ score }) => score.toFixed(4)),
    );
    expect(await convert()).toEqual({ converted: false, chunks: 0, unreadable: 0 });
  });

  test('keeps every float32 number', async () => {
    const vector = Float32Array.from({ length: 1536 }, (_, index) =>
      Math.fround(Math.sin(index) / 3 ** (index % 60)),
    );
    await storeChunks(database, 'Guide', [{ content: 'alpha', vector }]);
    await database.knex.raw('create extension vector');
    await convert();
    const [row] = await server.query('select embedding::real[] as numbers from kb_chunks');
    expect(Float32Array.from(row?.['numbers'] as number[])).toEqual(vector);
  });

  test('empties a column whose bytes are not a vector, so that its chunk is embedded again', async () => {
    await storeChunks(database, 'Guide', [
      { content: 'short', vector: new Float32Array(3) },
      { content: 'endless', vector: new Float32Array(1536).fill(Infinity) },
      { content: 'right', vector: wordVector('right') },
    ]);
    await database.knex.raw('create extension vector');
    expect(await convert()).toEqual({ converted: true, chunks: 3, unreadable: 2 });
    expect(
      await server.query(
        'select content, embedder, embedding is null as bare from kb_chunks order by content',
      ),
    ).toEqual([
      { content: 'endless', embedder: null, bare: true },
      { content: 'right', embedder: 'words', bare: false },
      { content: 'short', embedder: null, bare: true },
    ]);
  });

  test('changes nothing if it is interrupted', async () => {
    await storeChunks(database, 'Guide', [{ content: 'alpha', vector: wordVector('alpha') }]);
    await database.knex.raw('create extension vector');
    const stop = new AbortController();
    await expect(
      convertEmbeddings(
        database,
        () => {
          stop.abort(new Error('stopped'));
        },
        stop.signal,
      ),
    ).rejects.toMatchObject({ message: expect.stringContaining('stopped') as unknown });
    expect(await embeddingColumn(database, database.knex)).toMatchObject({ storage: 'bytes', type: 'bytea' });
    expect((await search()).hits).toHaveLength(1);
  });

  test('says how pgvector is installed if it is not', async () => {
    await expect(convert()).rejects.toMatchObject({
      code: 'NOT_SUPPORTED',
      hint: expect.stringContaining('create extension vector') as unknown,
    });
  });

  test('refuses a column of another type and an embedded database', async () => {
    await database.knex.raw('alter table kb_chunks alter column embedding type text');
    await expect(convert()).rejects.toMatchObject({
      code: 'NOT_SUPPORTED',
      message: expect.stringContaining('type text') as unknown,
    });
    const embedded = await openDatabase({ file: ':memory:' });
    try {
      await expect(convertEmbeddings(embedded, () => undefined, signal)).rejects.toMatchObject({
        code: 'NOT_SUPPORTED',
      });
    } finally {
      await embedded.close();
    }
  });
});
