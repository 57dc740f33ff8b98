import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { embeddingFindings } from '../../../src/app/doctor/embeddings.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { migrate } from '../../../src/database/migrations.ts';
import { startPgvector, type TestPgvector } from '../../support/databases/pgvector.ts';

describe('embeddingFindings', () => {
  let server: TestPgvector;
  beforeAll(async () => {
    server = await startPgvector({ extension: false });
  });
  afterAll(async () => {
    await server.stop();
  });

  const found = (databaseUrl: string | undefined) =>
    embeddingFindings({ databaseUrl, cwd: '/nowhere' }, new AbortController().signal);

  test('says that the embedded database has bytes, without creating it', async () => {
    expect(await found(undefined)).toEqual([
      { subject: 'embeddings', status: 'ok', message: expect.stringContaining('as bytes') as unknown },
    ]);
  });

  test('is skipped if the schema is missing', async () => {
    expect(await found(server.url())).toMatchObject([{ status: 'skip' }]);
  });

  test('says how pgvector is installed, how embeddings are converted, and then that they are', async () => {
    const database = await openDatabase({ url: server.url(), file: '' });
    await migrate(database);
    expect(await found(server.url())).toMatchObject([
      {
        status: 'ok',
        message: expect.stringMatching(
          /as bytea\. pgvector 0\.8\.7 is available .* create extension vector/,
        ) as unknown,
      },
    ]);
    await database.knex.raw('create extension vector');
    expect(await found(server.url())).toMatchObject([
      { status: 'warn', fix: 'Run: gemini-sync-bridge kb convert-embeddings' },
    ]);
    await database.knex.raw('alter table kb_chunks alter column embedding type vector(1536) using null');
    expect(await found(server.url())).toMatchObject([
      {
        status: 'ok',
        message: 'pgvector 0.8.7 stores embeddings as vector(1536); searches compare each one.',
      },
    ]);
    await database.knex.raw('create index by_vector on kb_chunks using hnsw (embedding vector_cosine_ops)');
    expect(await found(server.url())).toMatchObject([
      { message: expect.stringContaining('use its index') as unknown },
    ]);
    await database.knex.raw('drop index by_vector');
    await database.knex.raw('alter table kb_chunks alter column embedding type text');
    expect(await found(server.url())).toMatchObject([
      { status: 'warn', message: expect.stringContaining('type text') as unknown },
    ]);
    await database.close();
  });
});
