import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { TdsError } from '../../stand-ins/tds/answer.ts';
import { TnsError } from '../../stand-ins/tns/answer.ts';
import { describeOnMariadb } from '../../support/databases/mariadb.ts';
import { startMariadb, type TestMariadb } from '../../support/databases/mariadb-server.ts';
import { mysqlSource } from '../../support/databases/mysql-source.ts';
import { oracleSource, startOracle } from '../../support/databases/oracle-server.ts';
import { failureOf } from '../../support/databases/postgres-source.ts';
import { mssqlSource, startSqlServer } from '../../support/databases/sql-server.ts';
import { readAll } from '../../support/files/read-rows.ts';

const QUERY = 'SELECT id, name FROM people';
const UNCHANGED = { checkpoint: undefined, truncated: false, unchanged: true };
const clock = { now: () => new Date('2026-01-01T00:00:00Z') };
const never = () => new AbortController().signal;
const FIELD = /^The probe of spec\.source\.unchangedQuery failed\. /;

const answerIn = (checkpoint: string | undefined) => {
  const { answer } = JSON.parse(checkpoint ?? '') as { readonly answer: unknown };
  return answer;
};

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

describeOnMariadb('a probe of a real MariaDB', () => {
  let mariadb: TestMariadb;
  beforeAll(async () => {
    mariadb = await startMariadb();
  });
  afterAll(async () => {
    await mariadb.stop();
  });
  beforeEach(async () => {
    await mariadb.query(
      'DROP TABLE IF EXISTS people',
      `CREATE TABLE people (id INT PRIMARY KEY, name TEXT, updated_at TIMESTAMP(6) NOT NULL
        DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6))`,
      "INSERT INTO people (id, name) SELECT seq, CONCAT('Person ', seq) FROM seq_1_to_100",
    );
  });

  const RECIPE = "SELECT COUNT(*), MAX(updated_at), SUM(CRC32(CONCAT_WS('#', id, updated_at))) FROM people";
  const sourceOf = (unchangedQuery: string, options = {}) =>
    mysqlSource(mariadb.url(), QUERY, { unchangedQuery, ...options }, clock);

  test('reads no row when its answer is the same, and every row otherwise', async () => {
    const first = await readAll(sourceOf(RECIPE));
    expect(first.rows).toHaveLength(100);
    expect(answerIn(first.end.checkpoint)).toEqual(['100', expect.any(String), expect.any(String)]);
    const second = await readAll(sourceOf(RECIPE), first.end.checkpoint);
    expect(second).toEqual({ ...first, rows: [], json: [], end: UNCHANGED });
    await mariadb.query('DELETE FROM people WHERE id = 1');
    expect((await readAll(sourceOf(RECIPE), first.end.checkpoint)).rows).toHaveLength(99);
  });

  test.each([
    ['an UPDATE', "UPDATE people SET name = 'x' WHERE id = 50"],
    ['a DELETE', 'DELETE FROM people WHERE id = 50'],
    ['an INSERT', "INSERT INTO people (id, name) VALUES (101, 'New')"],
    [
      'an id that changes, and nothing else',
      'UPDATE people SET id = 500, updated_at = updated_at WHERE id = 50',
    ],
  ])('has another answer after %s', async (_, change) => {
    const { end } = await readAll(sourceOf(RECIPE));
    await mariadb.query(change);
    expect((await readAll(sourceOf(RECIPE), end.checkpoint)).rows.length).toBeGreaterThan(0);
  });

  test('has the same answer after a rollback', async () => {
    const { end } = await readAll(sourceOf(RECIPE));
    await mariadb.query('START TRANSACTION', 'DELETE FROM people', 'ROLLBACK');
    expect((await readAll(sourceOf(RECIPE), end.checkpoint)).end).toEqual(UNCHANGED);
  });

  test.each([
    ['SELECT id FROM people WHERE id < 0', 'returned no row'],
    ['SELECT id FROM people', 'returned more than one row'],
    ['SELECT seq FROM seq_1_to_1000000', 'returned more than one row'],
    ['COMMIT', 'is not a query: it returns no columns'],
  ])('must return one row: %s', async (probe, what) => {
    const error = await failureOf(() => readAll(sourceOf(probe)));
    expect(error).toMatchObject({ code: 'SOURCE_PROBE_INVALID', message: expect.stringContaining(what) });
  });

  test('that is invalid names its field, and columns() finds it', async () => {
    const source = () => sourceOf('SELECT COUNT(*) FROM nowhere');
    for (const use of [() => readAll(source()), () => source().columns(never())]) {
      expect(await failureOf(use)).toMatchObject({
        code: 'SOURCE_QUERY_INVALID',
        message: expect.stringMatching(FIELD),
        hint: expect.not.stringContaining('spec.source.query'),
      });
    }
    expect(await failureOf(() => sourceOf('COMMIT').columns(never()))).toMatchObject({
      code: 'SOURCE_PROBE_INVALID',
    });
  });

  test('that is cancelled ends the reading', async () => {
    const stop = new AbortController();
    const reading = readAll(sourceOf('SELECT SLEEP(600)'), undefined, stop.signal);
    const failure = reading.catch((thrown: unknown) => thrown);
    const sleeping = async () => {
      const rows = await mariadb.query(
        "SELECT id FROM information_schema.processlist WHERE info = 'SELECT SLEEP(600)'",
      );
      return Array.isArray(rows) && rows.length > 0;
    };
    while (!(await sleeping()));
    stop.abort(new Error('enough'));
    expect(await failure).toEqual(new Error('enough'));
    while (await sleeping());
  });
});

describe('a probe of SQL Server', () => {
  const RECIPE = 'SELECT CHANGE_TRACKING_CURRENT_VERSION() AS version';
  const start = async (version: () => bigint | null, snapshots = true) => {
    const asked: string[] = [];
    const server = await startSqlServer({
      snapshots,
      answer: (query) => {
        asked.push(query);
        if (query.includes('nowhere')) throw new TdsError(208, "Invalid object name 'nowhere'.");
        return query === QUERY
          ? {
              columns: [
                { name: 'id', type: 'int' },
                { name: 'name', type: 'varchar', length: 50 },
              ],
              rows: () => [[1, 'Ann']],
            }
          : { columns: [{ name: 'version', type: 'bigint' }], rows: () => [[version()]] };
      },
    });
    closing.push(server.close);
    return { ...server, asked };
  };

  test.each([true, false])(
    'is read in the transaction of the listing, before it (snapshot: %s)',
    async (snapshots) => {
      let version = 7n;
      const server = await start(() => version, snapshots);
      const read = (checkpoint?: string) =>
        readAll(mssqlSource(server.url, QUERY, { unchangedQuery: RECIPE }, clock), checkpoint);
      const first = await read();
      expect(answerIn(first.end.checkpoint)).toEqual(['7']);
      // Each is described, then read.
      expect(server.asked).toEqual([RECIPE, RECIPE, QUERY, QUERY]);
      expect(server.readings).toHaveLength(2);
      expect(server.readings.every(({ inTransaction }) => inTransaction)).toBe(true);
      expect((await read(first.end.checkpoint)).end).toEqual(UNCHANGED);
      expect(server.readings).toHaveLength(3);
      version = 8n;
      expect((await read(first.end.checkpoint)).rows).toEqual([{ id: '1', name: 'Ann' }]);
    },
  );

  test('proves nothing while change tracking is off', async () => {
    const server = await start(() => null);
    const { end } = await readAll(mssqlSource(server.url, QUERY, { unchangedQuery: RECIPE }, clock));
    expect(end).toEqual({ checkpoint: undefined, truncated: false });
  });

  test('that is invalid names its field, and columns() finds it', async () => {
    const server = await start(() => 7n);
    const source = () => mssqlSource(server.url, QUERY, { unchangedQuery: 'SELECT 1 AS n FROM nowhere' });
    for (const use of [() => readAll(source()), () => source().columns(never())]) {
      expect(await failureOf(use)).toMatchObject({
        code: 'SOURCE_QUERY_INVALID',
        message: expect.stringMatching(FIELD),
      });
    }
  });
});

describe('a probe of Oracle', () => {
  const RECIPE = 'SELECT MAX(ORA_ROWSCN) AS SCN, COUNT(*) AS ROWS_ FROM people';
  const start = async (scn: () => string) => {
    const server = await startOracle({
      answer: (query) => {
        if (query.includes('nowhere')) throw new TnsError(942, 'ORA-00942: table or view does not exist');
        return query.includes('ORA_ROWSCN')
          ? {
              columns: [
                { name: 'SCN', type: 'NUMBER' },
                { name: 'ROWS_', type: 'NUMBER' },
              ],
              rows: () => [[scn(), '1']],
            }
          : {
              columns: [
                { name: 'id', type: 'NUMBER', precision: 10 },
                { name: 'name', type: 'VARCHAR2', size: 50 },
              ],
              rows: () => [['1', 'Ann']],
            };
      },
    });
    closing.push(server.close);
    return server;
  };

  test('is read in the read-only transaction of the listing, before it', async () => {
    let scn = '5000';
    const server = await start(() => scn);
    const read = (checkpoint?: string) =>
      readAll(oracleSource(server.url, QUERY, { unchangedQuery: RECIPE }, clock), checkpoint);
    const first = await read();
    expect(answerIn(first.end.checkpoint)).toEqual(['5000', '1']);
    expect(server.readings.map(({ sql }) => sql.includes('ORA_ROWSCN'))).toEqual([true, false]);
    expect(new Set(server.readings.map(({ transaction }) => transaction)).size).toBe(1);
    expect((await read(first.end.checkpoint)).end).toEqual(UNCHANGED);
    expect(server.readings).toHaveLength(3);
    scn = '5001';
    expect((await read(first.end.checkpoint)).rows).toEqual([{ id: '1', name: 'Ann' }]);
  });

  test('that is invalid names its field, and columns() finds it', async () => {
    const server = await start(() => '1');
    const source = () => oracleSource(server.url, QUERY, { unchangedQuery: 'SELECT COUNT(*) FROM nowhere' });
    for (const use of [() => readAll(source()), () => source().columns(never())]) {
      expect(await failureOf(use)).toMatchObject({
        code: 'SOURCE_QUERY_INVALID',
        message: expect.stringMatching(FIELD),
      });
    }
  });
});
