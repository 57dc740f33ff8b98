import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sourceContract } from '../../contracts/source.contract.ts';
import { TnsError, type TnsValue } from '../../stand-ins/tns/answer.ts';
import type { TnsColumn } from '../../stand-ins/tns/values/column.ts';
import { oracleSource, startOracle } from '../../support/databases/oracle-server.ts';
import { readAll } from '../../support/files/read-rows.ts';

type Server = Awaited<ReturnType<typeof startOracle>>;

const open: Server[] = [];
const start = async (options: Parameters<typeof startOracle>[0]) => {
  const server = await startOracle(options);
  open.push(server);
  return server;
};
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

function* numbered(count: number): Generator<TnsValue[]> {
  for (let id = 1; id <= count; id++) yield [String(id), `row ${id}`];
}

const NUMBERED: readonly TnsColumn[] = [
  { name: 'id', type: 'NUMBER', precision: 10 },
  { name: 'name', type: 'VARCHAR2', size: 50 },
];

describe('one server', () => {
  let server: Server;
  beforeAll(async () => {
    server = await startOracle({
      answer: (query) => ({ columns: NUMBERED, rows: () => numbered(Number(/\d+/.exec(query)?.[0])) }),
    });
  });
  afterAll(async () => {
    await server.close();
  });

  sourceContract('An Oracle query', {
    make: (rows) => Promise.resolve(oracleSource(server.url, `SELECT ${rows} FROM t`)),
  });
  sourceContract('An Oracle delta query', {
    make: (rows) =>
      Promise.resolve(
        oracleSource(server.url, `SELECT ${rows} FROM t WHERE "id" > :watermark`, { watermarkField: 'id' }),
      ),
  });
});

/** A contributor with an Oracle database can hold the source against it. */
const REAL_URL = process.env['ORACLE_TEST_URL'];
if (REAL_URL !== undefined) {
  sourceContract('A query of a real Oracle', {
    make: (rows) =>
      Promise.resolve(
        oracleSource(
          REAL_URL,
          `SELECT n AS "id", 'row ' || n AS "name" FROM (
             SELECT LEVEL AS n FROM dual CONNECT BY LEVEL <= 10000) WHERE n <= ${rows}`,
        ),
      ),
  });
}

/** What a column of a type lists for some values: kind and JSON, and as what the query reads it. */
async function listed(column: Omit<TnsColumn, 'name'>, values: readonly TnsValue[]) {
  const server = await start({
    answer: () => ({ columns: [{ name: 'V', ...column }], rows: () => values.map((value) => [value]) }),
  });
  const { columns, json } = await readAll(oracleSource(server.url, 'SELECT v FROM t'));
  const [, expression] = /^SELECT (.*) AS "V" FROM/.exec(server.readings[0]?.sql ?? '') ?? [];
  return { kind: columns[0]?.kind, json: json.map(({ V }) => V), expression };
}

describe('a value', () => {
  test('of NUMBER keeps all its digits, and is JSON', async () => {
    const numbers = ['0', '-1', '.5', '-.05', '9'.repeat(38), `-${'9'.repeat(38)}`, null];
    const { kind, json } = await listed({ type: 'NUMBER' }, numbers);
    expect([kind, json]).toEqual([
      'decimal',
      ['0', '-1', '0.5', '-0.05', '9'.repeat(38), `-${'9'.repeat(38)}`, null],
    ]);
  });

  test('of a NUMBER without digits after its point is a whole number', async () => {
    const { kind, json } = await listed({ type: 'NUMBER', precision: 38 }, [
      '12345678901234567890123456789012345678',
    ]);
    expect([kind, json]).toEqual(['integer', ['12345678901234567890123456789012345678']]);
  });

  test('of any NUMBER comes back as it was', async () => {
    const number = fc
      .tuple(fc.boolean(), fc.stringMatching(/^(0|[1-9]\d{0,18})$/), fc.stringMatching(/^(|\d{0,17}[1-9])$/))
      .map(([negative, whole, fraction]) => {
        const digits = fraction === '' ? whole : `${whole}.${fraction}`;
        return negative && digits !== '0' ? `-${digits}` : digits;
      });
    await fc.assert(
      fc.asyncProperty(fc.array(number, { minLength: 1, maxLength: 50 }), async (numbers) => {
        const { json } = await listed({ type: 'NUMBER' }, numbers);
        expect(json).toEqual(numbers);
      }),
      { numRuns: 20 },
    );
  });

  test.each<[TnsColumn['type'], string, string, string, string]>([
    [
      'TIMESTAMP',
      'timestamp',
      '2024-02-29 13:14:15.123456789',
      '"2024-02-29T13:14:15.123456789"',
      `TO_CHAR("V", 'YYYY-MM-DD HH24:MI:SS.FF9')`,
    ],
    [
      'TIMESTAMP',
      'timestamp',
      '2024-02-29 13:14:15.123456000',
      '"2024-02-29T13:14:15.123456"',
      `TO_CHAR("V", 'YYYY-MM-DD HH24:MI:SS.FF9')`,
    ],
    [
      'TIMESTAMP WITH TIME ZONE',
      'timestamptz',
      '2024-02-29 13:14:15.000000001',
      '"2024-02-29T13:14:15.000000001Z"',
      `TO_CHAR(SYS_EXTRACT_UTC("V"), 'YYYY-MM-DD HH24:MI:SS.FF9')`,
    ],
    [
      'TIMESTAMP WITH LOCAL TIME ZONE',
      'timestamptz',
      '2024-02-29 13:14:15.500000000',
      '"2024-02-29T13:14:15.500000Z"',
      `TO_CHAR(SYS_EXTRACT_UTC("V"), 'YYYY-MM-DD HH24:MI:SS.FF9')`,
    ],
    [
      'DATE',
      'timestamp',
      '2024-02-29 13:14:15',
      '"2024-02-29T13:14:15"',
      `TO_CHAR("V", 'YYYY-MM-DD HH24:MI:SS')`,
    ],
  ])(
    'of %s is converted to text by the database, because the driver would truncate it',
    async (type, kind, written, expected, expression) => {
      await expect(listed({ type }, [written, null])).resolves.toEqual({
        kind,
        json: [expected, null],
        expression,
      });
    },
  );

  test.each<[Omit<TnsColumn, 'name'>, string, TnsValue, string]>([
    [{ type: 'BINARY_DOUBLE' }, 'float', 0.1, '0.1'],
    [{ type: 'BINARY_DOUBLE' }, 'float', Infinity, '"Infinity"'],
    [{ type: 'BINARY_FLOAT' }, 'float', Math.fround(0.1), '0.1'],
    [{ type: 'RAW', size: 10 }, 'bytes', Buffer.from('00ff', 'hex'), '"AP8="'],
    [
      { type: 'BLOB' },
      'bytes',
      Buffer.alloc(100_000, 1),
      JSON.stringify(Buffer.alloc(100_000, 1).toString('base64')),
    ],
    [
      { type: 'CLOB' },
      'text',
      'Größe 漢字 🚲'.repeat(10_000),
      JSON.stringify('Größe 漢字 🚲'.repeat(10_000)),
    ],
    [{ type: 'NCLOB' }, 'text', '漢字', '"漢字"'],
    [{ type: 'VARCHAR2', size: 4000 }, 'text', 'é "x"\n', '"é \\"x\\"\\n"'],
    [{ type: 'CHAR', size: 4 }, 'text', 'ab', '"ab  "'],
    [{ type: 'ROWID' }, 'text', 'AAAR3sAAEAAAACXAAA', '"AAAR3sAAEAAAACXAAA"'],
  ])('of %j is whole', async (column, kind, value, expected) => {
    const { kind: found, json } = await listed(column, [value]);
    expect([found, json]).toEqual([kind, [expected]]);
  });
});

describe('a listing', () => {
  const table = (rows = () => numbered(3) as Iterable<TnsValue[]>) => ({ columns: NUMBERED, rows });

  test('is of one moment, and cannot write', async () => {
    const server = await start({ answer: () => table() });
    await readAll(oracleSource(server.url, 'SELECT id, name FROM t'));
    expect(server.readings.map(({ transaction }) => transaction)).toEqual(['read only']);
  });

  test('has its query as it is inside another one, without the semicolon', async () => {
    const server = await start({ answer: () => table() });
    await readAll(
      oracleSource(server.url, 'WITH x AS (SELECT 1 FROM dual)\nSELECT id, name FROM x ORDER BY 1; -- end'),
    );
    expect(server.readings[0]?.sql).toBe(
      'SELECT "id" AS "id", "name" AS "name" FROM (\nWITH x AS (SELECT 1 FROM dual)\nSELECT id, name FROM x ORDER BY 1  -- end\n)',
    );
  });

  test.each([
    [942, 'table or view does not exist', 'SOURCE_QUERY_INVALID', 'OWNER.TABLE'],
    [904, '"NOTHING": invalid identifier', 'SOURCE_QUERY_INVALID', 'upper case'],
    [1031, 'insufficient privileges', 'SOURCE_PERMISSION', 'Grant this user SELECT'],
    [
      1456,
      'may not perform insert/delete/update operation inside a READ ONLY transaction',
      'SOURCE_QUERY_INVALID',
      'only read',
    ],
    [1476, 'divisor is equal to zero', 'SOURCE_REFUSED', 'does not fit'],
    [29999, 'something new', 'SOURCE_REFUSED', 'own'],
  ])('that ends with ORA-%i says what to do', async (number, message, code, hint) => {
    const server = await start({
      answer: () => {
        throw new TnsError(number, message, { position: 7 });
      },
    });
    await expect(readAll(oracleSource(server.url, 'SELECT x FROM t'))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(
        /^Oracle source reader@127.0.0.1:\d+\/FREEPDB1 \(secret test-db\): ORA-/,
      ),
      hint: expect.stringContaining(hint),
    });
  });

  test('shows where in the query the error is', async () => {
    const server = await start({
      answer: () => {
        throw new TnsError(904, '"NOTHING": invalid identifier', { position: 12 });
      },
    });
    await expect(readAll(oracleSource(server.url, 'SELECT id,\n nothing FROM t'))).rejects.toMatchObject({
      message: expect.stringContaining('(query line 2, column 2: nothing FROM t)'),
    });
  });

  test('whose snapshot has expired, or that is cut off, may be retried', async () => {
    const old = await start({
      answer: () =>
        table(function* () {
          yield* numbered(3_000);
          throw new TnsError(1555, 'snapshot too old');
        }),
    });
    await expect(readAll(oracleSource(old.url, 'SELECT x FROM t'))).rejects.toMatchObject({
      code: 'SOURCE_LOST',
      hint: expect.stringContaining('UNDO_RETENTION'),
    });
    const cut: Server = await start({
      answer: () =>
        table(function* () {
          yield* numbered(5_000);
          cut.server.dropConnections();
          yield* numbered(5_000);
        }),
    });
    await expect(readAll(oracleSource(cut.url, 'SELECT x FROM t'))).rejects.toMatchObject({
      code: 'SOURCE_LOST',
      retryable: true,
    });
  });
});

describe('a delta query', () => {
  const columns: TnsColumn[] = [
    { name: 'ID', type: 'NUMBER', precision: 10 },
    { name: 'EXACT', type: 'NUMBER' },
    { name: 'DAY', type: 'DATE' },
    { name: 'AT', type: 'TIMESTAMP' },
    { name: 'UTC', type: 'TIMESTAMP WITH TIME ZONE' },
    { name: 'NAME', type: 'VARCHAR2' },
  ];
  const rows: TnsValue[][] = [
    [
      '1',
      '1.5',
      '2024-01-01 00:00:01',
      '2024-01-01 00:00:01.000000001',
      '2024-01-01 00:00:01.000000000',
      'a',
    ],
    [
      '30',
      '2.25',
      '2024-01-01 00:00:02',
      '2024-01-01 00:00:02.000000001',
      '2024-01-01 00:00:02.000000000',
      'b',
    ],
    ['4', null, null, null, null, 'c'],
  ];
  const MOMENT = "'YYYY-MM-DD HH24:MI:SS.FF9'";

  test.each([
    ['ID', 'TO_NUMBER(:watermark)', `-${'9'.repeat(38)}`, '30', 1, '29'],
    ['EXACT', 'TO_NUMBER(:watermark)', `-${'9'.repeat(38)}`, '2.25', 1, '1.25'],
    [
      'DAY',
      "TO_DATE(SUBSTR(:watermark, 1, 19), 'YYYY-MM-DD HH24:MI:SS')",
      '0001-01-01 00:00:00',
      '2024-01-01 00:00:02',
      '1s',
      '2024-01-01 00:00:01.000000',
    ],
    [
      'AT',
      `TO_TIMESTAMP(:watermark, ${MOMENT})`,
      '0001-01-01 00:00:00',
      '2024-01-01 00:00:02.000000001',
      '1s',
      '2024-01-01 00:00:01.000000001',
    ],
    [
      'UTC',
      `FROM_TZ(TO_TIMESTAMP(:watermark, ${MOMENT}), 'UTC')`,
      '0001-01-01 00:00:00',
      '2024-01-01 00:00:02.000000+00',
      '1s',
      '2024-01-01 00:00:01.000000',
    ],
  ])(
    'by %s has it converted as its type is, and bound',
    async (field, expression, lowest, highest, lag, next) => {
      const bound: unknown[] = [];
      const server = await start({
        answer: () => ({
          columns,
          rows: (binds) => {
            bound.push(binds[0]);
            return rows;
          },
        }),
      });
      const query = `SELECT * FROM t WHERE ${field} > :watermark AND NAME <> ':watermark'`;
      const source = () => oracleSource(server.url, query, { watermarkField: field, watermarkLag: lag });
      const { end } = await readAll(source());
      expect(end).toEqual({ checkpoint: highest, truncated: false });
      await readAll(source(), highest);
      // The second one asks whether the query lists the row with the highest value.
      expect(bound).toEqual([lowest, expect.anything(), next]);
      expect(server.readings[0]?.sql).toContain(`WHERE ${field} > ${expression} AND NAME <> ':watermark'`);
    },
  );

  test('by a text is refused', async () => {
    const server = await start({ answer: () => ({ columns, rows: () => rows }) });
    const source = oracleSource(server.url, 'SELECT * FROM t WHERE name > :watermark', {
      watermarkField: 'NAME',
    });
    await expect(readAll(source)).rejects.toMatchObject({ code: 'NOT_SUPPORTED' });
  });
});

describe('a login', () => {
  const answer = () => ({ columns: NUMBERED, rows: () => numbered(1) });
  const failure = async (url: string) =>
    readAll(oracleSource(url, 'SELECT x FROM t')).catch((thrown: unknown) => thrown);

  test.each([
    ['oracle://reader:s3cr3t-wrong@HOST/FREEPDB1', 'SOURCE_AUTH_FAILED', 'Correct the user'],
    ['oracle://reader:pass@HOST/NOWHERE', 'SECRET_INVALID', 'lsnrctl services'],
    ['oracle://reader:pass@HOST/?sid=NOWHERE', 'SECRET_INVALID', 'lsnrctl services'],
    ['oracle://reader:pass@127.0.0.1:1/FREEPDB1', 'SOURCE_UNREACHABLE', 'listener'],
    ['oracle://reader:pass@nowhere.invalid/FREEPDB1', 'SOURCE_UNREACHABLE', 'host'],
    ['oracle://reader:pass@HOST/?tns=NOWHERE&tnsAdmin=/nowhere', 'SECRET_INVALID', 'tnsnames.ora'],
  ])('by %s fails with %s, and without its password', async (url, code, hint) => {
    const { server } = await start({ answer, services: ['FREEPDB1'], sids: ['FREE'] });
    const error = await failure(url.replace('HOST', `127.0.0.1:${server.port}`));
    expect(error).toMatchObject({
      code,
      message: expect.stringContaining('secret test-db'),
      hint: expect.stringContaining(hint),
    });
    expect(JSON.stringify(error) + String(error)).not.toContain('s3cr3t');
  });

  test('with a password of before 12c says how to renew it', async () => {
    const { url } = await start({ answer, passwordVersion: '10g' });
    await expect(failure(url)).resolves.toMatchObject({
      code: 'SOURCE_AUTH_FAILED',
      hint: expect.stringMatching(/ALTER USER.*source\.thick/),
    });
  });

  test('to an account that is locked says so', async () => {
    const { url } = await start({
      answer,
      refuseLogin: () => new TnsError(28_000, 'The account is locked.'),
    });
    await expect(failure(url)).resolves.toMatchObject({
      code: 'SOURCE_AUTH_FAILED',
      hint: expect.stringContaining('UNLOCK'),
    });
  });

  test('may be by SID, or by a whole descriptor', async () => {
    const { server } = await start({ answer, services: ['FREEPDB1'], sids: ['FREE'] });
    const sid = `oracle://reader:pass@127.0.0.1:${server.port}/?sid=FREE`;
    const descriptor = `(DESCRIPTION=(ADDRESS=(PROTOCOL=tcp)(HOST=127.0.0.1)(PORT=${server.port}))(CONNECT_DATA=(SERVICE_NAME=FREEPDB1)))`;
    for (const url of [sid, `oracle://reader:pass@db/?descriptor=${encodeURIComponent(descriptor)}`]) {
      expect((await readAll(oracleSource(url, 'SELECT x FROM t'))).rows).toHaveLength(1);
    }
  });

  test.each([
    ['oracle://reader:pass@db:1521/', 'names no service'],
    ['oracle://reader:pass@db/(X=Y)', 'characters that such names do not have'],
    ['oracle://reader:pass@db/x?protocol=ipc', 'protocol is not one of'],
    ['postgres://reader:pass@db/x', 'does not begin with oracle://'],
  ])('by %s is refused', async (url, words) => {
    await expect(async () => readAll(oracleSource(url, 'SELECT 1'))).rejects.toMatchObject({
      code: 'SECRET_INVALID',
      message: expect.stringContaining(words),
    });
  });
});

test('a query that is slower than its limit says which setting to raise', async () => {
  const server = await start({
    answer: () => ({
      columns: NUMBERED,
      rows: async function* () {
        await new Promise((resolve) => setTimeout(resolve, 3_600_000).unref());
        yield ['1', 'never'];
      },
    }),
  });
  const source = oracleSource(server.url, 'SELECT x FROM t', { statementTimeoutSeconds: 1 });
  await expect(readAll(source)).rejects.toMatchObject({
    code: 'SOURCE_TIMEOUT',
    hint: expect.stringContaining('statementTimeoutSeconds'),
  });
});
