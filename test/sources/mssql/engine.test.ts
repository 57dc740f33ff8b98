import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sourceContract } from '../../contracts/source.contract.ts';
import { TdsError, type TdsValue } from '../../stand-ins/tds/answer.ts';
import type { TdsColumn } from '../../stand-ins/tds/values/column.ts';
import { createCertificates } from '../../support/http/certificates.ts';
import { readAll } from '../../support/files/read-rows.ts';
import { mssqlSource, startSqlServer, type TestTable } from '../../support/databases/sql-server.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

type Server = Awaited<ReturnType<typeof startSqlServer>>;

const MKFIFO = '/usr/bin/mkfifo';

const folders = temporaryFolders();
const open: Server[] = [];
const start = async (options: Parameters<typeof startSqlServer>[0]) => {
  const server = await startSqlServer(options);
  open.push(server);
  return server;
};
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});
afterAll(() => {
  folders.removeAll();
});

const never = () => new AbortController().signal;

function* numbered(count: number): Generator<TdsValue[]> {
  for (let id = 1; id <= count; id++) yield [id, `row ${id}`];
}

const NUMBERED: readonly TdsColumn[] = [
  { name: 'id', type: 'int' },
  { name: 'name', type: 'varchar', length: 50 },
];

describe('one server', () => {
  let server: Server;
  beforeAll(async () => {
    server = await startSqlServer({
      answer: (query) => ({ columns: NUMBERED, rows: () => numbered(Number(/\d+/.exec(query)?.[0])) }),
    });
  });
  afterAll(async () => {
    await server.close();
  });

  sourceContract('A SQL Server query', {
    make: (rows) => Promise.resolve(mssqlSource(server.url, `SELECT TOP ${rows} id, name FROM t`)),
  });
  sourceContract('A SQL Server delta query', {
    make: (rows) =>
      Promise.resolve(
        mssqlSource(server.url, `SELECT TOP ${rows} id, name FROM t WHERE id > :watermark`, {
          watermarkField: 'id',
        }),
      ),
  });
});

/** A contributor with a SQL Server can hold the source against it. */
const REAL_URL = process.env['MSSQL_TEST_URL'];
if (REAL_URL !== undefined) {
  sourceContract('A query of a real SQL Server', {
    make: (rows) =>
      Promise.resolve(
        mssqlSource(
          REAL_URL,
          `SELECT n AS id, CONCAT('row ', n) AS name FROM (
             SELECT TOP (10000) CAST(ROW_NUMBER() OVER (ORDER BY (SELECT NULL)) AS int) AS n
             FROM sys.all_columns AS a CROSS JOIN sys.all_columns AS b) AS numbers WHERE n <= ${rows}`,
        ),
      ),
  });
}

/** What a column of a type lists for some values: kind, text, and JSON. */
async function listed(column: Omit<TdsColumn, 'name'>, values: readonly TdsValue[], sent = values) {
  const server = await start({
    answer: () => ({ columns: [{ name: 'v', ...column }], rows: () => sent.map((value) => [value]) }),
  });
  const { columns, rows, json } = await readAll(mssqlSource(server.url, 'SELECT v FROM t'));
  return { kind: columns[0]?.kind, texts: rows.map(({ v }) => v), json: json.map(({ v }) => v) };
}

describe('a value', () => {
  test.each<[TdsColumn['type'], string, TdsValue[], (string | null)[]]>([
    [
      'bigint',
      'integer',
      [9223372036854775807n, -9223372036854775808n, null],
      ['9223372036854775807', '-9223372036854775808', null],
    ],
    ['int', 'integer', [2147483647, -1], ['2147483647', '-1']],
    ['tinyint', 'integer', [255], ['255']],
    ['float', 'float', [0.1, 1.7976931348623157e308, -0.5], ['0.1', '1.7976931348623157e+308', '-0.5']],
    ['real', 'float', [Math.fround(0.1), 16777216], ['0.1', '16777216']],
    [
      'money',
      'decimal',
      ['922337203.5807', '-0.0001', '900719925474.0991'],
      ['922337203.5807', '-0.0001', '900719925474.0991'],
    ],
    ['bit', 'boolean', [true, false], ['true', 'false']],
  ])('of %s is exact, as %s', async (type, kind, values, expected) => {
    const { kind: found, json } = await listed({ type }, values);
    expect([found, json]).toEqual([kind, expected]);
  });

  test('of a short decimal is exact, though the driver makes a float of it', async () => {
    const digits = fc.bigInt({ min: -(10n ** 15n) + 1n, max: 10n ** 15n - 1n });
    await fc.assert(
      fc.asyncProperty(
        fc.array(digits, { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 0, max: 15 }),
        async (numbers, scale) => {
          const texts = numbers.map((number) => {
            const text = (number < 0n ? -number : number).toString().padStart(scale + 1, '0');
            const point = text.length - scale;
            return `${number < 0n ? '-' : ''}${text.slice(0, point)}${scale === 0 ? '' : `.${text.slice(point)}`}`;
          });
          const { texts: found } = await listed({ type: 'decimal', precision: 15, scale }, texts);
          expect(found).toEqual(texts);
        },
      ),
      { numRuns: 20 },
    );
  });

  test('of a long decimal is asked for as text', async () => {
    const digits = '12345678901234567890123456789.123456789';
    const server = await start({
      answer: () => ({
        columns: [{ name: 'v', type: 'decimal', precision: 38, scale: 9 }],
        rows: () => [[digits]],
      }),
    });
    const { columns, json } = await readAll(mssqlSource(server.url, 'SELECT v FROM t'));
    expect([columns[0]?.kind, json]).toEqual(['decimal', [{ v: digits }]]);
    expect(server.server.statements.map(({ sql }) => sql).join('\n')).toContain('[v] varchar(41) NULL');
  });

  test('of money that a float cannot hold fails the run rather than be rounded', async () => {
    await expect(listed({ type: 'money' }, ['922337203685477.5807'])).rejects.toMatchObject({
      code: 'SOURCE_REFUSED',
      hint: expect.stringContaining('decimal(19,4)'),
    });
  });

  test.each<[TdsColumn['type'], number | undefined, string, TdsValue, string]>([
    ['datetime2', 7, 'timestamp', '2024-02-29 13:14:15.1234567', '"2024-02-29T13:14:15.1234567"'],
    ['datetime2', 0, 'timestamp', '0001-01-01 00:00:00', '"0001-01-01T00:00:00"'],
    ['datetime2', 3, 'timestamp', '9999-12-31 23:59:59.999', '"9999-12-31T23:59:59.999"'],
    [
      'datetimeoffset',
      7,
      'timestamptz',
      '2024-02-29 13:14:15.1234567 +05:30',
      '"2024-02-29T07:44:15.1234567Z"',
    ],
    ['datetime', undefined, 'timestamp', '2024-02-29 13:14:15.997', '"2024-02-29T13:14:15.997"'],
    ['smalldatetime', undefined, 'timestamp', '2024-02-29 13:14:00', '"2024-02-29T13:14:00"'],
    ['date', undefined, 'date', '2024-02-29', '"2024-02-29"'],
    ['time', 7, 'text', '13:14:15.1234567', '"13:14:15.1234567"'],
    ['time', 0, 'text', '23:59:59', '"23:59:59"'],
  ])('of %s(%s) keeps every digit', async (type, scale, kind, value, expected) => {
    const { kind: found, json } = await listed({ type, ...(scale !== undefined && { scale }) }, [
      value,
      null,
    ]);
    expect([found, json]).toEqual([kind, [expected, null]]);
  });

  test('of any datetime2(7) keeps its 100 nanoseconds', async () => {
    const ticks = fc.array(fc.integer({ min: 0, max: 9_999_999 }), { minLength: 1, maxLength: 100 });
    await fc.assert(
      fc.asyncProperty(ticks, async (fractions) => {
        const texts = fractions.map((fraction) => `2024-02-29 13:14:15.${String(fraction).padStart(7, '0')}`);
        const { texts: found } = await listed({ type: 'datetime2', scale: 7 }, texts);
        expect(found).toEqual(texts);
      }),
      { numRuns: 20 },
    );
  });

  test.each<[Omit<TdsColumn, 'name'>, string, TdsValue, string]>([
    [
      { type: 'uniqueidentifier' },
      'text',
      '6F9619FF-8B86-D011-B42D-00C04FC964FF',
      '"6F9619FF-8B86-D011-B42D-00C04FC964FF"',
    ],
    [{ type: 'rowversion' }, 'bytes', Buffer.from('00000000000007d1', 'hex'), '"AAAAAAAAB9E="'],
    [{ type: 'varbinary', length: 'max' }, 'bytes', Buffer.from('00ff', 'hex'), '"AP8="'],
    [{ type: 'nvarchar', length: 'max' }, 'text', 'Grüße 👋🏽 "x"', '"Grüße 👋🏽 \\"x\\""'],
    [{ type: 'xml' }, 'text', '<a>b</a>', '"<a>b</a>"'],
  ])('of %j is whole', async (column, kind, value, expected) => {
    const { kind: found, json } = await listed(column, [value]);
    expect([found, json]).toEqual([kind, [expected]]);
  });

  test('of a text with a code page is asked for as Unicode', async () => {
    const server = await start({
      answer: () => ({
        columns: [
          { name: 'short', type: 'varchar', length: 20 },
          { name: 'long', type: 'varchar', length: 8000 },
          { name: 'odd]name', type: 'char', length: 5 },
        ],
        rows: () => [['č', 'č'.repeat(8000), 'abc  ']],
      }),
    });
    const { rows } = await readAll(mssqlSource(server.url, 'SELECT …'));
    expect(rows).toEqual([{ short: 'č', long: 'č'.repeat(8000), 'odd]name': 'abc  ' }]);
    expect(server.server.statements.map(({ sql }) => sql).join('\n')).toContain(
      '([short] nvarchar(20) NULL, [long] nvarchar(max) NULL, [odd]]name] nvarchar(5) NULL)',
    );
  });
});

describe('a listing', () => {
  const table = (columns: TdsColumn[] = [...NUMBERED], rows: TestTable['rows'] = () => numbered(3)) => ({
    columns,
    rows,
  });

  test.each([
    [true, 'SNAPSHOT'],
    [false, 'READ COMMITTED'],
  ])('is of one moment if the database allows snapshots: %s', async (snapshots, level) => {
    const server = await start({ snapshots, answer: () => table() });
    await readAll(mssqlSource(server.url, 'SELECT id, name FROM t'));
    expect(server.readings).toEqual([{ isolationLevel: level, inTransaction: true }]);
  });

  test('undoes at its end whatever its query did', async () => {
    const server = await start({ answer: () => table() });
    await readAll(mssqlSource(server.url, 'SELECT id, name FROM t'));
    expect(server.server.statements.at(-1)?.sql).toMatch(/rollback/i);
  });

  test('without columns is refused, and so is one whose column has no name', async () => {
    const none = await start({ answer: () => table([], () => []) });
    await expect(readAll(mssqlSource(none.url, 'DELETE FROM t'))).rejects.toMatchObject({
      code: 'SOURCE_QUERY_INVALID',
      message: expect.stringContaining('returns no rows at all'),
    });
    const nameless = await start({ answer: () => table([{ name: '', type: 'int' }], () => []) });
    await expect(readAll(mssqlSource(nameless.url, 'SELECT 1'))).rejects.toMatchObject({
      code: 'SOURCE_QUERY_INVALID',
      message: expect.stringContaining('Column 1'),
    });
  });

  test.each([
    [208, "Invalid object name 'no_such'.", 'SOURCE_QUERY_INVALID', 'query line 3'],
    [229, "The SELECT permission was denied on the object 't'.", 'SOURCE_PERMISSION', 'denied'],
    [1205, 'Transaction was deadlocked.', 'SOURCE_LOST', 'deadlocked'],
    [8134, 'Divide by zero error encountered.', 'SOURCE_REFUSED', 'Divide'],
    [40501, 'The service is currently busy.', 'SOURCE_UNREACHABLE', 'busy'],
    [77777, 'Something new.', 'SOURCE_REFUSED', 'Something new'],
  ])('that ends with error %i says what it means', async (number, message, code, words) => {
    const server = await start({
      answer: () => {
        throw new TdsError(number, message, { lineNumber: 3 });
      },
    });
    await expect(readAll(mssqlSource(server.url, 'SELECT x'))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(
        new RegExp(`^SQL Server source reader@127.0.0.1:\\d+/shop \\(secret test-db\\): .*${words}`),
      ),
    });
  });

  test('that fails in the middle, or is cut off, fails', async () => {
    const failing = await start({
      answer: () =>
        table([...NUMBERED], function* () {
          yield* numbered(5_000);
          throw new TdsError(8134, 'Divide by zero error encountered.');
        }),
    });
    await expect(readAll(mssqlSource(failing.url, 'SELECT x'))).rejects.toMatchObject({
      code: 'SOURCE_REFUSED',
    });
    const cut: Server = await start({
      answer: () =>
        table([...NUMBERED], function* () {
          yield* numbered(20_000);
          cut.server.dropConnections();
          yield* numbered(20_000);
        }),
    });
    await expect(readAll(mssqlSource(cut.url, 'SELECT x'))).rejects.toMatchObject({
      code: 'SOURCE_LOST',
      retryable: true,
    });
  });

  test('that is slower than its limit says which setting to raise', async () => {
    const server = await start({
      answer: () =>
        table([...NUMBERED], async function* () {
          await new Promise(() => undefined);
          yield [1, 'never'];
        }),
    });
    const source = mssqlSource(server.url, 'SELECT x', { statementTimeoutSeconds: 1 });
    await expect(readAll(source)).rejects.toMatchObject({
      code: 'SOURCE_TIMEOUT',
      hint: expect.stringContaining('statementTimeoutSeconds'),
    });
  });
});

describe('a delta query', () => {
  const columns: TdsColumn[] = [
    { name: 'id', type: 'int' },
    { name: 'at', type: 'datetime2', scale: 7 },
    { name: 'old', type: 'datetime' },
    { name: 'version', type: 'rowversion' },
    { name: 'name', type: 'nvarchar' },
  ];
  const rows: TdsValue[][] = [
    [1, '2024-01-01 00:00:00.0000001', '2024-01-01 00:00:00', Buffer.from('0000000000000001', 'hex'), 'a'],
    [
      3,
      '2024-01-01 00:00:02.0000003',
      '2024-01-01 00:00:01.997',
      Buffer.from('00000000000000ff', 'hex'),
      'b',
    ],
    [2, null, null, null, null],
  ];

  test.each([
    ['id', 'bigint', '-9223372036854775808', '3', 1, '2'],
    [
      'at',
      'datetime2(7)',
      '0001-01-01 00:00:00',
      '2024-01-01 00:00:02.0000003',
      '1s',
      '2024-01-01 00:00:01.0000003',
    ],
    [
      'old',
      'datetime2(7)',
      '0001-01-01 00:00:00',
      '2024-01-01 00:00:01.997',
      '1s',
      '2024-01-01 00:00:00.997000',
    ],
  ])('by %s is bound as %s', async (field, type, lowest, highest, lag, next) => {
    const bound: unknown[] = [];
    const server = await start({
      answer: () => ({
        columns,
        rows: (watermark) => {
          bound.push(watermark);
          return rows;
        },
      }),
    });
    const source = () =>
      mssqlSource(server.url, `SELECT * FROM t WHERE ${field} > :watermark`, {
        watermarkField: field,
        watermarkLag: lag,
      });
    const { end } = await readAll(source());
    expect(end).toEqual({ checkpoint: highest, truncated: false });
    await readAll(source(), highest);
    // The second one asks whether the query lists the row with the highest value.
    expect(bound).toEqual([lowest, expect.anything(), next]);
    const declared = server.server.statements.map(({ parameters }) => parameters['params']).filter(Boolean);
    expect(declared).toContain(`@watermark ${type}`);
  });

  test('begins with a higher watermark when the lowest one overflows in the query', async () => {
    const bound: unknown[] = [];
    const server = await start({
      answer: () => ({
        columns,
        rows: (watermark) => {
          bound.push(watermark);
          if (String(watermark).startsWith('0001'))
            throw new TdsError(517, "Adding a value to a 'datetime2' column caused an overflow.");
          return rows;
        },
      }),
    });
    const query = 'SELECT * FROM t WHERE at > DATEADD(HOUR, -1, :watermark)';
    const { end } = await readAll(mssqlSource(server.url, query, { watermarkField: 'at' }));
    expect(end.checkpoint).toBe('2024-01-01 00:00:02.0000003');
    expect(bound.slice(0, 2)).toEqual(['0001-01-01 00:00:00', '0002-01-01 00:00:00']);
  });

  test('is refused when it does not list the row with the highest value', async () => {
    const server = await start({
      answer: () => ({ columns, rows: (watermark) => (String(watermark).startsWith('0001') ? rows : []) }),
    });
    const source = mssqlSource(server.url, "SELECT * FROM t WHERE at > :watermark AT TIME ZONE 'x'", {
      watermarkField: 'at',
    });
    await expect(readAll(source)).rejects.toMatchObject({
      code: 'SOURCE_QUERY_INVALID',
      message: expect.stringContaining('does not list the row'),
    });
  });

  test('never takes a row from the far future for its checkpoint', async () => {
    const far: TdsValue[] = [9, '2206-01-01 00:00:00.0000000', null, null, 'z'];
    const server = await start({ answer: () => ({ columns, rows: () => [...rows, far] }) });
    const source = mssqlSource(server.url, 'SELECT * FROM t WHERE at > :watermark', { watermarkField: 'at' });
    expect((await readAll(source)).end).toEqual({
      checkpoint: '2024-01-01 00:00:02.0000003',
      truncated: false,
      ahead: { rows: 1, highest: expect.stringMatching(/^2206/) },
    });
  });

  test('by rowversion is bound as bytes, with every bit', async () => {
    const bound: unknown[] = [];
    const server = await start({
      answer: () => ({
        columns,
        rows: (watermark) => {
          bound.push(watermark);
          return rows;
        },
      }),
    });
    const options = { watermarkField: 'version' };
    const { end } = await readAll(
      mssqlSource(server.url, 'SELECT * FROM t WHERE version > :watermark', options),
    );
    expect(end.checkpoint).toBe('\\x00000000000000ff');
    await readAll(
      mssqlSource(server.url, 'SELECT * FROM t WHERE version > :watermark', options),
      end.checkpoint,
    );
    expect(bound.map((value) => Buffer.from(value as Uint8Array).toString('hex'))).toEqual([
      '0000000000000000',
      '00000000000000ff',
    ]);
  });

  test('is described with the type of a watermark that its query takes', async () => {
    const server = await start({
      answer: () => ({ columns, rows: () => rows }),
    });
    await mssqlSource(server.url, 'SELECT * FROM t WHERE id > :watermark', { watermarkField: 'id' }).columns(
      never(),
    );
    expect(server.server.statements.map(({ parameters }) => parameters['params'])).toContain(
      '@watermark datetime2(7)',
    );
  });

  test('by a text is refused', async () => {
    const server = await start({ answer: () => ({ columns, rows: () => rows }) });
    await expect(
      readAll(mssqlSource(server.url, 'SELECT * FROM t WHERE name > :watermark', { watermarkField: 'name' })),
    ).rejects.toMatchObject({ code: 'NOT_SUPPORTED' });
  });
});

describe('a login', () => {
  const answer = () => ({ columns: NUMBERED, rows: () => numbered(1) });

  test.each([
    ['mssql://reader:s3cr3t-wrong@HOST/shop?encrypt=false', 'SOURCE_AUTH_FAILED'],
    ['mssql://reader:pass@HOST/nowhere?encrypt=false', 'SECRET_INVALID'],
    ['mssql://reader:pass@127.0.0.1:1/shop?encrypt=false', 'SOURCE_UNREACHABLE'],
    ['mssql://reader:pass@nowhere.invalid/shop?encrypt=false', 'SOURCE_UNREACHABLE'],
  ])('by %s fails with %s, and without its password', async (url, code) => {
    const { server } = await start({ answer, databases: ['shop'] });
    const error: unknown = await readAll(
      mssqlSource(url.replace('HOST', `127.0.0.1:${server.port}`), 'SELECT x'),
    ).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringContaining('secret test-db') });
    expect(JSON.stringify(error) + String(error)).not.toContain('s3cr3t');
  });

  test.each(['true', 'strict'])(
    'with encrypt=%s trusts the authority in tls.caFile alone',
    async (encrypt) => {
      const certificates = createCertificates();
      const caFile = path.join(folders.make(), 'ca.pem');
      writeFileSync(caFile, certificates.authority);
      const { server } = await start({
        answer,
        certificates,
        encryption: encrypt === 'strict' ? 'tds8' : 'required',
      });
      const url = `mssql://reader:pass@localhost:${server.port}/shop?encrypt=${encrypt}`;
      const { rows } = await readAll(mssqlSource(url, 'SELECT x', { tls: { caFile } }));
      expect(rows).toHaveLength(1);
      await expect(readAll(mssqlSource(url, 'SELECT x'))).rejects.toMatchObject({
        code: 'SOURCE_TLS',
        hint: expect.stringContaining('spec.source.tls.caFile'),
      });
    },
  );

  test('is not sent to a server without encryption, which the driver would do', async () => {
    const { server } = await start({ answer });
    const url = `mssql://reader:pass@127.0.0.1:${server.port}/shop`;
    // The driver says nothing before this time is over.
    const source = mssqlSource(url, 'SELECT x', { connectTimeoutSeconds: 5 });
    await expect(readAll(source)).rejects.toMatchObject({
      code: 'SOURCE_TLS',
      message: expect.stringContaining('No password was sent'),
      hint: expect.stringContaining('encrypt=false'),
    });
    expect(server.sessions).toBe(0);
  });

  test('of a server with a certificate of another name is refused, unless the secret names it', async () => {
    const certificates = createCertificates(['db.example.com']);
    const caFile = path.join(folders.make(), 'ca.pem');
    writeFileSync(caFile, certificates.authority);
    const { server } = await start({ answer, certificates, encryption: 'required' });
    const url = `mssql://reader:pass@localhost:${server.port}/shop?encrypt=true`;
    await expect(readAll(mssqlSource(url, 'SELECT x', { tls: { caFile } }))).rejects.toMatchObject({
      code: 'SOURCE_TLS',
    });
    const named = `${url}&hostNameInCertificate=db.example.com`;
    expect((await readAll(mssqlSource(named, 'SELECT x', { tls: { caFile } }))).rows).toHaveLength(1);
  });
});

test.each(['read', 'columns'] as const)(
  'a run that is stopped while its certificate is read opens no connection: %s',
  async (what) => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const url = `mssql://reader:pass@127.0.0.1:${port}/shop?encrypt=true`;
    // Reading a pipe waits for a writer.
    const caFile = path.join(folders.make(), 'ca.pem');
    execFileSync(MKFIFO, [caFile]);
    const source = mssqlSource(url, 'SELECT x', { tls: { caFile } });
    const abort = new AbortController();
    const reason = new Error('enough');
    const work = what === 'read' ? readAll(source, undefined, abort.signal) : source.columns(abort.signal);
    abort.abort(reason);
    await Promise.all([expect(work).rejects.toBe(reason), writeFile(caFile, createCertificates().authority)]);
    server.close();
    await once(server, 'close');
    expect(connections).toBe(0);
  },
);

test('a run that is stopped ends its query at the server too', async () => {
  let ended: () => void = () => undefined;
  const over = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const server = await start({
    answer: () => ({
      columns: NUMBERED,
      rows: function* () {
        try {
          for (;;) yield* numbered(3_000);
        } finally {
          ended();
        }
      },
    }),
  });
  const abort = new AbortController();
  const reason = new Error('enough');
  const batches = mssqlSource(server.url, 'SELECT x').read(undefined, abort.signal)[Symbol.asyncIterator]();
  await batches.next();
  abort.abort(reason);
  await expect(batches.next()).rejects.toBe(reason);
  await over;
  expect(server.server.statements.map(({ sql }) => sql)).not.toContainEqual(
    expect.stringMatching(/rollback/i),
  );
});
