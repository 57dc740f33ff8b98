import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import oracledb from 'oracledb';
import { createCertificates } from '../support/http/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { connectOracledb, exact } from '../support/databases/oracledb-client.ts';
import { TnsError, type TnsHandler, type TnsValue } from './tns/answer.ts';
import type { TnsColumn } from './tns/values/column.ts';
import { numberBytes, numberText } from './tns/values/numbers.ts';
import { startTnsStandIn, type TnsStandIn, type TnsStandInOptions } from './tns/tns-stand-in.ts';

const closing: (() => Promise<void>)[] = [];
// Servers first: a driver may wait for the answer to what it has sent before it closes a connection.
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start(handler: TnsHandler, options: Partial<TnsStandInOptions> = {}): Promise<TnsStandIn> {
  const server = await startTnsStandIn({ users: { READER: 'pässword' }, handler, ...options });
  closing.push(() => server.close());
  return server;
}

async function connect(...args: Parameters<typeof connectOracledb>): Promise<oracledb.Connection> {
  const connection = await connectOracledb(...args);
  // Some tests break it.
  closing.push(() => connection.close().catch(() => undefined));
  return connection;
}

/** A server that answers everything with these rows. */
const rows =
  (columns: readonly TnsColumn[], ...values: readonly (readonly TnsValue[])[]): TnsHandler =>
  () => ({ columns, rows: values });

const NUMBER: readonly TnsColumn[] = [{ name: 'N', type: 'NUMBER' }];

/** As many as you like: 1, 2, 3, … */
function* count(to = Infinity): Generator<[string]> {
  for (let n = 1; n <= to; n += 1) yield [String(n)];
}

async function read(
  connection: oracledb.Connection,
  sql: string,
  binds: unknown[] = [],
): Promise<unknown[][]> {
  const { rows: found } = await connection.execute<unknown[]>(sql, binds as oracledb.BindParameters, {
    fetchTypeHandler: exact,
  });
  return found ?? [];
}

describe('values of the TNS stand-in', () => {
  async function values(...pairs: (readonly [Omit<TnsColumn, 'name'>, TnsValue])[]): Promise<unknown[]> {
    const columns = pairs.map(([column], at) => ({ name: `C${at}`, ...column }));
    const given = pairs.map(([, value]) => value);
    const server = await start(
      rows(
        columns,
        given,
        given.map(() => null),
      ),
    );
    const [first = [], nothing] = await read(await connect(server), 'SELECT everything');
    expect(nothing).toEqual(given.map(() => null));
    return first;
  }

  it('are numbers of up to 38 digits', async () => {
    const numbers = ['0', '-1', '100', '0.01', '-12345.678', `-${'9'.repeat(38)}`, `0.${'1'.repeat(38)}`];
    const given = await values(
      ...numbers.map((text) => [{ type: 'NUMBER' }, text] as const),
      [{ type: 'NUMBER', precision: 12, scale: 2 }, '1234567890.12'],
      [{ type: 'BINARY_FLOAT' }, -0.5],
      [{ type: 'BINARY_DOUBLE' }, 1e300],
    );
    expect(given).toEqual([
      '0',
      '-1',
      '100',
      '.01',
      '-12345.678',
      `-${'9'.repeat(38)}`,
      `.${'1'.repeat(38)}`,
      '1234567890.12',
      -0.5,
      1e300,
    ]);
  });

  it('are numbers that come back as they were, whatever their digits', () => {
    const digits = fc.stringMatching(/^[1-9]\d{0,37}$/);
    fc.assert(
      fc.property(digits, fc.integer({ min: 0, max: 60 }), fc.boolean(), (text, scale, negative) => {
        const padded = text.padStart(scale + 1, '0');
        const fraction = padded.slice(padded.length - scale).replace(/0+$/, '');
        const whole = padded.slice(0, padded.length - scale);
        const number = `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
        expect(numberText(numberBytes(number))).toBe(number);
      }),
    );
  });

  it('are texts, short and in parts, and empty ones are NULL', async () => {
    const long = 'Größe 🚲 '.repeat(900);
    const given = await values(
      [{ type: 'VARCHAR2', size: 10 }, 'Ünïcode'],
      [{ type: 'VARCHAR2', size: 32_767 }, long],
      [{ type: 'VARCHAR2' }, ''],
      [{ type: 'NVARCHAR2', size: 10 }, '漢字'],
      [{ type: 'CHAR', size: 4 }, 'é'],
      [{ type: 'NCHAR', size: 4 }, '漢'],
      [{ type: 'ROWID' }, 'AAAR3sAAEAAAACXAAA'],
    );
    expect(given).toEqual(['Ünïcode', long, null, '漢字', 'é   ', '漢   ', 'AAAR3sAAEAAAACXAAA']);
  });

  it('are dates and timestamps, of which the driver keeps milliseconds', async () => {
    const given = await values(
      [{ type: 'DATE' }, '0001-01-01'],
      [{ type: 'DATE' }, '9999-12-31 23:59:59'],
      [{ type: 'TIMESTAMP', scale: 9 }, '2024-02-29 13:14:15.123456789'],
      [{ type: 'TIMESTAMP WITH TIME ZONE' }, '2024-03-01 00:14:15.123456 +05:30'],
      [{ type: 'TIMESTAMP WITH LOCAL TIME ZONE' }, '2024-02-29 13:14:15.123456 -00:30'],
    );
    const local = new Date(2024, 1, 29, 13, 14, 15, 123);
    expect(given.slice(1)).toEqual([
      new Date(9999, 11, 31, 23, 59, 59),
      local,
      new Date('2024-02-29T18:44:15.123Z'),
      new Date('2024-02-29T13:44:15.123Z'),
    ]);
    expect(given).toHaveLength(5);
  });

  it('are bytes and large objects', async () => {
    const text = 'Größe 漢字 🚲 '.repeat(5_000);
    const bytes = Buffer.alloc(200_000, 'abc');
    const given = await values(
      [{ type: 'RAW', size: 3 }, Buffer.from([0, 1, 255])],
      [{ type: 'RAW', size: 2_000 }, bytes.subarray(0, 2_000)],
      [{ type: 'CLOB' }, text],
      [{ type: 'NCLOB' }, text],
      [{ type: 'BLOB' }, bytes],
    );
    expect(given).toEqual([Buffer.from([0, 1, 255]), bytes.subarray(0, 2_000), text, text, bytes]);
  });

  it('come also where they are the same in several rows, which then are sent once', async () => {
    const columns: TnsColumn[] = [
      { name: 'N', type: 'NUMBER' },
      { name: 'T', type: 'VARCHAR2' },
      { name: 'C', type: 'CLOB' },
      ...Array.from({ length: 8 }, (_, at) => ({ name: `D${at}`, type: 'DATE' as const })),
    ];
    const given = Array.from({ length: 300 }, (_, row) => [
      String(row % 2),
      row % 3 === 0 ? null : 'same',
      `large ${row % 2}`,
      ...Array.from({ length: 8 }, (_each, at) =>
        row % 5 === 0 ? null : `2024-01-0${(Math.floor(row / (at + 3)) % 9) + 1}`,
      ),
    ]);
    const found = await read(await connect(await start(rows(columns, ...given))), 'SELECT the same');
    const days = (values: unknown[]) =>
      values.map((value) => (value instanceof Date ? value.getDate() : value));
    const expected = given.map((row) => [
      ...row.slice(0, 3),
      ...row.slice(3).map((day) => day && Number(day.slice(8))),
    ]);
    expect(found.map(days)).toEqual(expected);
  });

  it.each([
    ['NUMBER', 1],
    ['NUMBER', '9'.repeat(41)],
    ['DATE', '2024-02-29 13:14:15.5'],
    ['TIMESTAMP', '2024-02-29 13:14:15 +00:00'],
    ['VARCHAR2', 'x'.repeat(4_001)],
    ['ROWID', 'AAA'],
  ] as const)('of the wrong kind are a mistake that the test is told of: %s %s', async (type, value) => {
    const reading = read(await connect(await start(rows([{ name: 'C', type }], [value]))), 'SELECT c');
    await expect(reading).rejects.toThrow('the TNS stand-in failed');
  });
});

describe('requests to the TNS stand-in', () => {
  it('bring binds of all types', async () => {
    const server = await start(rows(NUMBER));
    const connection = await connect(server);
    const moment = new Date(2024, 1, 29, 13, 14, 15, 123);
    const long = 'x'.repeat(40_000);
    const sql = `SELECT ${Array.from({ length: 11 }, (_, at) => `:${at + 1}`).join(', ')} FROM t`;
    await read(connection, sql, [
      null,
      '漢字',
      -12.5,
      Buffer.from([0, 1]),
      { type: oracledb.DB_TYPE_DATE, val: moment },
      { type: oracledb.DB_TYPE_TIMESTAMP, val: moment },
      { type: oracledb.DB_TYPE_TIMESTAMP_TZ, val: new Date('2024-02-29T13:14:15Z') },
      { type: oracledb.DB_TYPE_NVARCHAR, val: '漢字' },
      { type: oracledb.DB_TYPE_BINARY_DOUBLE, val: -0.25 },
      long,
      '12345678901234567890.5',
    ]);
    expect(server.statements.at(-1)).toMatchObject({
      sql,
      binds: [
        null,
        '漢字',
        '-12.5',
        Buffer.from([0, 1]),
        '2024-02-29 13:14:15',
        '2024-02-29 13:14:15.123000000',
        '2024-02-29 13:14:15 +00:00',
        '漢字',
        -0.25,
        long,
        '12345678901234567890.5',
      ],
    });
  });

  it('may come again, with other binds and other rows', async () => {
    const server = await start((_sql, [bind]) => ({ columns: NUMBER, rows: [[String(bind)]] }));
    const connection = await connect(server);
    for (const bind of [1, 2, 3])
      expect(await read(connection, 'SELECT :1', [bind])).toEqual([[String(bind)]]);
  });

  it('may come again for large objects', async () => {
    const columns: TnsColumn[] = [{ name: 'C', type: 'CLOB' }];
    const server = await start((_sql, [bind]) => ({ columns, rows: [[`text ${String(bind)}`]] }));
    const connection = await connect(server);
    for (const bind of [1, 2])
      expect(await read(connection, 'SELECT :1', [bind])).toEqual([[`text ${bind}`]]);
  });

  it('are counted where there are no rows', async () => {
    const connection = await connect(await start(() => ({ rowCount: 3 })));
    expect((await connection.execute('DELETE FROM t')).rowsAffected).toBe(3);
  });

  it('may ask for the columns of a result, without any row', async () => {
    let begun = false;
    const server = await start(() => ({
      columns: [
        { name: 'ID', type: 'NUMBER', precision: 12, scale: 2 },
        { name: 'NAME', type: 'VARCHAR2', size: 20 },
        { name: 'BODY', type: 'CLOB' },
        { name: 'AT', type: 'TIMESTAMP WITH TIME ZONE', scale: 3 },
      ],
      rows: (function* (): Generator<string[]> {
        begun = true;
        yield [];
      })(),
    }));
    const { metaData } = await (await connect(server)).getStatementInfo('SELECT * FROM t');
    expect(
      metaData?.map(({ name, dbTypeName, precision, scale }) => [name, dbTypeName, precision, scale]),
    ).toEqual([
      ['ID', 'NUMBER', 12, 2],
      ['NAME', 'VARCHAR2', undefined, undefined],
      ['BODY', 'CLOB', undefined, undefined],
      ['AT', 'TIMESTAMP WITH TIME ZONE', 3, undefined],
    ]);
    expect([begun, server.statements.at(-1)?.describeOnly]).toEqual([false, true]);
  });

  it('come from clients that name themselves', async () => {
    const server = await start(rows(NUMBER));
    const connection = await connect(server);
    connection.module = 'gemini-sync-bridge';
    connection.action = 'extract';
    connection.clientInfo = 'run 1';
    await read(connection, 'SELECT 1');
    connection.action = 'end';
    await read(connection, 'SELECT 2');
    const names = { module: 'gemini-sync-bridge', action: 'end', 'client info': 'run 1' };
    expect(server.statements.at(-1)?.session.names).toEqual(names);
  });

  it('are transactions too, of which the account is kept', async () => {
    const server = await start((sql) =>
      sql.startsWith('DELETE') ? { rowCount: 1 } : { columns: NUMBER, rows: [] },
    );
    const connection = await connect(server);
    for (const sql of [
      'SELECT 0',
      'SET TRANSACTION READ ONLY',
      'SELECT 1',
      'COMMIT',
      'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE',
      'SELECT 2',
      'ROLLBACK',
      "ALTER SESSION SET NLS_SORT = 'BINARY'",
      'DELETE FROM t',
      'SELECT 3',
    ]) {
      await connection.execute(sql);
    }
    await connection.commit();
    await connection.execute('SELECT 4');
    const selects = server.statements.filter(({ sql }) => /^SELECT \d/.test(sql));
    expect(selects.map(({ session }) => session.transaction)).toEqual([
      'none',
      'read only',
      'serializable',
      'read write',
      'none',
    ]);
    expect(server.statements.map(({ sql }) => sql)).toContain('COMMIT');
  });

  it('fail with the number, the text and the place', async () => {
    const server = await start(() => {
      throw new TnsError(942, 'table or view does not exist', { position: 14 });
    });
    const connection = await connect(server);
    await expect(read(connection, 'SELECT * FROM gone')).rejects.toMatchObject({
      errorNum: 942,
      offset: 14,
      message: expect.stringContaining('ORA-00942: table or view does not exist'),
    });
    await connection.ping();
  });

  it('fail after some rows', async () => {
    const server = await start(() => ({
      columns: NUMBER,
      rows: (function* () {
        yield* count(1_000);
        throw new TnsError(1555, 'snapshot too old');
      })(),
    }));
    const connection = await connect(server);
    const { resultSet } = await connection.execute('SELECT n', [], { resultSet: true, fetchArraySize: 100 });
    expect(await resultSet?.getRows(500)).toHaveLength(500);
    await expect(resultSet?.getRows(1_000)).rejects.toMatchObject({ errorNum: 1555 });
    await connection.ping();
  });

  it('lose their connection in the middle of the rows', async () => {
    const server = await start((_sql, _binds, session) => ({
      columns: NUMBER,
      rows: (function* () {
        yield* count(5_000);
        session.drop();
        yield* count();
      })(),
    }));
    await expect(read(await connect(server), 'SELECT n')).rejects.toMatchObject({ code: 'NJS-500' });
  });

  it('are not played beyond what is known', async () => {
    const server = await start(rows([{ name: 'C', type: 'CLOB' }], ['text']));
    const connection = await connect(server);
    await expect(connection.execute('SELECT c')).rejects.toThrow(
      'The TNS stand-in does not play large objects',
    );
  });
});

describe('a request to the TNS stand-in that is taken back', () => {
  it('ends after the time that a client gives it', async () => {
    const server = await start((sql) =>
      sql === 'SELECT 1' ? { columns: NUMBER, rows: count(1) } : new Promise<never>(() => undefined),
    );
    const connection = await connect(server);
    connection.callTimeout = 50;
    await expect(read(connection, 'SELECT slowly')).rejects.toMatchObject({ code: 'NJS-123' });
    connection.callTimeout = 0;
    expect(await read(connection, 'SELECT 1')).toEqual([['1']]);
  });

  it('ends in the middle of the rows', async () => {
    const columns: readonly TnsColumn[] = [{ name: 'T', type: 'VARCHAR2' }];
    // Some of the rows before the end may be in transit: packets split them at any byte.
    const stuck = async function* () {
      for (let row = 0; row < 150; row += 1) yield [String(row).padEnd(1_000, 'x')];
      await new Promise(() => undefined);
    };
    const server = await start((sql) =>
      sql === 'SELECT 1' ? { columns: NUMBER, rows: count(1) } : { columns, rows: stuck() },
    );
    const connection = await connect(server);
    const { resultSet } = await connection.execute('SELECT n', [], { resultSet: true, fetchArraySize: 100 });
    expect(await resultSet?.getRows(100)).toHaveLength(100);
    const reading = resultSet?.getRows(100);
    await connection.break();
    await expect(reading).rejects.toMatchObject({ errorNum: 1013 });
    expect(await read(connection, 'SELECT 1')).toEqual([['1']]);
  });
});

describe('logins to the TNS stand-in', () => {
  it('need the right password of a user that there is', async () => {
    const server = await start(rows(NUMBER));
    for (const options of [{ password: 'x' }, { user: 'nobody' }]) {
      await expect(connect(server, options)).rejects.toMatchObject({ errorNum: 1017 });
    }
    expect(server.sessions).toBe(0);
  });

  it('may be refused though the password is right', async () => {
    const server = await start(rows(NUMBER), {
      refuseLogin: () => new TnsError(28_000, 'The account is locked.'),
    });
    await expect(connect(server)).rejects.toMatchObject({ errorNum: 28_000 });
  });

  it('are to a service or a SID that there is', async () => {
    const server = await start(rows(NUMBER), { services: ['FREEPDB1'], sids: ['FREE'] });
    const at = (data: string) => ({
      connectString: `(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=${server.host})(PORT=${server.port}))(CONNECT_DATA=${data}))`,
    });
    const connection = await connect(server, at('(SID=FREE)'));
    await read(connection, 'SELECT 1');
    expect(server.statements.at(-1)?.session).toMatchObject({ user: 'READER', service: 'FREE' });
    await expect(connect(server, at('(SERVICE_NAME=GONE)'))).rejects.toMatchObject({ code: 'NJS-518' });
    await expect(connect(server, at('(SID=GONE)'))).rejects.toMatchObject({ code: 'NJS-519' });
  });

  it('may come with a descriptor that is longer than a packet', async () => {
    const server = await start(rows(NUMBER), { services: ['FREEPDB1'] });
    const program = 'x'.repeat(600);
    const connectString = `(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=${server.host})(PORT=${server.port}))(CONNECT_DATA=(SERVICE_NAME=FREEPDB1)(USE=${program})))`;
    await connect(server, { connectString });
    expect(server.sessions).toBe(1);
  });

  it('may be turned away by the listener', async () => {
    const server = await start(rows(NUMBER), { refuseConnection: () => 12_516 });
    await expect(connect(server)).rejects.toThrow('ORA-12516');
  });

  it('fail where a password is kept as thin clients do not know it', async () => {
    const server = await start(rows(NUMBER), { passwordVersion: '10g' });
    await expect(connect(server)).rejects.toMatchObject({ code: 'NJS-116' });
  });

  it('may be over TLS', async () => {
    const certificates = createCertificates();
    const server = await start(rows(NUMBER), { certificates });
    const connectString = `tcps://${server.host}:${server.port}/FREEPDB1`;
    const walletContent = certificates.key + certificates.certificate + certificates.authority;
    const connection = await connect(server, { connectString, walletContent, sslServerDNMatch: false });
    await connection.ping();
    await expect(connect(server, { connectString })).rejects.toThrow();
  });
});

describe('many rows from the TNS stand-in', () => {
  it('are made as they are fetched', async () => {
    let made = 0;
    const text = 'x'.repeat(1_000);
    const server = await start(() => ({
      columns: [{ name: 'T', type: 'VARCHAR2' }],
      rows: (function* () {
        for (; made < 200_000; made += 1) yield [text];
      })(),
    }));
    const connection = await connect(server);
    const { resultSet } = await connection.execute('SELECT t', [], {
      resultSet: true,
      fetchArraySize: 1_000,
    });
    let readRows = 0;
    for (;;) {
      const some = (await resultSet?.getRows(1_000)) ?? [];
      if (some.length === 0) break;
      readRows += some.length;
      expect(made).toBeLessThanOrEqual(readRows + 1_000);
    }
    expect(readRows).toBe(200_000);
  });

  it('end for the handler when the client closes them, or is gone', async () => {
    let ended = 0;
    const server = await start(() => ({
      columns: NUMBER,
      rows: (function* () {
        try {
          yield* count();
        } finally {
          ended += 1;
        }
      })(),
    }));
    const options = { resultSet: true, fetchArraySize: 10 } as const;
    const first = await connect(server);
    const { resultSet } = await first.execute('SELECT n', [], options);
    await resultSet?.getRows(10);
    await resultSet?.close();
    await first.ping();
    await first.close();
    await eventually('the rows of a closed connection are ended', () => ended === 1);
    await (await connect(server)).execute('SELECT n', [], options);
    server.dropConnections();
    await eventually('the rows of a broken connection are ended', () => ended === 2);
    await eventually('the connections are gone', () => server.connections === 0);
    expect(ended).toBe(2);
  });
});
