import { systemClock } from '../../../src/core/time/clock.ts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import pg from 'pg';
import { sourceContract } from '../../contracts/source.contract.ts';
import { BATCH_ROWS_MAX } from '../../../src/sources/limits.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { failureOf, postgresSource, type SourceOptions } from '../../support/databases/postgres-source.ts';
import { readAll, textsOf, type RowTexts } from '../../support/files/read-rows.ts';

const TWO: SourceOptions = { connections: 2 };
const never = new AbortController().signal;

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres({ settings: { deadlock_timeout: '50ms' } });
});
afterAll(async () => {
  await postgres.stop();
});

const numbered = (rows: number) =>
  `SELECT i AS id, 'row ' || i AS name FROM generate_series(1, ${rows}) AS i`;

sourceContract('A Postgres query through two connections', {
  make: (rows) => Promise.resolve(postgresSource(postgres.url(), numbered(rows), TWO)),
});

const twice = (query: string, ids?: string[]) => postgresSource(postgres.url(), query, TWO, systemClock, ids);
const single = (query: string) => postgresSource(postgres.url(), query);

function sorted(rows: readonly RowTexts[]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}

const BACKENDS = `SELECT pid, query, wait_event FROM pg_stat_activity
  WHERE application_name = 'gemini-sync-bridge' AND state = 'active' ORDER BY backend_start`;

async function backends(count: number): Promise<number[]> {
  for (;;) {
    const rows = await postgres.query(BACKENDS);
    if (rows.length === count) return rows.map(({ pid }) => Number(pid));
  }
}

async function sessionsGone(): Promise<void> {
  for (;;) {
    const rows = await postgres.query(
      `SELECT 1 FROM pg_stat_activity WHERE application_name = 'gemini-sync-bridge'`,
    );
    if (rows.length === 0) return;
  }
}

/** The number of rows that each session sends. */
async function halfSizes(query: string, ids?: string[]): Promise<number[]> {
  await postgres.query('SELECT pg_stat_reset()');
  const sizes = new Map<string, number>();
  for await (const batch of twice(query.replace('SELECT ', 'SELECT pg_backend_pid() AS backend, '), ids).read(
    undefined,
    never,
  )) {
    for (const { backend } of textsOf(batch)) sizes.set(backend ?? '', (sizes.get(backend ?? '') ?? 0) + 1);
  }
  return [...sizes.values()];
}

describe('the two halves of a listing', () => {
  test.each([
    ['numbers', 'SELECT i AS id FROM generate_series(1, 6000) AS i', ['id']],
    ['texts', `SELECT 'Ünï ' || i AS id FROM generate_series(1, 6000) AS i`, ['id']],
    ['uuids', 'SELECT md5(i::text)::uuid AS id FROM generate_series(1, 6000) AS i', ['id']],
    [
      'times',
      `SELECT timestamptz '2024-01-01Z' + i * interval '1 s' AS id FROM generate_series(1, 6000) AS i`,
      ['id'],
    ],
    ['JSON', `SELECT json_build_object('a', i) AS id FROM generate_series(1, 6000) AS i`, ['id']],
    ['two equal columns', 'SELECT i AS a, i AS b FROM generate_series(1, 6000) AS i', ['a', 'b']],
    ['quoted columns', 'SELECT i AS "a""; b", 1 AS "Ü" FROM generate_series(1, 6000) AS i', ['a"; b', 'Ü']],
  ])('are about the same size, disjoint and complete for ids that are %s', async (_, query, ids) => {
    const expected = await readAll(single(query));
    const { rows, columns, end } = await readAll(twice(query, ids));
    expect(sorted(rows)).toEqual(sorted(expected.rows));
    expect({ columns, end }).toEqual({ columns: expected.columns, end: expected.end });
    const sizes = await halfSizes(query, ids);
    expect(sizes).toHaveLength(2);
    expect(Math.min(...sizes)).toBeGreaterThan(2_700);
  });

  test('have each row once, whatever the ids', async () => {
    await postgres.query('CREATE TABLE any_ids (a text, b int, c uuid)');
    const text = fc.option(fc.string({ unit: 'grapheme', maxLength: 8 }).filter((id) => !id.includes('\0')));
    const row = fc.tuple(text, fc.option(fc.integer({ min: -9, max: 9 })), fc.option(fc.uuid()));
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 40 }),
        fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }),
        async (rows, ids) => {
          await postgres.query('TRUNCATE any_ids');
          const values = JSON.stringify(rows.map(([a, b, c]) => ({ a, b, c }))).replaceAll("'", "''");
          await postgres.query(
            `INSERT INTO any_ids SELECT * FROM json_populate_recordset(NULL::any_ids, '${values}')`,
          );
          const query = 'SELECT a, b, c FROM any_ids';
          expect(sorted((await readAll(twice(query, ids))).rows)).toEqual(
            sorted((await readAll(single(query))).rows),
          );
        },
      ),
      { numRuns: 25 },
    );
  });

  test('keep rows with the same id together, in the order of the query', async () => {
    const query = 'SELECT i % 10 AS id, i AS n FROM generate_series(1, 20000) AS i ORDER BY i';
    const { rows } = await readAll(twice(query));
    for (let id = 0; id < 10; id++) {
      const numbers = rows.filter((row) => row['id'] === String(id)).map(({ n }) => Number(n));
      expect(numbers).toHaveLength(2_000);
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    }
  });

  test.each([0, 1, 2, 2 * BATCH_ROWS_MAX, 100_000])('end once, for %d rows', async (count) => {
    let rows = 0;
    let ends = 0;
    for await (const batch of twice(numbered(count)).read(undefined, never)) {
      expect(ends).toBe(0);
      rows += batch.count;
      if (batch.end !== undefined) ends += 1;
    }
    expect([rows, ends]).toEqual([count, 1]);
  });

  test('are of one snapshot: what others commit meanwhile is not seen', async () => {
    await postgres.query(`
      CREATE TABLE moving (id int PRIMARY KEY, state text);
      INSERT INTO moving SELECT i, 'old' FROM generate_series(1, 120000) AS i`);
    const rows: RowTexts[] = [];
    let batches = 0;
    for await (const batch of twice('SELECT id, state FROM moving').read(undefined, never)) {
      rows.push(...textsOf(batch));
      batches += 1;
      if (batches === 1) {
        await postgres.query(`
          DELETE FROM moving WHERE id > 100000;
          UPDATE moving SET state = 'new';
          INSERT INTO moving VALUES (0, 'new'), (200000, 'new')`);
      }
    }
    expect(new Set(rows.map(({ id }) => id)).size).toBe(120_000);
    expect(rows).toHaveLength(120_000);
    expect(new Set(rows.map(({ state }) => state))).toEqual(new Set(['old']));
  });

  test('are of the snapshot of the first connection, whatever was committed before the second one connected', async () => {
    await postgres.query(`CREATE TABLE gate (id int);
      CREATE TABLE earlier AS SELECT i AS id, 'old' AS state FROM generate_series(1, 1000) AS i`);
    const holder = new pg.Client({ connectionString: postgres.url() });
    await holder.connect();
    await holder.query('BEGIN; LOCK TABLE gate');
    const reading = readAll(twice('SELECT id, state FROM earlier WHERE NOT EXISTS (SELECT FROM gate)'));
    const waiting = `SELECT 1 FROM pg_stat_activity
      WHERE application_name = 'gemini-sync-bridge' AND wait_event_type = 'Lock'`;
    for (;;) {
      if ((await postgres.query(waiting)).length > 0) break;
    }
    await postgres.query(`UPDATE earlier SET state = 'new'; DELETE FROM earlier WHERE id > 500`);
    await holder.query('COMMIT');
    await holder.end();
    const { rows } = await reading;
    expect(rows).toHaveLength(1_000);
    expect(new Set(rows.map(({ state }) => state))).toEqual(new Set(['old']));
  });

  test('have the same settings, so that values have one form', async () => {
    await postgres.query(`CREATE ROLE odd LOGIN PASSWORD 'odd';
      ALTER ROLE odd SET TimeZone = 'Asia/Tokyo'; ALTER ROLE odd SET DateStyle = 'SQL, DMY';
      ALTER ROLE odd SET extra_float_digits = -5; ALTER ROLE odd SET bytea_output = 'escape'`);
    const query = `SELECT i AS id, timestamptz '2024-01-02 03:04:05Z' AS t, date '2024-01-02' AS d,
      0.1::float8 + 0.2 AS f, '\\x00ff'::bytea AS b FROM generate_series(1, 200) AS i`;
    const url = `postgres://odd:odd@${postgres.host}:${postgres.port}/postgres`;
    const { rows } = await readAll(postgresSource(url, query, TWO));
    const { rows: expected } = await readAll(single(query));
    expect(sorted(rows)).toEqual(sorted(expected));
  });
});

describe('a query for two connections', () => {
  test.each([
    'SELECT 1 AS id;',
    'SELECT 1 AS id -- the only one',
    'SELECT 1 AS id /* the; only */ ; -- one',
    'WITH one AS (SELECT 1 AS id) SELECT id FROM one ORDER BY id;',
    'TABLE single',
    'SELECT id FROM single UNION SELECT 1 ORDER BY 1 LIMIT 5',
    `SELECT 1 AS id, 'text' AS text, NULL AS nothing`,
  ])('may be %j', async (query) => {
    await postgres.query('CREATE TABLE IF NOT EXISTS single AS SELECT 1 AS id');
    expect((await readAll(twice(query))).rows).toEqual((await readAll(single(query))).rows);
  });

  test('that cannot be part of another query is refused by a run and by doctor', async () => {
    const refused = {
      code: 'SOURCE_QUERY_INVALID',
      message: expect.stringContaining('cannot be divided between two connections'),
      hint: expect.stringContaining('Remove spec.source.connections'),
    };
    const query = `WITH gone AS (DELETE FROM single RETURNING id) SELECT id FROM gone`;
    expect(await failureOf(() => readAll(twice(query)))).toMatchObject(refused);
    const shown = 'SHOW server_version';
    expect(await failureOf(() => readAll(twice(shown, ['server_version'])))).toMatchObject(refused);
    await sessionsGone();
  });

  test('with an error has the position in the query of the connector', async () => {
    const error = await failureOf(() => readAll(twice('SELECT id\nFROM nowhere')));
    expect(error).toMatchObject({ code: 'SOURCE_QUERY_INVALID' });
    expect(error.message).toContain('(query line 2, column 6: FROM nowhere)');
  });

  test('without the column of the id lists its rows, so that the run reports the column', async () => {
    const { columns, rows } = await readAll(twice('SELECT 1 AS other', ['id']));
    expect([columns.map(({ name }) => name), rows]).toEqual([['other'], [{ other: '1' }]]);
  });

  test('has its columns told by doctor, which checks that a snapshot can be exported', async () => {
    const columns = await twice('SELECT 1 AS id, 2 AS n').columns(never);
    expect(columns.map(({ name }) => name)).toEqual(['id', 'n']);
    const url = await postgres.createDatabase('no_export');
    await postgres.query(`REVOKE EXECUTE ON FUNCTION pg_export_snapshot() FROM public`, 'no_export');
    await postgres.query(`CREATE ROLE plain LOGIN PASSWORD 'plain'`);
    const refused = {
      code: 'SOURCE_REFUSED',
      message: expect.stringContaining('does not export its snapshot'),
      hint: expect.stringContaining('Remove spec.source.connections'),
    };
    const source = () => postgresSource(url.replace(/\/\/[^@]*@/, '//plain:plain@'), numbered(1), TWO);
    expect(await failureOf(() => source().columns(never))).toMatchObject(refused);
    expect(await failureOf(() => readAll(source()))).toMatchObject(refused);
  });
});

describe('two connections that lead to different servers', () => {
  test('are refused, as by a load balancer', async () => {
    const other = await startPostgres({ password: postgres.password });
    const ports = [postgres.port, other.port];
    const balancer = createServer((socket) => {
      const server = connect(ports.shift() ?? 0, '127.0.0.1');
      for (const [from, to] of [
        [socket, server],
        [server, socket],
      ] as const) {
        from.pipe(to).on('error', () => from.destroy());
      }
    }).listen(0, '127.0.0.1');
    await once(balancer, 'listening');
    const address = new URL(postgres.url());
    address.port = String((balancer.address() as AddressInfo).port);
    const error = await failureOf(() => readAll(postgresSource(address.href, numbered(5), TWO)));
    balancer.close();
    await other.stop();
    expect(error).toMatchObject({
      code: 'SOURCE_REFUSED',
      message: expect.stringContaining('cannot use the snapshot of the first one'),
      hint: expect.stringContaining('remove spec.source.connections'),
    });
    await sessionsGone();
  });
});

/** In the select list the function is not materialized before the first row. */
const ENDLESS = `SELECT generate_series(1, 1000000000) AS id, repeat('x', 1000) AS pad`;

async function firstBatch(signal = never) {
  await sessionsGone();
  const source = twice(ENDLESS);
  const batches = source.read(undefined, signal)[Symbol.asyncIterator]();
  await batches.next();
  const drain = async () => {
    while ((await batches.next()).done !== true);
  };
  return { source, batches, drain };
}

describe('in the middle of a listing through two connections', () => {
  test('an abort ends both sessions', async () => {
    const abort = new AbortController();
    const { drain } = await firstBatch(abort.signal);
    const reason = new Error('enough');
    abort.abort(reason);
    await expect(drain()).rejects.toBe(reason);
    await sessionsGone();
  });

  test('an abort cancels both queries, even if they have sent nothing yet', async () => {
    const abort = new AbortController();
    const reading = readAll(twice(`SELECT pg_sleep(3600)::text AS id`), undefined, abort.signal);
    const failed = reading.catch((error: unknown) => error);
    await backends(2);
    abort.abort(new Error('enough'));
    expect(await failed).toMatchObject({ message: 'enough' });
    await sessionsGone();
  });

  test.each([0, 1])('the end of session %d by an administrator ends the other one', async (index) => {
    const { drain } = await firstBatch();
    const pids = await backends(2);
    await postgres.query(`SELECT pg_terminate_backend(${String(pids[index])})`);
    expect(await failureOf(drain)).toMatchObject({
      code: 'SOURCE_LOST',
      hint: expect.stringContaining('Nothing was committed'),
    });
    await sessionsGone();
  });

  test('the failure of one half cancels the other one, even if it has sent nothing yet', async () => {
    const reading = failureOf(() => readAll(twice(`SELECT pg_sleep(3600)::text AS id`)));
    const pids = await backends(2);
    await postgres.query(`SELECT pg_terminate_backend(${String(pids[1])})`);
    expect(await reading).toMatchObject({ code: 'SOURCE_LOST' });
    await sessionsGone();
  });

  test('an error in one row fails the listing', async () => {
    const query = 'SELECT i AS id, 1 / (30000 - i) AS n FROM generate_series(1, 40000) AS i';
    expect(await failureOf(() => readAll(twice(query)))).toMatchObject({
      code: 'SOURCE_REFUSED',
      message: expect.stringContaining('division by zero'),
    });
    await sessionsGone();
  });

  test('leaving the loop, or closing, leaves no session', async () => {
    const { batches } = await firstBatch();
    await batches.return(undefined);
    await sessionsGone();
    const { source, drain } = await firstBatch();
    await source.close();
    await sessionsGone();
    expect(await failureOf(drain)).toMatchObject({ code: 'SOURCE_LOST' });
  });

  test('both sessions say goodbye, so that the server logs no lost connection', async () => {
    const url = await postgres.createDatabase('quiet');
    await readAll(postgresSource(url, numbered(5_000), TWO));
    await sessionsGone();
    expect(
      await postgres.query(
        `SELECT sessions, sessions_abandoned AS lost FROM pg_stat_database WHERE datname = 'quiet'`,
      ),
    ).toEqual([{ sessions: '2', lost: '0' }]);
  });
});
