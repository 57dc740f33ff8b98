import { afterEach, describe, expect, it } from '@jest/globals';
import { ISOLATION_LEVEL, TYPES, type Connection, type Request } from 'tedious';
import { createCertificates } from '../support/http/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { standstill } from '../support/processes/standstill.ts';
import { connectTedious, eachRow, rowsOf } from '../support/databases/tedious-client.ts';
import { TdsError, type TdsHandler, type TdsResult, type TdsValue } from './tds/answer.ts';
import type { TdsColumn } from './tds/values/column.ts';
import { describedColumns } from './tds/values/described-columns.ts';
import { startTdsStandIn, type TdsStandIn, type TdsStandInOptions } from './tds/tds-stand-in.ts';

const closing: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(handler: TdsHandler, options: Partial<TdsStandInOptions> = {}): Promise<TdsStandIn> {
  const server = await startTdsStandIn({ users: { reader: 'pässword' }, handler, ...options });
  closing.push(() => server.close());
  return server;
}

async function connect(...args: Parameters<typeof connectTedious>): Promise<Connection> {
  const connection = await connectTedious(...args);
  closing.push(() => {
    connection.close();
  });
  return connection;
}

/** A server that answers everything with these rows. */
const rows =
  (columns: readonly TdsColumn[], ...values: readonly (readonly TdsValue[])[]): TdsHandler =>
  () => ({ columns, rows: values });

const NUMBER: readonly TdsColumn[] = [{ name: 'n', type: 'int' }];

/** As many as you like: 1, 2, 3, … */
function* count(to = Infinity): Generator<[number]> {
  for (let n = 1; n <= to; n += 1) yield [n];
}

describe('values of the TDS stand-in', () => {
  const columnsOf = (...columns: Omit<TdsColumn, 'name'>[]): TdsColumn[] =>
    columns.map((column, at) => ({ name: `c${at}`, ...column }));

  async function read(columns: TdsColumn[], values: TdsValue[]): Promise<unknown[]> {
    // One NULL among eight columns and more is sent as it is, many are sent as bits.
    const wide = [...columns, ...columns, ...columns, ...columns];
    const server = await start(
      rows(
        wide,
        [...values, ...values, ...values, ...values],
        wide.map(() => null),
        ...columns.map((_, at) =>
          wide.map((_column, other) => (other === at ? null : (values[other % columns.length] ?? null))),
        ),
      ),
    );
    const [given = [], nothing, ...single] = await rowsOf(await connect(server), 'SELECT everything');
    expect(nothing).toEqual(wide.map(() => null));
    for (const [at, row] of single.entries()) {
      expect(row).toEqual(given.map((value, other) => (other === at ? null : value)));
    }
    expect(single).toHaveLength(columns.length);
    return given.slice(0, columns.length);
  }

  it('are numbers, and NULL', async () => {
    const columns = columnsOf(
      { type: 'tinyint' },
      { type: 'smallint' },
      { type: 'int' },
      { type: 'bigint' },
      { type: 'bit' },
      { type: 'real' },
      { type: 'float' },
      { type: 'money' },
      { type: 'smallmoney' },
    );
    const values = [
      255,
      -32_768,
      -2_147_483_648,
      -(2n ** 63n),
      true,
      0.5,
      1e300,
      '-922337203685.4775',
      '-0.0001',
    ];
    expect(await read(columns, values)).toEqual([
      255,
      -32_768,
      -2_147_483_648,
      '-9223372036854775808',
      true,
      0.5,
      1e300,
      -922_337_203_685.4775,
      -0.0001,
    ]);
  });

  it('are decimals of every precision, which the driver makes floats of', async () => {
    const columns = columnsOf(
      { type: 'decimal', precision: 9, scale: 2 },
      { type: 'decimal', precision: 19, scale: 3 },
      { type: 'numeric', precision: 28, scale: 10 },
      { type: 'numeric', precision: 38, scale: 0 },
      { type: 'decimal', precision: 38, scale: 38 },
    );
    const large = '9'.repeat(38);
    expect(await read(columns, ['-9999999.99', '1234567890123.125', '-0.5', large, `0.${large}`])).toEqual([
      -9_999_999.99, 1_234_567_890_123.125, -0.5, 1e38, 1,
    ]);
  });

  it('are dates and times to the last digit', async () => {
    const columns = columnsOf(
      { type: 'date' },
      { type: 'date' },
      { type: 'time', scale: 0 },
      { type: 'datetime2', scale: 3 },
      { type: 'datetime2', scale: 7 },
      { type: 'datetimeoffset', scale: 7 },
      { type: 'datetime' },
      { type: 'smalldatetime' },
    );
    const given = await read(columns, [
      '0001-01-01',
      '9999-12-31',
      '23:59:59',
      '2024-02-29 13:14:15.167',
      '2024-02-29 13:14:15.1234567',
      '2024-03-01 00:14:15.1234567 +05:30',
      '1753-01-01 00:00:00.003',
      '2024-02-29 13:14',
    ]);
    expect(given.map((date) => (date as Date).toISOString())).toEqual([
      '0001-01-01T00:00:00.000Z',
      '9999-12-31T00:00:00.000Z',
      '1970-01-01T23:59:59.000Z',
      '2024-02-29T13:14:15.167Z',
      '2024-02-29T13:14:15.123Z',
      '2024-02-29T18:44:15.123Z',
      '1753-01-01T00:00:00.003Z',
      '2024-02-29T13:14:00.000Z',
    ]);
    const beyond = given.map((date) => (date as { nanosecondsDelta?: number }).nanosecondsDelta);
    expect(beyond.slice(3, 6)).toEqual([0, 0.0004567, 0.0004567]);
  });

  it('are texts in the code page of their column, short and in parts', async () => {
    const long = 'Größe 🚲 '.repeat(5_000);
    const columns = columnsOf(
      { type: 'char', length: 4 },
      { type: 'varchar', length: 10 },
      { type: 'varchar', length: 10, codePage: 'windows-1251' },
      { type: 'varchar', length: 'max', codePage: 'utf-8' },
      { type: 'nchar', length: 4 },
      { type: 'nvarchar', length: 10 },
      { type: 'nvarchar', length: 'max' },
      { type: 'nvarchar', length: 'max' },
      { type: 'text' },
      { type: 'ntext' },
      { type: 'xml' },
    );
    const values = ['é', '5 €', 'Привет', long, 'é', '漢字', long, '', 'ß', '漢字', '<a>1</a>'];
    expect(await read(columns, values)).toEqual([
      'é   ',
      '5 €',
      'Привет',
      long,
      'é   ',
      '漢字',
      long,
      '',
      'ß',
      '漢字',
      '<a>1</a>',
    ]);
  });

  it('are bytes and identifiers', async () => {
    const large = Buffer.alloc(20_000, 'abc');
    const columns = columnsOf(
      { type: 'binary', length: 4 },
      { type: 'varbinary', length: 8 },
      { type: 'varbinary', length: 'max' },
      { type: 'image' },
      { type: 'rowversion' },
      { type: 'uniqueidentifier' },
    );
    const id = '00112233-4455-6677-8899-AABBCCDDEEFF';
    const version = Buffer.from('00000000000007d1', 'hex');
    const values = [Buffer.from([1]), Buffer.from([0, 255]), large, large, version, id];
    const expected = [Buffer.from([1, 0, 0, 0]), Buffer.from([0, 255]), large, large, version, id];
    expect(await read(columns, values)).toEqual(expected);
  });

  it.each([
    ['int', 2 ** 31],
    ['bigint', 5],
    ['decimal', '1.5'],
    ['datetime2', 'yesterday'],
    ['varchar', '漢字'],
    ['varchar', 'x'.repeat(51)],
  ] as const)('of the wrong kind are a mistake that the test is told of: %s %s', async (type, value) => {
    const server = await start(rows([{ name: 'c', type, scale: 0 }], [value]));
    const reading = rowsOf(await connect(server), 'SELECT c');
    await expect(reading).rejects.toThrow('The TDS stand-in failed');
  });
});

describe('requests to the TDS stand-in', () => {
  it('bring parameters of all types', async () => {
    const server = await start(rows(NUMBER));
    const connection = await connect(server);
    const moment = new Date('2024-02-29T13:14:15.123Z');
    await rowsOf(connection, 'SELECT @int', (request) => {
      request.addParameter('null', TYPES.NVarChar, null);
      request.addParameter('int', TYPES.Int, -1);
      request.addParameter('tiny', TYPES.TinyInt, 255);
      request.addParameter('small', TYPES.SmallInt, -5);
      request.addParameter('big', TYPES.BigInt, '9223372036854775807');
      request.addParameter('bit', TYPES.Bit, true);
      request.addParameter('float', TYPES.Float, 1.5);
      request.addParameter('real', TYPES.Real, 0.5);
      request.addParameter('decimal', TYPES.Decimal, -12.5, { precision: 12, scale: 3 });
      request.addParameter('money', TYPES.SmallMoney, 2.5);
      request.addParameter('date', TYPES.Date, moment);
      request.addParameter('time', TYPES.Time, moment, { scale: 3 });
      request.addParameter('datetime', TYPES.DateTime, moment);
      request.addParameter('smalldatetime', TYPES.SmallDateTime, moment);
      request.addParameter('datetime2', TYPES.DateTime2, moment, { scale: 7 });
      request.addParameter('datetimeoffset', TYPES.DateTimeOffset, moment, { scale: 7 });
      request.addParameter('varchar', TYPES.VarChar, '5 €');
      request.addParameter('nvarchar', TYPES.NVarChar, '漢字');
      request.addParameter('max', TYPES.NVarChar, 'x'.repeat(9_000));
      request.addParameter('bytes', TYPES.VarBinary, Buffer.from([0, 1]));
      request.addParameter('id', TYPES.UniqueIdentifier, '00112233-4455-6677-8899-aabbccddeeff');
    });
    const { sql, parameters } = server.statements.at(-1) ?? {};
    expect(sql).toBe('SELECT @int');
    expect({ ...parameters, datetimeoffset: String(parameters?.['datetimeoffset']).slice(0, 23) }).toEqual({
      null: null,
      int: -1,
      tiny: 255,
      small: -5,
      big: 9_223_372_036_854_775_807n,
      bit: true,
      float: 1.5,
      real: 0.5,
      decimal: '-12.500',
      money: '2.5000',
      date: '2024-02-29',
      time: '13:14:15.123',
      datetime: '2024-02-29 13:14:15.123',
      smalldatetime: '2024-02-29 13:14:00',
      datetime2: '2024-02-29 13:14:15.1230000',
      datetimeoffset: '2024-02-29 13:14:15.123',
      varchar: '5 €',
      nvarchar: '漢字',
      max: 'x'.repeat(9_000),
      bytes: Buffer.from([0, 1]),
      id: '00112233-4455-6677-8899-AABBCCDDEEFF',
    });
  });

  it('get several results, of rows or only counted', async () => {
    const results: TdsResult[] = [
      { columns: NUMBER, rows: count(2) },
      { rowCount: 3 },
      { columns: [{ name: 't', type: 'nvarchar' }], rows: [['end']] },
    ];
    const connection = await connect(await start(() => results));
    for (const how of ['execSql', 'execSqlBatch'] as const) {
      results[0] = { columns: NUMBER, rows: count(2) };
      expect(await rowsOf(connection, 'SELECT', undefined, how)).toEqual([[1], [2], ['end']]);
    }
  });

  it('are transactions too, of which the account is kept', async () => {
    const server = await start(rows(NUMBER));
    const connection = await connect(server);
    const SNAPSHOT = ISOLATION_LEVEL['SNAPSHOT'] ?? 0;
    await rowsOf(connection, 'SELECT 0');
    await new Promise((resolve) => {
      connection.beginTransaction(resolve, '', SNAPSHOT);
    });
    await rowsOf(connection, 'SELECT 1');
    await new Promise((resolve) => {
      connection.commitTransaction(resolve);
    });
    await rowsOf(
      connection,
      'SET TRANSACTION ISOLATION LEVEL READ COMMITTED;\nBEGIN TRAN',
      undefined,
      'execSqlBatch',
    );
    await rowsOf(connection, 'SELECT 2');
    await rowsOf(connection, 'ROLLBACK TRANSACTION', undefined, 'execSqlBatch');
    await rowsOf(connection, 'SELECT 3');
    const selects = server.statements.filter(({ sql }) => sql.startsWith('SELECT'));
    expect(
      selects.map(({ session: { isolationLevel, inTransaction } }) => [isolationLevel, inTransaction]),
    ).toEqual([
      ['READ COMMITTED', false],
      ['SNAPSHOT', true],
      ['READ COMMITTED', true],
      ['READ COMMITTED', false],
    ]);
  });

  it('may ask for the columns of a result, by the name of the procedure', async () => {
    const columns: TdsColumn[] = [
      { name: 'id', type: 'bigint' },
      { name: 'price', type: 'decimal', precision: 12, scale: 2 },
      { name: 'note', type: 'nvarchar', length: 'max' },
    ];
    const server = await start((sql, { tsql }) => {
      expect([sql, tsql]).toEqual(['sp_describe_first_result_set', 'SELECT 1']);
      return describedColumns(columns);
    });
    const described = await rowsOf(
      await connect(server),
      'sp_describe_first_result_set',
      (request) => {
        request.addParameter('tsql', TYPES.NVarChar, 'SELECT 1');
      },
      'callProcedure',
    );
    expect(described.map((row) => [row[1], row[2], row[4]])).toEqual([
      [1, 'id', 'bigint'],
      [2, 'price', 'decimal(12,2)'],
      [3, 'note', 'nvarchar(max)'],
    ]);
  });

  it('fail before any row with number, text, severity and line', async () => {
    const server = await start(() => {
      throw new TdsError(208, "Invalid object name 'dbo.gone'.", { lineNumber: 3 });
    });
    const connection = await connect(server);
    const message = "Invalid object name 'dbo.gone'.";
    const failure = { number: 208, message, class: 16, state: 1, lineNumber: 3 };
    await expect(rowsOf(connection, 'SELECT')).rejects.toMatchObject(failure);
    await expect(rowsOf(connection, 'SELECT', undefined, 'execSqlBatch')).rejects.toMatchObject(failure);
  });

  it('fail after some rows', async () => {
    const server = await start(() => ({
      columns: NUMBER,
      rows: (function* () {
        yield* count(1_000);
        throw new TdsError(1205, 'You are the deadlock victim.', { severity: 13 });
      })(),
    }));
    let read = 0;
    const reading = rowsOf(await connect(server), 'SELECT', (request) => {
      request.on('row', () => (read += 1));
    });
    await expect(reading).rejects.toMatchObject({ number: 1205 });
    expect(read).toBe(1_000);
  });

  it('lose their connection in the middle of the rows', async () => {
    const server = await start((_sql, _parameters, session) => ({
      columns: NUMBER,
      rows: (function* () {
        yield* count(50_000);
        session.drop();
        yield* count();
      })(),
    }));
    await expect(rowsOf(await connect(server), 'SELECT')).rejects.toMatchObject({
      code: expect.stringMatching(/^(ESOCKET|ECONNRESET)$/),
    });
  });

  it('are not played beyond what is known', async () => {
    const connection = await connect(await start(rows(NUMBER)));
    const calling = rowsOf(
      connection,
      'next_number',
      (request) => {
        request.addOutputParameter('number', TYPES.Int);
      },
      'callProcedure',
    );
    await expect(calling).rejects.toThrow('The TDS stand-in does not play parameters');
  });
});

describe('a request to the TDS stand-in that is taken back', () => {
  it.each([
    ['fast', () => count()],
    [
      'stuck',
      async function* () {
        yield* count(5_000);
        await new Promise(() => undefined);
      },
    ],
  ] as const)('ends while rows come that are %s, and the connection goes on', async (_how, feed) => {
    const server = await start((sql) => ({ columns: NUMBER, rows: sql === 'SELECT 1' ? count(1) : feed() }));
    const connection = await connect(server);
    let read = 0;
    const reading = rowsOf(connection, 'SELECT all', (request) => {
      request.on('row', () => {
        read += 1;
        if (read === 10) request.cancel();
      });
    });
    await expect(reading).rejects.toMatchObject({ code: 'ECANCEL' });
    expect(await rowsOf(connection, 'SELECT 1')).toEqual([[1]]);
  });

  it('ends before there is an answer, as after a timeout', async () => {
    const server = await start((sql) =>
      sql === 'SELECT 1' ? { columns: NUMBER, rows: count(1) } : new Promise<never>(() => undefined),
    );
    const connection = await connect(server);
    const reading = rowsOf(connection, 'WAITFOR', (request) => {
      request.setTimeout(50);
    });
    await expect(reading).rejects.toMatchObject({ code: 'ETIMEOUT' });
    expect(await rowsOf(connection, 'SELECT 1')).toEqual([[1]]);
  });
});

describe('logins to the TDS stand-in', () => {
  const wrong = (password: string) =>
    ({ type: 'default', options: { userName: 'reader', password } }) as const;

  it('need the right password', async () => {
    const server = await start(rows(NUMBER));
    const login = connect(server, {}, wrong('x'));
    await expect(login).rejects.toMatchObject({ code: 'ELOGIN', message: "Login failed for user 'reader'." });
    expect(server.sessions).toBe(0);
  });

  it('may be by a token of Entra ID', async () => {
    const server = await start(rows(NUMBER), { accessTokens: ['header.payload.signature'] });
    const by = (token: string) =>
      ({ type: 'azure-active-directory-access-token', options: { token } }) as const;
    await connect(server, {}, by('header.payload.signature'));
    await expect(connect(server, {}, by('expired'))).rejects.toMatchObject({ code: 'ELOGIN' });
  });

  it('are to a database that there is', async () => {
    const server = await start(rows(NUMBER), { databases: ['hr'] });
    const connection = await connect(server, { database: 'hr' });
    await rowsOf(connection, 'SELECT 1');
    expect(server.statements.at(-1)?.session.database).toBe('hr');
    await expect(connect(server, { database: 'gone' })).rejects.toThrow('Cannot open database "gone"');
  });

  it('may be refused though the password is right', async () => {
    const refusal = new TdsError(18_470, "Login failed for user 'reader'. Reason: The account is disabled.");
    const server = await start(rows(NUMBER), { refuseLogin: () => refusal });
    await expect(connect(server)).rejects.toThrow('The account is disabled.');
  });
});

describe('encryption of the TDS stand-in', () => {
  const certificates = createCertificates();
  const trusting = { cryptoCredentialsDetails: { ca: certificates.authority }, serverName: 'localhost' };

  it.each([
    ['inside TDS 7', true, 'tls'],
    ['before TDS, as TDS 8.0 has it', 'strict', 'tds8'],
  ] as const)('is by TLS %s', async (_where, encrypt, encryption) => {
    const long = 'x'.repeat(300_000);
    const server = await start(rows([{ name: 't', type: 'nvarchar', length: 'max' }], [long]), {
      certificates,
    });
    const connection = await connect(server, { encrypt, ...trusting });
    expect(await rowsOf(connection, 'SELECT 1')).toEqual([[long]]);
    expect(server.statements.at(-1)?.session.encryption).toBe(encryption);
  });

  it('presents a certificate of an unknown authority', async () => {
    const server = await start(rows(NUMBER), { certificates });
    for (const encrypt of [true, 'strict'] as const) {
      const login = connect(server, { encrypt, serverName: 'localhost', trustServerCertificate: false });
      await expect(login).rejects.toThrow(/certificate/);
    }
  });

  it('can be required', async () => {
    const server = await start(rows(NUMBER), { certificates, encryption: 'required' });
    await expect(connect(server)).rejects.toMatchObject({ code: 'EENCRYPT' });
    await connect(server, { encrypt: true, ...trusting });
  });

  it('can be required as TDS 8.0 has it', async () => {
    const server = await start(rows(NUMBER), { certificates, encryption: 'tds8' });
    await expect(connect(server, { encrypt: true, ...trusting })).rejects.toMatchObject({ code: 'ESOCKET' });
    await connect(server, { encrypt: 'strict', ...trusting });
  });

  it('is not there without a certificate, which this driver does not mind', async () => {
    const server = await start(rows(NUMBER));
    await rowsOf(await connect(server, { encrypt: true }), 'SELECT 1');
    expect(server.statements.at(-1)?.session.encryption).toBe('none');
    await expect(connect(server, { encrypt: 'strict' })).rejects.toMatchObject({ code: 'ESOCKET' });
  });
});

describe('many rows from the TDS stand-in', () => {
  it('are made no faster than they are read', async () => {
    let made = 0;
    const text = 'x'.repeat(500);
    const server = await start(() => ({
      columns: [{ name: 't', type: 'nvarchar', length: 500 }],
      rows: (function* () {
        for (; made < 200_000; made += 1) yield [text];
      })(),
    }));
    const connection = await connect(server);
    let read = 0;
    let madeWhilePaused = 0;
    let request: Request | undefined;
    await eachRow(
      connection,
      'SELECT',
      () => {
        read += 1;
        if (read !== 1_000) return;
        request?.pause();
        void standstill(() => made).then((value) => {
          madeWhilePaused = value;
          request?.resume();
        });
      },
      (begun) => {
        request = begun;
      },
    );
    expect(read).toBe(200_000);
    // What sockets and the driver hold of rows that are a kilobyte each.
    expect(madeWhilePaused).toBeLessThan(50_000);
  });

  it('end for the handler when the client is gone', async () => {
    let ended = false;
    const server = await start(() => ({
      columns: NUMBER,
      rows: (function* () {
        try {
          yield* count();
        } finally {
          ended = true;
        }
      })(),
    }));
    const connection = await connect(server);
    const reading = rowsOf(connection, 'SELECT', (request) => {
      request.once('row', () => {
        connection.close();
      });
    });
    await expect(reading).rejects.toThrow();
    await eventually('the rows are ended', () => ended);
    await eventually('the connection is gone', () => server.connections === 0);
  });
});
