import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { startPostgres, type TestPostgres } from './postgres.ts';

describe('the PostgreSQL of the tests', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres({ password: 'p@ss/w:rd #1%' });
  });
  afterAll(async () => {
    await postgres.stop();
  });

  test('is a real PostgreSQL 18 that speaks UTF-8', async () => {
    const rows = await postgres.query(
      `SELECT current_setting('server_version_num')::int / 10000 AS major, upper('ärger 日本') AS text`,
    );
    expect(rows).toEqual([{ major: 18, text: 'ÄRGER 日本' }]);
  });

  test('creates databases with any name', async () => {
    const url = await postgres.createDatabase('a "quoted" name');
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query('SELECT current_database() AS name');
    await client.end();
    expect(rows).toEqual([{ name: 'a "quoted" name' }]);
  });

  test('refuses a wrong password', async () => {
    const { host, port, user } = postgres;
    const client = new pg.Client({ host, port, user, password: 'wrong', database: 'postgres' });
    await expect(client.connect()).rejects.toMatchObject({ code: '28P01' });
  });
});

describe('the PostgreSQL of the tests, with TLS', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres({ tls: true });
  });
  afterAll(async () => {
    await postgres.stop();
  });

  test('is trusted by clients that trust its authority', async () => {
    const client = new pg.Client({ connectionString: postgres.url(), ssl: { ca: postgres.authority } });
    await client.connect();
    const { rows } = await client.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    await client.end();
    expect(rows).toEqual([{ ssl: true }]);
  });

  test('is not trusted by other clients', async () => {
    const client = new pg.Client({ connectionString: postgres.url(), ssl: { rejectUnauthorized: true } });
    await expect(client.connect()).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  });
});
