import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import type { SqlSourceSpec } from '../../../src/definitions/connector/types.ts';
import type { ListingEnd } from '../../../src/pipeline/ports/ports.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { failureOf, postgresSource } from '../../support/databases/postgres-source.ts';
import { readAll, type Listing } from '../../support/files/read-rows.ts';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.stop();
});

const QUERY = 'SELECT id, name FROM people';
const HOUR_MS = 3_600_000;

let now = new Date('2026-01-01T00:00:00Z');
beforeEach(async () => {
  now = new Date('2026-01-01T00:00:00Z');
  await postgres.query(`
    DROP TABLE IF EXISTS people CASCADE;
    CREATE TABLE people (id int PRIMARY KEY, name text);
    INSERT INTO people SELECT i, 'Person ' || i FROM generate_series(1, 100) AS i`);
});

type Options = Partial<Omit<SqlSourceSpec, 'type'>>;

const sourceOf = (unchangedQuery: string, { query = QUERY, ...options }: Options = {}, user = '') =>
  postgresSource(
    postgres.url().replace('postgres:', user === '' ? 'postgres:' : user),
    query,
    {
      unchangedQuery,
      ...options,
    },
    { now: () => now },
  );

const listed = (unchangedQuery: string, checkpoint?: string, options: Options = {}): Promise<Listing> =>
  readAll(sourceOf(unchangedQuery, options), checkpoint);

const UNCHANGED = { checkpoint: undefined, truncated: false, unchanged: true };

const answerIn = ({ checkpoint }: ListingEnd) => {
  const { answer } = JSON.parse(checkpoint ?? '') as { readonly answer: unknown };
  return answer;
};

const COUNTED = 'SELECT count(*), max(name), NULL FROM people;';

describe('a full listing with a probe', () => {
  test('has the answer, its queries and its time as its checkpoint', async () => {
    const { rows, end } = await listed(COUNTED);
    expect(rows).toHaveLength(100);
    expect(end.truncated).toBe(false);
    expect(JSON.parse(end.checkpoint ?? '')).toEqual({
      probe: 1,
      queries: expect.stringMatching(/^[0-9a-f]{64}$/),
      answer: ['100', 'Person 99', null],
      listedAt: '2026-01-01T00:00:00.000Z',
    });
  });

  test('reads no row when the answer is the same, but has its columns', async () => {
    const first = await listed(COUNTED);
    const second = await listed(COUNTED, first.end.checkpoint);
    expect(second).toEqual({ ...first, rows: [], json: [], end: UNCHANGED });
  });

  test('reads every row when the answer is another one', async () => {
    const first = await listed(COUNTED);
    await postgres.query('DELETE FROM people WHERE id = 1');
    const second = await listed(COUNTED, first.end.checkpoint);
    expect(second.rows).toHaveLength(99);
    expect(second.end.unchanged).toBeUndefined();
    expect((await listed(COUNTED, second.end.checkpoint)).end).toEqual(UNCHANGED);
  });

  test.each([
    ['another probe', 'SELECT count(*), max(name), NULL FROM people', {}],
    ['another query', COUNTED, { query: 'SELECT name, id FROM people' }],
    ['other row-level security', COUNTED, { rowLevelSecurity: 'allow' }],
  ] as const)('reads every row after %s', async (_, probe, options) => {
    const { end } = await listed(COUNTED);
    expect((await listed(probe, end.checkpoint, options)).rows).toHaveLength(100);
  });

  test('reads every row of another database, even if its answer is the same', async () => {
    const { end } = await listed(COUNTED);
    const other = await postgres.createDatabase('other');
    await postgres.query(
      'CREATE TABLE people AS SELECT i AS id, $$Person $$ || i AS name FROM generate_series(1, 100) AS i',
      'other',
    );
    const source = postgresSource(other, QUERY, { unchangedQuery: COUNTED }, { now: () => now });
    expect((await readAll(source, end.checkpoint)).rows).toHaveLength(100);
  });

  test('reads every row when SELECT * returns another column, which changed no row', async () => {
    const probe = 'SELECT count(*), bit_xor(hashtextextended(ctid::text, xmin::text::bigint)) FROM people';
    const all = { query: 'SELECT * FROM people' };
    const { end } = await listed(probe, undefined, all);
    await postgres.query("ALTER TABLE people ADD COLUMN team text DEFAULT 'red'");
    const again = await listed(probe, end.checkpoint, all);
    expect(again.rows[0]).toMatchObject({ team: 'red' });
    expect(answerIn(again.end)).toEqual(answerIn(end));
  });

  test('reads every row when the last full listing is too old, whatever the probe answers', async () => {
    const { end } = await listed('SELECT 1');
    await postgres.query("UPDATE people SET name = 'Changed' WHERE id = 1");
    now = new Date(now.getTime() + 24 * HOUR_MS - 1);
    expect((await listed('SELECT 1', end.checkpoint)).end).toEqual(UNCHANGED);
    now = new Date(now.getTime() + 1);
    const second = await listed('SELECT 1', end.checkpoint);
    expect(second.rows).toHaveLength(100);
    // The next 24 hours begin with this listing.
    now = new Date(now.getTime() + 24 * HOUR_MS - 1);
    expect((await listed('SELECT 1', second.end.checkpoint)).end).toEqual(UNCHANGED);
  });

  test('reads every row after fullListingEveryHours', async () => {
    const options = { fullListingEveryHours: 2 };
    const { end } = await listed('SELECT 1', undefined, options);
    now = new Date(now.getTime() + 2 * HOUR_MS - 1);
    expect((await listed('SELECT 1', end.checkpoint, options)).end).toEqual(UNCHANGED);
    now = new Date(now.getTime() + 1);
    expect((await listed('SELECT 1', end.checkpoint, options)).rows).toHaveLength(100);
  });

  test('reads every row when the last listing is in the future of this machine', async () => {
    const { end } = await listed('SELECT 1');
    now = new Date(now.getTime() - 1);
    expect((await listed('SELECT 1', end.checkpoint)).rows).toHaveLength(100);
  });

  test.each(['{"probe":2}', '{"probe":1,"queries":"x","answer":[1],"listedAt":"x"}', 'text', '17'])(
    'reads every row from the foreign checkpoint %s',
    async (checkpoint) => {
      expect((await listed('SELECT 1', checkpoint)).rows).toHaveLength(100);
    },
  );

  test('gives no checkpoint for an answer of NULLs only, which identifies nothing', async () => {
    const { end } = await listed('SELECT NULL, max(name) FROM people WHERE id < 0');
    expect(end).toEqual({ checkpoint: undefined, truncated: false });
  });

  test('runs the probe in the snapshot of the listing', async () => {
    const { signal } = new AbortController();
    const probe = 'SELECT count(*) FROM people';
    const reading = sourceOf(probe).read(undefined, signal);
    let count = 0;
    for await (const batch of reading) {
      if (count === 0) await postgres.query("INSERT INTO people VALUES (101, 'Late')");
      count += batch.count;
    }
    expect(count).toBe(100);
    const snapshot = 'SELECT pg_current_snapshot()::text';
    const { end, rows } = await listed(snapshot, undefined, { query: `${snapshot} AS id` });
    expect(answerIn(end)).toEqual([rows[0]?.['id']]);
  });

  test('is a delta query from the beginning after the checkpoint of a probe', async () => {
    const { end } = await listed(COUNTED);
    const delta = { query: `${QUERY} WHERE id > :watermark`, watermarkField: 'id' };
    expect((await listed(COUNTED, end.checkpoint, delta)).rows).toHaveLength(100);
  });
});

describe('a probe', () => {
  const failed = (probe: string, options: Options = {}, user = '') =>
    failureOf(() => readAll(sourceOf(probe, options, user)));

  test.each([
    ['SELECT id FROM people WHERE id < 0', 'returned no row'],
    ['SELECT id FROM people LIMIT 2', 'returned more than one row'],
    ['SELECT i FROM generate_series(1, 100000) AS i', 'returned more than one row'],
    ["SELECT repeat('x', 1024)", 'returned a row of more than 1024 bytes'],
    ["SET DateStyle = 'German'", 'is not a query: it returns no columns'],
    ['COMMIT', 'is not a query: it returns no columns'],
  ])('must return one short row: %s', async (probe, what) => {
    expect(await failed(probe)).toMatchObject({
      code: 'SOURCE_PROBE_INVALID',
      retryable: false,
      message: `The probe of spec.source.unchangedQuery ${what}.`,
    });
  });

  test('must return text in UTF-8, as other bytes would all be the same', async () => {
    await postgres.query(
      "CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C'",
    );
    const source = postgresSource(postgres.url('ascii'), 'SELECT 1 AS id', {
      unchangedQuery: 'SELECT chr(255)',
    });
    expect(await failureOf(() => readAll(source))).toMatchObject({
      code: 'SOURCE_PROBE_INVALID',
      message: 'The probe of spec.source.unchangedQuery returned bytes that are not UTF-8.',
    });
  });

  test('may return as many bytes as are allowed', async () => {
    expect((await listed("SELECT repeat('x', 1020)")).rows).toHaveLength(100);
  });

  test.each([
    ['SELECT count(*)\nFROM nowhere', 'SOURCE_QUERY_INVALID', /relation "nowhere".*query line 2, column 6/],
    ['SELECT 1; SELECT 2', 'SOURCE_QUERY_INVALID', /multiple commands/],
    ['DELETE FROM people RETURNING 1', 'SOURCE_QUERY_INVALID', /read-only/],
    ['SELECT 1 / 0', 'SOURCE_REFUSED', /division by zero/],
  ])('that fails names its field: %s', async (probe, code, words) => {
    const error = await failed(probe);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/^The probe of spec\.source\.unchangedQuery failed\. Postgres source /);
    expect(error.message).toMatch(words);
    expect(error.hint ?? '').not.toContain('spec.source.query');
  });

  test('without permission names its field, and columns() finds it too', async () => {
    await postgres.query(`
      CREATE TABLE IF NOT EXISTS secret_counts (n int);
      DROP ROLE IF EXISTS reader;
      CREATE ROLE reader LOGIN PASSWORD 'read';
      GRANT SELECT ON people TO reader`);
    const url = new URL(postgres.url());
    url.username = 'reader';
    url.password = 'read';
    const source = () =>
      postgresSource(url.href, QUERY, { unchangedQuery: 'SELECT max(n) FROM secret_counts' });
    for (const use of [() => readAll(source()), () => source().columns(new AbortController().signal)]) {
      expect(await failureOf(use)).toMatchObject({
        code: 'SOURCE_PERMISSION',
        message: expect.stringMatching(/^The probe of spec\.source\.unchangedQuery failed\. .*secret_counts/),
      });
    }
  });

  test('is checked by columns() without being run', async () => {
    const columnsWith = (probe: string) => sourceOf(probe).columns(new AbortController().signal);
    expect(await columnsWith('SELECT pg_sleep(600) FROM people')).toHaveLength(2);
    expect(await failureOf(() => columnsWith('SELECT nothing FROM people'))).toMatchObject({
      code: 'SOURCE_QUERY_INVALID',
      message: expect.stringContaining('spec.source.unchangedQuery'),
    });
    expect(await failureOf(() => columnsWith('COMMIT'))).toMatchObject({ code: 'SOURCE_PROBE_INVALID' });
  });

  test('is cancelled on the server when the run is aborted', async () => {
    const stop = new AbortController();
    const reading = readAll(sourceOf('SELECT pg_sleep(600)'), undefined, stop.signal);
    const failure = reading.catch((thrown: unknown) => thrown);
    const sleeping = async () =>
      await postgres.query(
        "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND state = 'active' AND pid <> pg_backend_pid()",
      );
    while ((await sleeping()).length === 0);
    stop.abort(new Error('enough'));
    expect(await failure).toEqual(new Error('enough'));
    while ((await sleeping()).length > 0);
  });
});

const RECIPES = [
  ['of PostgreSQL 18', 'SELECT count(*), bit_xor(hashtidextended(ctid, hashxid(xmin)::bigint)) FROM people'],
  [
    'of older versions',
    'SELECT count(*), bit_xor(hashtextextended(ctid::text, xmin::text::bigint)) FROM people',
  ],
] as const;

describe.each(RECIPES)('the recipe for a table %s', (_, probe) => {
  const answer = async () => answerIn((await listed(probe)).end);

  test.each([
    ['an UPDATE without effect', 'UPDATE people SET name = name WHERE id = 50'],
    ['a DELETE', 'DELETE FROM people WHERE id = 50'],
    ['a DELETE of the last row', 'DELETE FROM people WHERE id = 100'],
    ['an INSERT', "INSERT INTO people VALUES (101, 'New')"],
    [
      'a DELETE and an INSERT of the same row',
      "DELETE FROM people WHERE id = 5; INSERT INTO people VALUES (5, 'Person 5')",
    ],
    ['a TRUNCATE', 'TRUNCATE people'],
    [
      'a reload',
      "BEGIN; TRUNCATE people; INSERT INTO people SELECT i, 'Person ' || i FROM generate_series(1, 100) AS i; COMMIT",
    ],
  ])('changes after %s', async (_name, change) => {
    const before = await answer();
    await postgres.query(change);
    expect(await answer()).not.toEqual(before);
  });

  test.each([
    ['a ROLLBACK', "BEGIN; UPDATE people SET name = 'x'; DELETE FROM people WHERE id = 1; ROLLBACK"],
    ['SELECT FOR UPDATE', 'BEGIN; SELECT * FROM people FOR UPDATE; COMMIT'],
    ['ANALYZE', 'ANALYZE people'],
  ])('is the same after %s', async (_name, statement) => {
    const before = await answer();
    await postgres.query(statement);
    expect(await answer()).toEqual(before);
  });

  test('is the same after VACUUM FREEZE, also of dead rows', async () => {
    await postgres.query(
      "UPDATE people SET name = 'y' WHERE id % 2 = 0; DELETE FROM people WHERE id % 3 = 0",
    );
    const before = await answer();
    await postgres.query('VACUUM (FREEZE) people');
    expect(await answer()).toEqual(before);
  });

  test('does not see what another session has not committed', async () => {
    const before = await answer();
    const client = new pg.Client({ connectionString: postgres.url() });
    await client.connect();
    await client.query("BEGIN; INSERT INTO people VALUES (101, 'New')");
    expect(await answer()).toEqual(before);
    await client.query('COMMIT');
    await client.end();
    expect(await answer()).not.toEqual(before);
  });
});

test('the recipe for partitions changes when a row moves to the same place of another partition', async () => {
  await postgres.query(`
    CREATE TABLE IF NOT EXISTS parted (id int, part int) PARTITION BY LIST (part);
    CREATE TABLE IF NOT EXISTS parted_1 PARTITION OF parted FOR VALUES IN (1);
    CREATE TABLE IF NOT EXISTS parted_2 PARTITION OF parted FOR VALUES IN (2);
    INSERT INTO parted VALUES (1, 1), (2, 2)`);
  const answerOf = async (probe: string) =>
    answerIn((await listed(probe, undefined, { query: 'SELECT * FROM parted' })).end);
  const recipe =
    'SELECT count(*), bit_xor(hashtidextended(ctid, hashxid(xmin)::bigint # tableoid::bigint)) FROM parted';
  const before = await answerOf(recipe);
  await postgres.query('UPDATE parted SET part = 3 - part');
  expect(await answerOf(recipe)).not.toEqual(before);
});
