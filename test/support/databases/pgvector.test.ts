import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openDatabase, type Database } from '../../../src/database/database.ts';
import { migrate } from '../../../src/database/migrations.ts';
import { startPgvector, type TestPgvector } from './pgvector.ts';

describe('startPgvector', () => {
  let server: TestPgvector;
  let database: Database;

  beforeAll(async () => {
    server = await startPgvector();
    database = await openDatabase({ url: server.url(), file: '' });
  });
  afterAll(async () => {
    await database.close();
    await server.stop();
  });

  test('takes the migrations over several connections, with a column of vectors', async () => {
    await migrate(database);
    const [column] = await server.query(
      `select format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = 'kb_chunks'::regclass and attname = 'embedding'`,
    );
    expect(column).toEqual({ type: 'vector(1536)' });
    const [extension] = await server.query(`select extversion from pg_extension where extname = 'vector'`);
    expect(extension).toEqual({ extversion: '0.8.7' });
    const counts = await Promise.all(
      Array.from({ length: 5 }, (_, index) =>
        database.knex.transaction(async (transaction) => {
          const { rows } = await transaction.raw<{ rows: { index: number }[] }>(
            'select ?::integer as index',
            [index],
          );
          return rows[0]?.index;
        }),
      ),
    );
    expect(counts).toEqual([0, 1, 2, 3, 4]);
  });

  test('has an empty database after a reset, and no extension if none is wanted', async () => {
    await server.reset({ extension: false });
    await migrate(database);
    const [column] = await server.query(
      `select format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = 'kb_chunks'::regclass and attname = 'embedding'`,
    );
    expect(column).toEqual({ type: 'bytea' });
    const [available] = await server.query(
      `select installed_version from pg_available_extensions where name = 'vector'`,
    );
    expect(available).toEqual({ installed_version: null });
  });
});
