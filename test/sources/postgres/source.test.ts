import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { sourceContract } from '../../contracts/source.contract.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { failureOf, listQuery, postgresSource } from '../../support/databases/postgres-source.ts';
import { textsOf, type RowTexts } from '../../support/files/read-rows.ts';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.stop();
});

const numbered = (rows: number) =>
  `SELECT i AS id, 'row ' || i AS name FROM generate_series(1, ${rows}) AS i`;

sourceContract('A Postgres query', {
  make: (rows) => Promise.resolve(postgresSource(postgres.url(), numbered(rows))),
});

sourceContract('A Postgres delta query', {
  make: (rows) =>
    Promise.resolve(
      postgresSource(postgres.url(), `SELECT * FROM (${numbered(rows)}) AS t WHERE id >= :watermark`, {
        watermarkField: 'id',
      }),
    ),
});

/** Waits until the server shows no session of the source. */
async function sessionsGone(): Promise<void> {
  for (;;) {
    const rows = await postgres.query(
      `SELECT query FROM pg_stat_activity WHERE application_name = 'gemini-sync-bridge'`,
    );
    if (rows.length === 0) return;
  }
}

describe('a listing', () => {
  test('is a snapshot: what others insert, change and delete meanwhile is not seen', async () => {
    await postgres.query(`
      CREATE TABLE moving (id int PRIMARY KEY, state text);
      INSERT INTO moving SELECT i, 'old' FROM generate_series(1, 120000) AS i`);
    const rows: RowTexts[] = [];
    let batches = 0;
    const source = postgresSource(postgres.url(), 'SELECT id, state FROM moving ORDER BY id');
    for await (const batch of source.read(undefined, new AbortController().signal)) {
      rows.push(...textsOf(batch));
      batches += 1;
      if (batches === 1) {
        await postgres.query(`
          DELETE FROM moving WHERE id > 100000;
          UPDATE moving SET state = 'new';
          INSERT INTO moving VALUES (0, 'new'), (200000, 'new')`);
      }
    }
    expect(rows).toHaveLength(120_000);
    expect(rows.at(-1)).toEqual({ id: '120000', state: 'old' });
    expect(new Set(rows.map(({ state }) => state))).toEqual(new Set(['old']));
  });

  test('goes on over several fetches from the cursor, of which the last may be full or empty', async () => {
    for (const count of [49_999, 50_000, 50_001, 100_000]) {
      const { rows } = await listQuery(postgres.url(), `SELECT generate_series(1, ${count}) AS id`);
      expect(rows).toHaveLength(count);
      expect(new Set(rows.map(({ id }) => id)).size).toBe(count);
    }
  });

  test('cannot write, not even through a function', async () => {
    await postgres.query(`
      CREATE TABLE written (id int);
      CREATE FUNCTION writes() RETURNS int LANGUAGE sql AS 'INSERT INTO written VALUES (1) RETURNING id'`);
    for (const query of [
      'SELECT writes() AS id',
      'INSERT INTO written VALUES (1) RETURNING id',
      'WITH gone AS (DELETE FROM moving RETURNING id) SELECT id FROM gone',
      `SELECT set_config('transaction_read_only', 'off', true) AS id, writes() AS n`,
    ]) {
      const error = await failureOf(() => listQuery(postgres.url(), query));
      expect(error.message).toMatch(/read-only transaction|read-write mode/);
      expect(error.code).toMatch(/^SOURCE_/);
    }
    expect(await postgres.query('SELECT * FROM written')).toEqual([]);
  });

  test('of a query without columns still counts its rows', async () => {
    const source = postgresSource(postgres.url(), 'SELECT FROM generate_series(1, 3)');
    for await (const batch of source.read(undefined, new AbortController().signal)) {
      expect([batch.columns, batch.count]).toEqual([[], 3]);
    }
  });

  test('says goodbye, so that the server logs no lost connection', async () => {
    const url = await postgres.createDatabase('quiet');
    await listQuery(url, numbered(5_000));
    await sessionsGone();
    expect(
      await postgres.query(
        `SELECT sessions, sessions_abandoned AS lost FROM pg_stat_database WHERE datname = 'quiet'`,
      ),
    ).toEqual([{ sessions: '1', lost: '0' }]);
  });
});

describe('a query', () => {
  test.each([
    'SELECT 1 AS id;',
    'SELECT 1 AS id ; \n ; ',
    'SELECT 1 AS id -- the only one',
    'SELECT 1 AS id; -- the only one;',
    'SELECT 1 AS id /* the; only */ ; /* one */',
    "SELECT 1 AS id WHERE ';' = ';' -- 'quoted",
    'WITH one AS (SELECT 1 AS id) SELECT id FROM one;',
    'VALUES (1)',
    'TABLE single',
  ])('may be %j', async (query) => {
    await postgres.query('CREATE TABLE IF NOT EXISTS single AS SELECT 1 AS id');
    const { rows } = await listQuery(postgres.url(), query);
    expect(rows.map((row) => Object.values(row))).toEqual([['1']]);
  });

  test.each([
    'SELECT id FROM single WHERE id > :watermark;',
    'SELECT id FROM single WHERE id > :watermark -- comment',
    'SELECT id FROM single WHERE id > :watermark; -- comment',
    "SELECT id FROM single WHERE id > :WATERMARK::int AND ':watermark' <> '' /* :watermark */",
    'WITH few AS (SELECT id FROM single WHERE id > :watermark) SELECT id FROM few;',
  ])('with a watermark may be %j', async (query) => {
    const { rows, end } = await listQuery(postgres.url(), query, { watermarkField: 'id' });
    expect(rows).toEqual([{ id: '1' }]);
    expect(end).toEqual({ checkpoint: '1', truncated: false });
  });

  test.each([
    ['two statements', 'SELECT 1 AS id; SELECT 2 AS id', 'multiple commands'],
    ['a way out of the transaction', 'COMMIT; DROP TABLE single', 'multiple commands'],
    ['nothing', ' -- nothing\n', 'returns no rows at all'],
    ['no listing', 'COMMIT', 'returns no rows at all'],
    ['a statement that returns nothing', 'DELETE FROM single', 'returns no rows at all'],
    ['two columns of one name', 'SELECT 1 AS id, 2 AS name, 3 AS id', 'more than one column named "id"'],
    ['two pairs of such', 'SELECT 1 AS a, 2 AS b, 3 AS a, 4 AS b, 5 AS a', 'named "a", "b"'],
    [
      'a join with the watermark twice',
      'SELECT a.id, b.id FROM single a, single b WHERE a.id > :watermark',
      'more than one column named "id"',
    ],
  ])('may not be %s', async (_, query, words) => {
    const error = await failureOf(() => listQuery(postgres.url(), query, { watermarkField: 'id' }));
    expect(error).toMatchObject({ code: 'SOURCE_QUERY_INVALID', message: expect.stringContaining(words) });
    expect(error.hint).toEqual(expect.any(String));
    expect(await postgres.query('SELECT * FROM single')).toEqual([{ id: 1 }]);
  });

  test.each([
    [
      'an unknown table',
      'SELECT id\nFROM  nowhere',
      'relation "nowhere" does not exist',
      2,
      7,
      'FROM  nowhere',
    ],
    [
      'an unknown column',
      'SELECT nme FROM (SELECT 1 AS name) AS t',
      'Perhaps you meant to reference the column "t.name"',
      1,
      8,
      'SELECT nme FROM (SELECT 1 AS name) AS t',
    ],
    ['a syntax error', 'SELECT 1 AS id\n\n  FORM x y', 'syntax error at or near "FORM"', 3, 3, 'FORM x y'],
    ['an end too soon', 'SELECT 1 AS id FROM', 'syntax error at end of input', 1, 20, 'SELECT 1 AS id FROM'],
    [
      'an unknown function after an emoji',
      `SELECT '😀', nope()`,
      'function nope()',
      1,
      13,
      `SELECT '😀', nope()`,
    ],
    [
      'an unknown column after the watermark',
      'SELECT id FROM single WHERE id > :watermark AND nope',
      'column "nope" does not exist',
      1,
      49,
      'SELECT id FROM single WHERE id > :watermark AND nope',
    ],
  ])(
    'with %s fails in the words of the database, with the position',
    async (_, query, words, line, column, text) => {
      const error = await failureOf(() => listQuery(postgres.url(), query, { watermarkField: 'id' }));
      expect(error.code).toBe('SOURCE_QUERY_INVALID');
      expect(error.message).toContain(words);
      expect(error.message).toContain(`(query line ${line}, column ${column}: ${text})`);
      expect(error.hint).toContain('spec.source.query');
    },
  );

  test('that fails at a late row fails in the words of the database', async () => {
    const source = postgresSource(
      postgres.url(),
      'SELECT 1 / (30000 - i) AS id FROM generate_series(1, 40000) AS i',
    );
    let rows = 0;
    const error = await failureOf(async () => {
      for await (const batch of source.read(undefined, new AbortController().signal)) {
        rows += batch.count;
        expect(batch.end).toBeUndefined();
      }
    });
    expect(error).toMatchObject({
      code: 'SOURCE_REFUSED',
      message: expect.stringContaining('division by zero'),
    });
    expect(rows).toBeLessThan(30_000);
    await sessionsGone();
  });

  test('may be asked only by a user who may read', async () => {
    await postgres.query(
      `CREATE ROLE stranger LOGIN PASSWORD 'strange-secret'; CREATE TABLE closed (id int)`,
    );
    const url = `postgres://stranger:strange-secret@${postgres.host}:${postgres.port}/postgres`;
    const error = await failureOf(() => listQuery(url, 'SELECT id FROM closed'));
    expect(error).toMatchObject({
      code: 'SOURCE_PERMISSION',
      message: expect.stringContaining('permission denied for table closed'),
      hint: expect.stringContaining('SELECT'),
    });
  });

  describe('from which a policy hides rows', () => {
    const tenant = () => `postgres://tenant:tenant@${postgres.host}:${postgres.port}/postgres`;
    beforeAll(async () => {
      await postgres.query(`CREATE ROLE tenant LOGIN PASSWORD 'tenant';
        CREATE TABLE accounts AS SELECT i AS id, i % 2 = 0 AS ours FROM generate_series(1, 10) AS i;
        CREATE VIEW own_view AS SELECT id FROM accounts;
        CREATE VIEW caller_view WITH (security_invoker) AS SELECT id FROM accounts;
        GRANT SELECT ON accounts, own_view, caller_view TO tenant;
        ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
        CREATE POLICY even ON accounts FOR SELECT USING (ours)`);
    });

    test.each([
      'SELECT id FROM accounts',
      'SELECT id FROM caller_view',
      'SELECT count(*) AS id FROM accounts',
    ])('is refused by a run and by doctor, and says what to do: %s', async (query) => {
      const refused = {
        code: 'SOURCE_PERMISSION',
        message: expect.stringContaining('row-level security'),
        hint: expect.stringContaining('rowLevelSecurity: allow'),
      };
      expect(await failureOf(() => listQuery(tenant(), query))).toMatchObject(refused);
      const source = postgresSource(tenant(), query);
      expect(await failureOf(() => source.columns(new AbortController().signal))).toMatchObject(refused);
    });

    test('lists what the user may see when the connector allows it', async () => {
      const listing = await listQuery(tenant(), 'SELECT id FROM accounts', { rowLevelSecurity: 'allow' });
      expect(listing.rows).toHaveLength(5);
    });

    test('lists every row of a view whose owner sees them, and for a user who bypasses policies', async () => {
      expect((await listQuery(tenant(), 'SELECT id FROM own_view')).rows).toHaveLength(10);
      await postgres.query('ALTER ROLE tenant BYPASSRLS');
      expect((await listQuery(tenant(), 'SELECT id FROM accounts')).rows).toHaveLength(10);
    });
  });

  test('that takes longer than allowed is stopped', async () => {
    const error = await failureOf(() =>
      listQuery(postgres.url(), 'SELECT pg_sleep(600)::text AS id', { statementTimeoutSeconds: 1 }),
    );
    expect(error).toMatchObject({
      code: 'SOURCE_TIMEOUT',
      hint: expect.stringContaining('statementTimeoutSeconds'),
    });
    await sessionsGone();
  });
});

describe('the columns of a query', () => {
  const never = new AbortController().signal;
  const columnsOf = async (query: string, options = {}, url = postgres.url()) => {
    const source = postgresSource(url, query, options);
    return (await source.columns(never)).map(({ name }) => name);
  };

  test.each([
    'SELECT 1 AS id;',
    'SELECT 1 AS id; -- the only one;',
    'WITH one AS (SELECT 1 AS id) SELECT id FROM one;',
    'TABLE numbers',
  ])('are told for %j', async (query) => {
    await postgres.query('CREATE TABLE IF NOT EXISTS numbers (id int)');
    expect(await columnsOf(query)).toEqual(['id']);
  });

  test('are told without the query being run', async () => {
    await postgres.query(`
      CREATE SEQUENCE runs;
      CREATE TABLE untouched (id int)`);
    expect(await columnsOf("SELECT nextval('runs') AS id, pg_sleep(3600) AS wait")).toEqual(['id', 'wait']);
    expect(await columnsOf('INSERT INTO untouched VALUES (1) RETURNING id')).toEqual(['id']);
    const [state] = await postgres.query('SELECT is_called, (SELECT count(*) FROM untouched) AS n FROM runs');
    expect(state).toEqual({ is_called: false, n: '0' });
    await sessionsGone();
  });

  test('are kept from a user who may log in and not read', async () => {
    await postgres.query(`
      CREATE TABLE secret (id int);
      CREATE ROLE nosy LOGIN PASSWORD 'nosy'`);
    const url = `postgres://nosy:nosy@${postgres.host}:${postgres.port}/postgres`;
    const error = await failureOf(() => columnsOf('SELECT id FROM secret', {}, url));
    expect(error).toMatchObject({ code: 'SOURCE_PERMISSION' });
  });

  test('are refused for a query that the database does not take', async () => {
    const error = await failureOf(() => columnsOf('SELECT id FROM not_there'));
    expect(error).toMatchObject({ code: 'SOURCE_QUERY_INVALID' });
  });

  test('are told for a delta query, if its watermark is one', async () => {
    await postgres.query('CREATE TABLE news (id int, at timestamptz, flag boolean)');
    const query = 'SELECT id, at, flag FROM news WHERE at > :watermark';
    expect(await columnsOf(query, { watermarkField: 'at' })).toEqual(['id', 'at', 'flag']);
    const other = 'SELECT id, at, flag FROM news WHERE flag > :watermark';
    expect(await failureOf(() => columnsOf(other, { watermarkField: 'flag' }))).toMatchObject({
      code: 'NOT_SUPPORTED',
    });
    expect(await failureOf(() => columnsOf(query, { watermarkField: 'gone' }))).toMatchObject({
      code: 'SOURCE_COLUMN_MISSING',
    });
  });

  test('are given up when the signal ends, however long the server takes', async () => {
    await postgres.query('CREATE TABLE locked (id int)');
    const holder = new pg.Client({ connectionString: postgres.url() });
    await holder.connect();
    await holder.query('BEGIN; LOCK TABLE locked');
    const ending = new AbortController();
    const asking = postgresSource(postgres.url(), 'SELECT id FROM locked').columns(ending.signal);
    const reason = new Error('enough');
    for (;;) {
      const waiting = `SELECT 1 FROM pg_stat_activity
        WHERE application_name = 'gemini-sync-bridge' AND wait_event_type = 'Lock'`;
      if ((await postgres.query(waiting)).length > 0) break;
    }
    ending.abort(reason);
    await expect(asking).rejects.toBe(reason);
    await holder.end();
    await sessionsGone();
  });
});
