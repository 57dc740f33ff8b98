import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { failureOf, listQuery, type SourceOptions } from '../../support/databases/postgres-source.ts';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.stop();
});

/** The ids that a delta query lists, and the checkpoint it ends with. */
async function delta(
  table: string,
  checkpoint?: string,
  options: SourceOptions = {},
  operator = '>',
): Promise<{ ids: string[]; checkpoint: string | undefined }> {
  const { rows, end } = await listQuery(
    postgres.url(),
    `SELECT id, mark FROM ${table} WHERE mark ${operator} :watermark OR mark IS NULL ORDER BY id`,
    { watermarkField: 'mark', ...options },
    checkpoint,
  );
  expect(end.truncated).toBe(false);
  return { ids: rows.map((row) => row['id']!), checkpoint: end.checkpoint };
}

describe('a watermark in time', () => {
  beforeEach(async () => {
    await postgres.query(`
      DROP TABLE IF EXISTS timed;
      CREATE TABLE timed (id text, mark timestamptz);
      INSERT INTO timed VALUES
        ('ancient', '0044-03-15 BC'),
        ('old', '2024-01-02 03:00:00.000001+00'),
        ('before', '2024-01-02 03:04:05.678900+00'),
        ('last', '2024-01-02 08:49:05.678901+05:45'),
        ('tie', '2024-01-02 03:04:05.678901+00')`);
  });

  test('starts before every row, and ends at the highest, to the microsecond', async () => {
    expect(await delta('timed')).toEqual({
      ids: ['ancient', 'before', 'last', 'old', 'tie'],
      checkpoint: '2024-01-02 03:04:05.678901+00',
    });
  });

  test('without a lag lists again only what shares the checkpoint, so that a late tie is not lost', async () => {
    const checkpoint = '2024-01-02 03:04:05.678901+00';
    expect((await delta('timed', checkpoint, { watermarkLag: '0s' }, '>')).ids).toEqual(['last', 'tie']);
    expect((await delta('timed', checkpoint, { watermarkLag: '0s' }, '>=')).ids).toEqual([
      'before',
      'last',
      'tie',
    ]);
    await postgres.query(`INSERT INTO timed VALUES ('late tie', '2024-01-02 03:04:05.678901+00')`);
    expect((await delta('timed', checkpoint, { watermarkLag: '0s' }, '>')).ids).toEqual([
      'last',
      'late tie',
      'tie',
    ]);
  });

  test.each([
    ['4m', ['before', 'last', 'tie']],
    ['5m', ['before', 'last', 'old', 'tie']],
    [undefined, ['before', 'last', 'old', 'tie']],
    ['1d', ['before', 'last', 'old', 'tie']],
  ])('with a lag of %s reads that much again', async (watermarkLag, ids) => {
    const options = watermarkLag === undefined ? {} : { watermarkLag };
    expect(await delta('timed', '2024-01-02 03:04:05.678901+00', options)).toEqual({
      ids,
      checkpoint: '2024-01-02 03:04:05.678901+00',
    });
  });

  test('finds what a transaction commits late, with an earlier time', async () => {
    const writer = new pg.Client({ connectionString: postgres.url() });
    await writer.connect();
    await writer.query(`BEGIN; INSERT INTO timed VALUES ('slow', '2024-01-02 03:03:00+00')`);
    const first = await delta('timed');
    expect(first.ids).not.toContain('slow');
    await writer.query('COMMIT');
    await writer.end();
    const second = await delta('timed', first.checkpoint, { watermarkLag: '5m' });
    expect(second.ids).toContain('slow');
  });

  test('lists rows without one, and they disturb nothing', async () => {
    await postgres.query(`INSERT INTO timed VALUES ('none', NULL)`);
    expect(await delta('timed', '2024-01-02 03:04:05.678901+00', { watermarkLag: '0s' })).toEqual({
      ids: ['last', 'none', 'tie'],
      checkpoint: '2024-01-02 03:04:05.678901+00',
    });
    await postgres.query(`DELETE FROM timed WHERE mark IS NOT NULL`);
    expect(await delta('timed')).toEqual({ ids: ['none'], checkpoint: undefined });
  });

  test('is never infinite', async () => {
    await postgres.query(`INSERT INTO timed VALUES ('forever', 'infinity'), ('since ever', '-infinity')`);
    const first = await delta('timed', undefined, {}, '>=');
    expect(first.ids).toContain('forever');
    expect(first.ids).toContain('since ever');
    expect(first.checkpoint).toBe('2024-01-02 03:04:05.678901+00');
    expect((await delta('timed', first.checkpoint, { watermarkLag: '0s' })).ids).toContain('forever');
  });

  test('leaves the checkpoint unchanged without rows', async () => {
    expect(await delta('timed', '2025-01-01 00:00:00+00')).toEqual({ ids: [], checkpoint: undefined });
  });

  test('does not depend on the time zone of the user', async () => {
    await postgres.query(`
      DROP ROLE IF EXISTS abroad;
      CREATE ROLE abroad LOGIN SUPERUSER PASSWORD 'abroad';
      ALTER ROLE abroad SET timezone = 'America/St_Johns';
      ALTER ROLE abroad SET datestyle = 'German'`);
    const { end } = await listQuery(
      `postgres://abroad:abroad@${postgres.host}:${postgres.port}/postgres`,
      'SELECT mark FROM timed WHERE mark > :watermark',
      { watermarkField: 'mark' },
      '2024-01-02 03:04:00+00',
    );
    expect(end.checkpoint).toBe('2024-01-02 03:04:05.678901+00');
  });

  test('reads the rows and the checkpoint in one snapshot', async () => {
    // Each read of `ticks` would see a later time if it were not for the snapshot: the writer never stops.
    await postgres.query('CREATE TABLE ticks (id bigserial, mark timestamptz DEFAULT clock_timestamp())');
    const writer = new pg.Client({ connectionString: postgres.url() });
    await writer.connect();
    const writing = new AbortController();
    const written = (async () => {
      while (!writing.signal.aborted) await writer.query('INSERT INTO ticks DEFAULT VALUES');
    })();
    for (let read = 0; read < 10; read++) {
      const { rows, end } = await listQuery(
        postgres.url(),
        'SELECT id, mark FROM ticks WHERE mark > :watermark ORDER BY mark',
        { watermarkField: 'mark' },
      );
      expect(end.checkpoint).toBe(rows.at(-1)?.['mark']);
    }
    writing.abort();
    await written;
    await writer.end();
  });
});

/** Type, values in ascending order as SQL, the highest as a checkpoint. */
const TYPES = [
  ['timestamp', ["'1999-01-01'", "'2024-01-02 03:04:05.000001'", "'2024-01-06'"], '2024-01-06 00:00:00'],
  ['date', ["'0044-03-15 BC'", "'2024-01-02'", "'2024-01-08'"], '2024-01-08'],
  ['int2', ['-32767', '3', '7'], '7'],
  ['int4', ['-2147483647', '3', '2147483647'], '2147483647'],
  ['int8', ['-9223372036854775807', '3', '9223372036854775807'], '9223372036854775807'],
  [
    'numeric',
    ['-1e300', '1.000000000000000000000001', '12345678901234567890.123456789'],
    '12345678901234567890.123456789',
  ],
  ['text', ["'A'", "'b'", "'日本'"], '日本'],
  ['varchar(20)', ["'a'", "'b'", "'c'''"], "c'"],
  [
    'uuid',
    [
      "'00000000-0000-0000-0000-000000000001'",
      "'018d0000-0000-7000-8000-000000000000'",
      "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
    ],
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
  ],
] as const;

describe.each(TYPES)('a watermark of type %s', (type, values, highest) => {
  beforeAll(async () => {
    const rows = values.map((value, index) => `(${index + 1}, ${value})`).join(', ');
    await postgres.query(
      `DROP TABLE IF EXISTS typed; CREATE TABLE typed (id int, mark ${type}); INSERT INTO typed VALUES ${rows}, (4, NULL)`,
    );
  });

  test('starts before every row, and ends at the highest', async () => {
    expect(await delta('typed')).toEqual({ ids: ['1', '2', '3', '4'], checkpoint: highest });
  });

  test('goes on where it was, and what shares the checkpoint is not lost', async () => {
    const { ids, checkpoint } = await delta('typed', highest, { watermarkLag: 0 }, '>=');
    expect(ids).toEqual(['3', '4']);
    expect(checkpoint).toBe(highest);
  });
});

describe('a watermark that counts', () => {
  beforeAll(async () => {
    await postgres.query(`
      CREATE TABLE counted (id int, mark bigint);
      INSERT INTO counted SELECT i, i FROM generate_series(1, 3000) AS i;
      CREATE TABLE small (id int, mark int2);
      INSERT INTO small VALUES (1, -32768), (2, -32767);
      CREATE TABLE strange (id int, mark numeric);
      INSERT INTO strange VALUES (1, 1), (2, 'NaN'), (3, 'Infinity'), (4, 2)`);
  });

  test.each([
    [0, '2000', 2_000],
    [1, '2000', 2_000],
    [500, '2000', 1_501],
    [undefined, '2000', 1_001],
  ])('with a lag of %s steps reads that many again', async (watermarkLag, checkpoint, first) => {
    const options = watermarkLag === undefined ? {} : { watermarkLag };
    const { ids } = await delta('counted', checkpoint, options);
    expect([Math.min(...ids.map(Number)), ids.length]).toEqual([first, 3_000 - first + 1]);
  });

  test('does not leave the range of its type', async () => {
    expect(await delta('small', '-32767', {}, '>=')).toEqual({ ids: ['1', '2'], checkpoint: '-32767' });
  });

  test('is never infinite and never no number', async () => {
    const first = await delta('strange');
    expect(first).toEqual({ ids: ['1', '2', '3', '4'], checkpoint: '2' });
    expect((await delta('strange', '2', { watermarkLag: 0 })).ids).toEqual(['2', '3', '4']);
  });
});

describe('a watermark column', () => {
  test('that the query does not return is named', async () => {
    const error = await failureOf(() =>
      listQuery(postgres.url(), 'SELECT 1 AS id WHERE 1 > :watermark::int', { watermarkField: 'updated_at' }),
    );
    expect(error).toMatchObject({
      code: 'SOURCE_COLUMN_MISSING',
      message: expect.stringContaining('"updated_at"'),
    });
  });

  test.each(['float8', 'jsonb', 'interval', 'time', 'boolean', 'char(3)', 'int[]'])(
    'of type %s is refused, with the way out',
    async (type) => {
      const error = await failureOf(() =>
        listQuery(postgres.url(), `SELECT NULL::${type} AS mark WHERE now() > :watermark`, {
          watermarkField: 'mark',
        }),
      );
      expect(error).toMatchObject({
        code: 'NOT_SUPPORTED',
        message: expect.stringContaining('mark'),
        hint: expect.stringMatching(/Cast it in the query to one of timestamptz.*int8.*uuid/),
      });
    },
  );

  test('may have any name', async () => {
    const { end } = await listQuery(
      postgres.url(),
      `SELECT * FROM (SELECT 5::bigint AS "Odd ""Name"" ü") AS t WHERE "Odd ""Name"" ü" > :watermark`,
      { watermarkField: 'Odd "Name" ü' },
    );
    expect(end.checkpoint).toBe('5');
  });

  test('may be a domain', async () => {
    await postgres.query('CREATE DOMAIN version AS bigint');
    const { end } = await listQuery(
      postgres.url(),
      'SELECT * FROM (SELECT 7::version AS mark) AS t WHERE mark > :watermark',
      { watermarkField: 'mark' },
      '5',
    );
    expect(end.checkpoint).toBe('7');
  });
});

test('a query without a watermark ends without a checkpoint, also when it names a field', async () => {
  const { end } = await listQuery(postgres.url(), 'SELECT now() AS mark', { watermarkField: 'mark' });
  expect(end).toEqual({ checkpoint: undefined, truncated: false });
});

describe('a row from the far future', () => {
  beforeEach(async () => {
    await postgres.query(`
      DROP TABLE IF EXISTS ahead;
      CREATE TABLE ahead (id text, mark timestamptz, local timestamp, day date);
      INSERT INTO ahead SELECT id, mark, mark, mark FROM (VALUES
        ('past', now() - interval '1 day'), ('typo', '2206-01-01 00:00:00+00')) AS v (id, mark)`);
  });

  test.each(['mark', 'local', 'day'])(
    'never moves the checkpoint of %s, is told, and is listed again',
    async (field) => {
      const query = `SELECT id, ${field} AS mark FROM ahead WHERE ${field} > :watermark ORDER BY id`;
      const options = { watermarkField: 'mark' };
      const first = await listQuery(postgres.url(), query, options);
      expect(first.rows.map(({ id }) => id)).toEqual(['past', 'typo']);
      expect(first.end.ahead).toEqual({ rows: 1, highest: expect.stringMatching(/^2206-01-01/) });
      expect(first.end.checkpoint).not.toMatch(/^2206/);
      await postgres.query(`INSERT INTO ahead SELECT 'today', now(), now(), now()`);
      const second = await listQuery(postgres.url(), query, options, first.end.checkpoint);
      expect(second.rows.map(({ id }) => id)).toEqual(expect.arrayContaining(['today', 'typo']));
    },
  );

  test('is not told of a clock that is ahead by less than the lag', async () => {
    await postgres.query(
      `DELETE FROM ahead; INSERT INTO ahead (id, mark) VALUES ('soon', now() + interval '4 minutes')`,
    );
    const query = 'SELECT id, mark FROM ahead WHERE mark > :watermark';
    const { end } = await listQuery(postgres.url(), query, { watermarkField: 'mark' });
    expect(end.ahead).toBeUndefined();
    expect(end.checkpoint).toBeDefined();
  });

  test('makes a checkpoint that passed it before count as none', async () => {
    const query = 'SELECT id, mark FROM ahead WHERE mark > :watermark ORDER BY id';
    const { rows, end } = await listQuery(
      postgres.url(),
      query,
      { watermarkField: 'mark' },
      '2206-01-01 00:00:00+00',
    );
    expect(rows.map(({ id }) => id)).toEqual(['past', 'typo']);
    expect(end.checkpoint).not.toMatch(/^2206/);
  });
});

describe('a query that compares :watermark with something else than its column', () => {
  beforeAll(async () => {
    await postgres.query(`CREATE TABLE tickets (id int, updated_at timestamptz, local timestamp);
      INSERT INTO tickets VALUES (1, '2024-05-05 10:00+00', '2024-05-05 10:00')`);
  });

  test.each([
    ["updated_at AT TIME ZONE 'Europe/Berlin'", 'updated_at > :watermark', 'type timestamptz'],
    ["to_char(updated_at, 'YYYY-MM-DD')", 'updated_at > :watermark', 'type timestamptz'],
    ['updated_at', 'updated_at::date > :watermark', 'type date'],
    ["local AT TIME ZONE 'Europe/Berlin'", 'local > :watermark', 'type timestamp,'],
    ['extract(epoch FROM updated_at)', 'updated_at > :watermark', 'type timestamptz'],
  ])('is refused by a run and by doctor, with both types: %s', async (returned, condition, type) => {
    const query = `SELECT id, ${returned} AS mark FROM tickets WHERE ${condition}`;
    const error = await failureOf(() => listQuery(postgres.url(), query, { watermarkField: 'mark' }));
    expect(error.code).toBe('SOURCE_QUERY_INVALID');
    expect(error.message).toContain(type);
  });

  test('is refused when the row with the highest value is not after a watermark right before it', async () => {
    const query =
      "SELECT id, updated_at + interval '2 hours' AS mark FROM tickets WHERE updated_at > :watermark";
    const error = await failureOf(() => listQuery(postgres.url(), query, { watermarkField: 'mark' }));
    expect(error).toMatchObject({
      code: 'SOURCE_QUERY_INVALID',
      message: expect.stringContaining('does not list the row'),
    });
  });

  test.each([
    ['id', 'id > :watermark::numeric'],
    ['updated_at::date', 'updated_at > :watermark'],
    ["to_char(updated_at, 'YYYY')", "to_char(updated_at, 'YYYY') >= :watermark"],
  ])('is read when the types mean the same: %s', async (returned, condition) => {
    const query = `SELECT id, ${returned} AS mark FROM tickets WHERE ${condition}`;
    expect((await listQuery(postgres.url(), query, { watermarkField: 'mark' })).rows).toHaveLength(1);
  });
});

describe('arithmetic that the lowest watermark does not survive', () => {
  beforeAll(async () => {
    await postgres.query(`CREATE TABLE epochs (id int, at timestamptz, ms bigint);
      INSERT INTO epochs VALUES (1, '2024-05-05 10:00+00', 1714903200000), (2, '1965-01-01 00:00+00', 0)`);
  });

  test.each([
    ['ms', '(extract(epoch FROM at) * 1000)::bigint', 'at > to_timestamp(:watermark / 1000.0)', [1]],
    [
      'ms',
      '(extract(epoch FROM at) * 1000)::bigint',
      "at > to_timestamp(:watermark / 1000.0) - interval '10 years'",
      [1, 2],
    ],
    ['at', 'at', "at > :watermark::timestamptz - interval '1 hour'", [1, 2]],
    [
      'at',
      'at',
      'extract(epoch FROM at)::bigint > extract(epoch FROM :watermark::timestamptz)::bigint',
      [1, 2],
    ],
  ])('begins with a higher one: %s, %s, %s', async (field, returned, condition, ids) => {
    const query = `SELECT id, ${returned} AS ${field} FROM epochs WHERE ${condition} ORDER BY id`;
    const { rows, end } = await listQuery(postgres.url(), query, { watermarkField: field });
    expect(rows.map(({ id }) => Number(id))).toEqual(ids);
    expect(end.checkpoint).toBeDefined();
  });

  test('fails in the words of the database where no watermark helps', async () => {
    const query = 'SELECT id, ms FROM epochs WHERE ms > :watermark::bigint / 0';
    const error = await failureOf(() => listQuery(postgres.url(), query, { watermarkField: 'ms' }));
    expect(error).toMatchObject({
      code: 'SOURCE_REFUSED',
      message: expect.stringContaining('division by zero'),
    });
  });
});
