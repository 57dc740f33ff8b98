import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startMariadb, type TestMariadb } from '../../support/databases/mariadb-server.ts';
import { describeOnMariadb } from '../../support/databases/mariadb.ts';
import { listMysql, mysqlSource } from '../../support/databases/mysql-source.ts';
import { textsOf } from '../../support/files/read-rows.ts';

describeOnMariadb('on a real MariaDB', () => {
  let mariadb: TestMariadb;
  beforeAll(async () => {
    mariadb = await startMariadb();
  });
  afterAll(async () => {
    await mariadb.stop();
  });

  /** What a table with one column of a type lists for each of some literals: kind, text, and JSON. */
  async function listed(type: string, ...literals: string[]) {
    await mariadb.query(
      "SET SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION'",
      'CREATE OR REPLACE TABLE value_of (at INT PRIMARY KEY AUTO_INCREMENT, v ' + type + ')',
      `INSERT INTO value_of (v) VALUES ${literals.map((literal) => `(${literal})`).join(', ')}`,
    );
    const { columns, rows, json } = await listMysql(mariadb.url(), 'SELECT v FROM value_of ORDER BY at');
    return { kind: columns[0]?.kind, texts: rows.map(({ v }) => v), json: json.map(({ v }) => v) };
  }

  describe('a value', () => {
    test.each([
      ['BIGINT', 'integer', ['9223372036854775807', '-9223372036854775808', 'NULL']],
      ['BIGINT UNSIGNED', 'integer', ['18446744073709551615', '0']],
      ['TINYINT(1)', 'integer', ['1', '0', '-128']],
      ['DECIMAL(65, 30)', 'decimal', ['12345678901234567890123456789012345.123456789012345678901234567890']],
      ['DECIMAL(10, 2)', 'decimal', ['0.10', '-0.05']],
      ['DOUBLE', 'float', ['0.1', '1.7976931348623157e308']],
    ])('of %s keeps its digits', async (type, kind, literals) => {
      const expected = literals.map((literal) => (literal === 'NULL' ? null : literal));
      await expect(listed(type, ...literals)).resolves.toEqual({ kind, texts: expected, json: expected });
    });

    test('of a column with ZEROFILL is text, with its zeros', async () => {
      await expect(listed('INT(6) ZEROFILL', '42')).resolves.toEqual({
        kind: 'text',
        texts: ['000042'],
        json: ['"000042"'],
      });
    });

    test('of BIT is a number, up to 64 bits', async () => {
      const { kind, json } = await listed('BIT(64)', "b'1'", '18446744073709551615', '0');
      expect([kind, json]).toEqual(['integer', ['1', '18446744073709551615', '0']]);
    });

    test('of YEAR is a number, the year 0000 too', async () => {
      const { kind, json } = await listed('YEAR', '2024', "'0000'");
      expect([kind, json]).toEqual(['integer', ['2024', '0']]);
    });

    test('of DATETIME(6) keeps its microseconds and gets no time zone', async () => {
      await expect(listed('DATETIME(6)', "'2024-01-02 03:04:05.678901'")).resolves.toEqual({
        kind: 'timestamp',
        texts: ['2024-01-02 03:04:05.678901'],
        json: ['"2024-01-02T03:04:05.678901"'],
      });
    });

    test('of TIMESTAMP is UTC, whatever the time zone of the server', async () => {
      // The one that it takes from its machine, in a session that says nothing else.
      await expect(mariadb.query("SELECT FROM_UNIXTIME(0, '%H:%i') AS epoch")).resolves.toEqual([
        { epoch: '05:30' },
      ]);
      await mariadb.query(
        'CREATE OR REPLACE TABLE moment (t TIMESTAMP(6) NULL)',
        "SET time_zone = '+02:00'",
        "INSERT INTO moment VALUES ('2024-01-02 03:04:05.5')",
      );
      const { columns, json } = await listMysql(mariadb.url(), 'SELECT t FROM moment');
      expect([columns[0]?.kind, json]).toEqual(['timestamptz', [{ t: '"2024-01-02T01:04:05.500000Z"' }]]);
    });

    test('of a zero or partial date is as the server has it', async () => {
      const { texts } = await listed('DATE', "'0000-00-00'", "'2024-00-00'", "'2024-05-00'", "'2024-05-06'");
      expect(texts).toEqual(['0000-00-00', '2024-00-00', '2024-05-00', '2024-05-06']);
      const times = await listed('DATETIME', "'0000-00-00 00:00:00'");
      expect(times.json).toEqual(['"0000-00-00T00:00:00"']);
    });

    test('of TIME is text', async () => {
      await expect(listed('TIME(3)', "'-838:59:59'", "'12:34:56.789'")).resolves.toMatchObject({
        kind: 'text',
        texts: ['-838:59:59.000', '12:34:56.789'],
      });
    });

    test('of a binary type is base64 in JSON and has no text', async () => {
      for (const type of ['VARBINARY(10)', 'BLOB', 'BINARY(2)']) {
        await expect(listed(type, "x'00ff'")).resolves.toEqual({
          kind: 'bytes',
          texts: ['\\x00ff'],
          json: ['"AP8="'],
        });
      }
    });

    test('of a text type keeps every character, whatever its character set', async () => {
      await expect(listed('TEXT CHARACTER SET utf8mb4', "'Grüße 👋🏽 \\\\ \\\" \\n'")).resolves.toMatchObject({
        kind: 'text',
        texts: ['Grüße 👋🏽 \\ " \n'],
      });
      await expect(listed('VARCHAR(20) CHARACTER SET latin1', "'Grüße'")).resolves.toMatchObject({
        texts: ['Grüße'],
      });
      await expect(listed("ENUM('a','b')", "'b'")).resolves.toMatchObject({ kind: 'text', texts: ['b'] });
    });

    test('of JSON is JSON', async () => {
      const { kind, json } = await listed('JSON', '\'{"a": [1, 12345678901234567890]}\'');
      expect([kind, json]).toEqual(['json', ['{"a": [1, 12345678901234567890]}']]);
    });

    test('of JSON may be what only MariaDB takes for JSON, and is marked as unchecked', async () => {
      await mariadb.query(
        'CREATE OR REPLACE TABLE lenient (id INT PRIMARY KEY, v JSON)',
        String.raw`INSERT INTO lenient VALUES (1, '{"a":"C:\\xampp"}'), (2, '1.')`,
      );
      const { columns, rows } = await listMysql(mariadb.url(), 'SELECT v FROM lenient ORDER BY id');
      expect(columns[0]).toMatchObject({ kind: 'json', unchecked: true });
      expect(rows.map(({ v }) => v)).toEqual([String.raw`{"a":"C:\xampp"}`, '1.']);
    });

    test('of GROUP_CONCAT is whole, beyond the 1,024 characters of the default', async () => {
      const { rows } = await listMysql(
        mariadb.url(),
        "SELECT GROUP_CONCAT(REPEAT('x', 100)) AS v FROM seq_1_to_1000",
      );
      expect(rows[0]?.['v']).toHaveLength(1000 * 100 + 999);
    });
  });

  test('keys that the collation calls equal are two rows', async () => {
    await mariadb.query(
      'CREATE OR REPLACE TABLE mixed (k VARCHAR(20) COLLATE utf8mb4_general_ci)',
      "INSERT INTO mixed VALUES ('Ann'), ('ann'), ('änn')",
    );
    const { rows } = await listMysql(mariadb.url(), 'SELECT k FROM mixed');
    expect(rows.map(({ k }) => k).sort()).toEqual(['Ann', 'ann', 'änn']);
  });

  describe('a listing', () => {
    test('is a snapshot: what others change meanwhile is not seen', async () => {
      await mariadb.query(
        'CREATE OR REPLACE TABLE moving (id INT PRIMARY KEY, state TEXT) ENGINE=InnoDB',
        "INSERT INTO moving SELECT seq, 'old' FROM seq_1_to_60000",
      );
      const source = mysqlSource(mariadb.url(), 'SELECT id, state FROM moving ORDER BY id');
      let rows = 0;
      const states = new Set<string>();
      for await (const batch of source.read(undefined, new AbortController().signal)) {
        if (rows === 0) {
          await mariadb.query("UPDATE moving SET state = 'new'", 'DELETE FROM moving WHERE id > 30000');
        }
        rows += batch.count;
        for (const { state } of textsOf(batch)) states.add(state ?? '');
      }
      expect([rows, [...states]]).toEqual([60_000, ['old']]);
    });

    test.each([
      ['INSERT INTO written VALUES (1)', 'READ ONLY'],
      ['SELECT 1 AS a; DROP TABLE written', 'SQL syntax'],
      ['SELECT 1 AS a, 2 AS a', 'more than one column named "a"'],
      ['SELECT nothing FROM written', "Unknown column 'nothing'"],
      ['SELECT * FROM no_such_table', "doesn't exist"],
    ])('of %s is refused, and nothing is written', async (query, words) => {
      await mariadb.query('CREATE OR REPLACE TABLE written (a INT)');
      await expect(listMysql(mariadb.url(), query)).rejects.toMatchObject({
        code: 'SOURCE_QUERY_INVALID',
        message: expect.stringContaining(words),
      });
      await expect(mariadb.query('SELECT COUNT(*) AS n FROM written')).resolves.toEqual([{ n: 0 }]);
    });

    test.each([
      ['SELECT 1 AS a,\n  2 AS b\n  FORM written', {}, 3],
      ['SELECT 1 AS a\nFROM written WHERE a > :watermark\nGROUP a', { watermarkField: 'a' }, 3],
    ])('with a syntax error names the line of the query: %j', async (query, options, line) => {
      await mariadb.query('CREATE OR REPLACE TABLE written (a INT)');
      await expect(listMysql(mariadb.url(), query, options)).rejects.toMatchObject({
        code: 'SOURCE_QUERY_INVALID',
        message: expect.stringMatching(new RegExp(`near '.*' \\(query line ${line}\\)$`, 's')),
      });
    });

    test('cannot write by a function of the database', async () => {
      await mariadb.query(
        'CREATE OR REPLACE TABLE written (a INT)',
        'DROP FUNCTION IF EXISTS write_one',
        'CREATE FUNCTION write_one() RETURNS INT MODIFIES SQL DATA BEGIN INSERT INTO written VALUES (1); RETURN 1; END',
      );
      await expect(listMysql(mariadb.url(), 'SELECT write_one() AS a')).rejects.toMatchObject({
        code: 'SOURCE_QUERY_INVALID',
        hint: expect.stringContaining('only read'),
      });
    });
  });

  describe('a delta query', () => {
    const read = (field: string, checkpoint?: string, options = {}) =>
      listMysql(
        mariadb.url(),
        `SELECT * FROM deltas WHERE ${field} > :watermark AND ':watermark' <> '' /* :watermark */ ORDER BY id`,
        { watermarkField: field, watermarkLag: field === 'at' || field === 'utc' ? '1s' : 1, ...options },
        checkpoint,
      );

    beforeAll(async () => {
      await mariadb.query(
        `CREATE TABLE deltas (id INT, at DATETIME(6), utc TIMESTAMP(6) NULL, big BIGINT UNSIGNED, exact DECIMAL(40, 10), name TEXT)`,
        "SET time_zone = '+00:00'",
        `INSERT INTO deltas VALUES
        (1, '2024-01-01 00:00:00.000001', '2024-01-01 00:00:00.000001', 9007199254740993, 0.0000000001, 'a'),
        (2, '2024-01-01 00:00:02.000002', '2024-01-01 00:00:02.000002', 9007199254740995, 2.0000000001, 'b'),
        (3, '2024-01-01 00:00:04.000003', '2024-01-01 00:00:04.000003', 18446744073709551615, 4.0000000001, 'c'),
        (4, NULL, NULL, NULL, NULL, 'd')`,
      );
    });

    test.each([
      ['at', '2024-01-01 00:00:04.000003', '2024-01-01 00:00:03.0', [2, 3]],
      ['utc', '2024-01-01 00:00:04.000003+00', '2024-01-01 00:00:03.0+00', [2, 3]],
      ['big', '18446744073709551615', '9007199254740995', [2, 3]],
      ['exact', '4.0000000001', '3.0', [2, 3]],
    ])(
      'by %s lists all first, then what comes after its checkpoint, less its lag',
      async (field, highest, next, ids) => {
        const first = await read(field);
        expect(first.rows.map(({ id }) => Number(id))).toEqual([1, 2, 3]);
        expect(first.end).toEqual({ checkpoint: highest, truncated: false });
        const second = await read(field, next);
        expect(second.rows.map(({ id }) => Number(id))).toEqual(ids);
      },
    );

    test('without a row leaves the checkpoint as it was', async () => {
      const { rows, end } = await read('big', '18446744073709551999');
      expect([rows, end.checkpoint]).toEqual([[], undefined]);
    });

    test.each([
      ['name', 'NOT_SUPPORTED', 'a type that cannot be a watermark'],
      ['absent', 'SOURCE_COLUMN_MISSING', 'which the query does not return'],
    ])('by %s is refused', async (field, code, words) => {
      const listing = listMysql(mariadb.url(), 'SELECT id, name FROM deltas WHERE id > :watermark', {
        watermarkField: field,
      });
      await expect(listing).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
    });
  });
});

describeOnMariadb('a delta query with arithmetic', () => {
  let mariadb: TestMariadb;
  beforeAll(async () => {
    mariadb = await startMariadb();
    await mariadb.query(
      "SET SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION'",
      'CREATE TABLE events (id INT, at DATETIME(6), epoch BIGINT, stamp TIMESTAMP NULL, day DATE)',
      `INSERT INTO events VALUES
        (1, '2024-01-02 10:00:00', 1704189600, '2024-01-02 10:00:00', '2024-01-02'),
        (2, '2024-01-03 10:00:00', 1704276000, '2024-01-03 10:00:00', '2024-01-03')`,
    );
  });
  afterAll(async () => {
    await mariadb.stop();
  });

  test.each([
    ['at', 'at > :watermark - INTERVAL 1 HOUR'],
    ['at', 'at > DATE_SUB(:watermark, INTERVAL 5 MINUTE)'],
    ['at', 'TIMESTAMPDIFF(SECOND, :watermark, at) > 0'],
    ['at', "at > CONVERT_TZ(:watermark, '+00:00', '+00:00')"],
    ['stamp', 'stamp > :watermark - INTERVAL 1 HOUR'],
    ['day', 'day > :watermark - INTERVAL 1 DAY'],
    ['epoch', 'at > FROM_UNIXTIME(:watermark)'],
    ['epoch', 'at > FROM_UNIXTIME(:watermark) - INTERVAL 1 HOUR'],
  ])('lists every row in the first run: %s, %s', async (field, condition) => {
    const query = `SELECT id, ${field} FROM events WHERE ${condition}`;
    const { rows, end } = await listMysql(mariadb.url(), query, { watermarkField: field });
    expect(rows).toHaveLength(2);
    expect(end.checkpoint).toMatch(/^(2024-01-03|1704276000)/);
  });

  test('is refused when it returns the watermark in another time zone than it compares', async () => {
    const query = "SELECT id, CONVERT_TZ(at, '+00:00', '+02:00') AS local FROM events WHERE at > :watermark";
    await expect(listMysql(mariadb.url(), query, { watermarkField: 'local' })).rejects.toMatchObject({
      code: 'SOURCE_QUERY_INVALID',
      message: expect.stringContaining('does not list the row'),
    });
  });

  test('keeps the checkpoint before a row from the far future and counts it', async () => {
    await mariadb.query("INSERT INTO events VALUES (3, '2206-01-01', 7447334400, NULL, '2206-01-01')");
    for (const field of ['at', 'day']) {
      const query = `SELECT id, ${field} FROM events WHERE ${field} > :watermark`;
      const { end } = await listMysql(mariadb.url(), query, { watermarkField: field });
      expect(end.checkpoint).toMatch(/^2024-01-03/);
      expect(end.ahead).toEqual({ rows: 1, highest: expect.stringMatching(/^2206-01-01/) });
    }
  });

  test('refuses a lag in another unit before it reads anything', async () => {
    const listing = listMysql(mariadb.url(), 'SELECT id, at FROM events WHERE at > :watermark', {
      watermarkField: 'at',
      watermarkLag: 600,
    });
    await expect(listing).rejects.toMatchObject({
      code: 'CONNECTOR_INVALID',
      hint: expect.stringContaining('600s'),
    });
  });
});
