import { writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startMariadb, type TestMariadb } from '../../support/databases/mariadb-server.ts';
import { describeOnMariadb } from '../../support/databases/mariadb.ts';
import { listMysql, mysqlSource } from '../../support/databases/mysql-source.ts';
import { readAll } from '../../support/files/read-rows.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

describeOnMariadb('on a real MariaDB', () => {
  let mariadb: TestMariadb;
  const folders = temporaryFolders();
  beforeAll(async () => {
    mariadb = await startMariadb();
  });
  afterAll(async () => {
    await mariadb.stop();
    folders.removeAll();
  });

  const changed = (change: (url: URL) => void): string => {
    const url = new URL(mariadb.url());
    change(url);
    return url.href;
  };

  describe('a login', () => {
    test.each([
      ['a wrong password', (url: URL) => (url.password = 's3cr3t-wrong'), 'SOURCE_AUTH_FAILED'],
      ['an unknown user', (url: URL) => (url.username = 'nobody'), 'SOURCE_AUTH_FAILED'],
      ['an unknown database', (url: URL) => (url.pathname = '/nowhere'), 'SECRET_INVALID'],
      ['a port without a listener', (url: URL) => (url.port = '1'), 'SOURCE_UNREACHABLE'],
      ['a host that is not there', (url: URL) => (url.hostname = 'nowhere.invalid'), 'SOURCE_UNREACHABLE'],
    ])('with %s fails with the server’s words and the secret’s name alone', async (_name, change, code) => {
      const listing = listMysql(
        changed((url) => {
          change(url);
        }),
        'SELECT 1 AS a',
      );
      const error: unknown = await listing.catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code, message: expect.stringContaining('secret test-db') });
      expect(JSON.stringify(error) + String(error)).not.toMatch(/s3cr3t|password=/);
    });

    test('of a user who may not read the table names what is missing', async () => {
      await mariadb.query(
        'CREATE OR REPLACE TABLE closed (a INT)',
        "CREATE OR REPLACE USER reader@'127.0.0.1' IDENTIFIED BY 'reader'",
        "GRANT USAGE ON *.* TO reader@'127.0.0.1'",
        'CREATE OR REPLACE TABLE open_one (a INT)',
        "GRANT SELECT ON test.open_one TO reader@'127.0.0.1'",
      );
      const url = changed((address) => {
        address.username = 'reader';
        address.password = 'reader';
      });
      await expect(listMysql(url, 'SELECT * FROM open_one')).resolves.toMatchObject({ rows: [] });
      await expect(listMysql(url, 'SELECT * FROM closed')).rejects.toMatchObject({
        code: 'SOURCE_PERMISSION',
        message: expect.stringContaining('closed'),
      });
      await expect(mysqlSource(url, 'SELECT * FROM closed').columns(never())).rejects.toMatchObject({
        code: 'SOURCE_PERMISSION',
      });
    });

    test('gives up on a server that never answers', async () => {
      const sockets: Socket[] = [];
      const silent = createServer((socket) => sockets.push(socket));
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      const address = silent.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      try {
        const listing = listMysql(`mysql://a:b@127.0.0.1:${port}/c`, 'SELECT 1 AS a', {
          connectTimeoutSeconds: 1,
        });
        await expect(listing).rejects.toMatchObject({ code: 'SOURCE_TIMEOUT' });
      } finally {
        for (const socket of sockets) socket.destroy();
        silent.close();
      }
    });
  });

  describe('TLS', () => {
    const cipher =
      "SELECT VARIABLE_VALUE AS cipher FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'SSL_CIPHER'";
    const named = (mode: string, host = 'localhost') =>
      changed((url) => {
        url.hostname = host;
        url.search = mode === '' ? '' : `?ssl-mode=${mode}`;
      });

    test.each([
      ['', true],
      ['REQUIRED', true],
      ['DISABLED', false],
    ])('with ssl-mode=%s is used: %s', async (mode, encrypted) => {
      const { rows } = await listMysql(named(mode, '127.0.0.1'), cipher);
      expect(rows[0]?.['cipher'] !== '').toBe(encrypted);
    });

    test.each(['VERIFY_CA', 'VERIFY_IDENTITY'])(
      'with ssl-mode=%s trusts the authority in tls.caFile alone',
      async (mode) => {
        const caFile = path.join(folders.make(), 'ca.pem');
        writeFileSync(caFile, mariadb.authority);
        await mariadb.query(
          `CREATE USER IF NOT EXISTS tester@localhost IDENTIFIED BY '${new URL(mariadb.url()).password}'`,
        );
        await expect(listMysql(named(mode), 'SELECT 1 AS a', { tls: { caFile } })).resolves.toMatchObject({
          rows: [{ a: '1' }],
        });
        await expect(listMysql(named(mode), 'SELECT 1 AS a')).rejects.toMatchObject({
          code: 'SOURCE_TLS',
          hint: expect.stringContaining('spec.source.tls.caFile'),
        });
      },
    );

    test('with VERIFY_IDENTITY refuses an address in place of a name, which the driver would not check', async () => {
      await expect(async () =>
        listMysql(named('VERIFY_IDENTITY', '127.0.0.1'), 'SELECT 1 AS a'),
      ).rejects.toMatchObject({
        code: 'SECRET_INVALID',
      });
    });

    test('names the file that cannot be read', async () => {
      await expect(
        listMysql(named('VERIFY_CA'), 'SELECT 1 AS a', { tls: { caFile: '/no/such.pem' } }),
      ).rejects.toMatchObject({ code: 'SOURCE_TLS', message: expect.stringContaining('/no/such.pem') });
    });
  });

  describe('a server that sets its own defaults on new sessions', () => {
    afterAll(async () => {
      await mariadb.query(
        "SET GLOBAL init_connect = '', sql_select_limit = DEFAULT, max_recursive_iterations = DEFAULT",
      );
    });
    /** A user without SUPER, for whom alone `init_connect` is executed. */
    const asReader = changed.bind(undefined, (url) => {
      url.username = 'plain';
      url.password = 'plain';
    });
    beforeAll(async () => {
      await mariadb.query(
        "CREATE OR REPLACE USER plain@'127.0.0.1' IDENTIFIED BY 'plain'",
        "GRANT SELECT ON test.* TO plain@'127.0.0.1'",
        'CREATE OR REPLACE TABLE text_of (v VARCHAR(20) CHARACTER SET utf8mb4)',
        "INSERT INTO text_of VALUES ('🚀 漢字 Grüße')",
      );
    });

    test.each(['utf8', 'latin1', 'ascii'])('with SET NAMES %s changes no text', async (charset) => {
      await mariadb.query(`SET GLOBAL init_connect = 'SET NAMES ${charset}'`);
      const { rows } = await listMysql(asReader(), 'SELECT v FROM text_of');
      expect(rows).toEqual([{ v: '🚀 漢字 Grüße' }]);
    });

    test('with sql_select_limit does not cut a listing', async () => {
      await mariadb.query("SET GLOBAL init_connect = '', sql_select_limit = 3");
      const { rows } = await listMysql(asReader(), 'SELECT seq AS a FROM seq_1_to_10');
      expect(rows).toHaveLength(10);
    });

    test('with max_recursive_iterations does not cut a recursive query', async () => {
      await mariadb.query('SET GLOBAL sql_select_limit = DEFAULT, max_recursive_iterations = 5');
      const query =
        'WITH RECURSIVE n AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM n WHERE a < 50) SELECT a FROM n';
      expect((await listMysql(asReader(), query)).rows).toHaveLength(50);
    });

    test('fails when the server says that the result is a part', async () => {
      const query = 'SELECT a.seq AS a FROM seq_1_to_100 a, seq_1_to_100 b LIMIT ROWS EXAMINED 50';
      await expect(listMysql(asReader(), query)).rejects.toMatchObject({
        code: 'SOURCE_REFUSED',
        message: expect.stringContaining('only a part'),
      });
    });
  });

  describe('a server without TLS', () => {
    let plain: TestMariadb;
    beforeAll(async () => {
      plain = await startMariadb(['--skip-ssl']);
    });
    afterAll(async () => {
      await plain.stop();
    });

    test.each(['', '?ssl-mode=PREFERRED', '?ssl-mode=DISABLED'])(
      'is read in the clear with %j',
      async (search) => {
        const query = 'SELECT seq AS a FROM seq_1_to_3';
        expect((await listMysql(`${plain.url()}${search}`, query)).rows).toHaveLength(3);
      },
    );

    test('is refused with ssl-mode=REQUIRED', async () => {
      await expect(listMysql(`${plain.url()}?ssl-mode=REQUIRED`, 'SELECT 1 AS a')).rejects.toMatchObject({
        code: 'SOURCE_TLS',
      });
    });
  });

  describe('a run that is stopped', () => {
    const working = async () => {
      const rows = await mariadb.query(
        "SELECT COUNT(*) AS n FROM information_schema.PROCESSLIST WHERE INFO LIKE '%slow_mark%' AND INFO NOT LIKE '%PROCESSLIST%'",
      );
      return JSON.stringify(rows);
    };

    test('ends its query at the server too', async () => {
      const abort = new AbortController();
      const reason = new Error('enough');
      const listing = readAll(
        mysqlSource(mariadb.url(), 'SELECT SLEEP(600) AS slow_mark'),
        undefined,
        abort.signal,
      );
      const ended = listing.catch((thrown: unknown) => thrown);
      while ((await working()) === '[{"n":0}]');
      abort.abort(reason);
      await expect(ended).resolves.toBe(reason);
      while ((await working()) !== '[{"n":0}]');
    });

    test('by its statement timeout says which setting to raise', async () => {
      const query =
        'SELECT COUNT(*) AS slow_mark FROM seq_1_to_1000000 a JOIN seq_1_to_1000000 b WHERE a.seq * b.seq % 7 = 3';
      await expect(listMysql(mariadb.url(), query, { statementTimeoutSeconds: 1 })).rejects.toMatchObject({
        code: 'SOURCE_TIMEOUT',
        hint: expect.stringContaining('statementTimeoutSeconds'),
      });
    });

    test('by a server that ends its connection may be run again', async () => {
      const source = mysqlSource(
        mariadb.url(),
        "SELECT seq AS id, REPEAT('x', 2000) AS name FROM seq_1_to_100000",
      );
      const batches = source.read(undefined, never())[Symbol.asyncIterator]();
      await batches.next();
      const [session] = (await mariadb.query(
        "SELECT ID FROM information_schema.PROCESSLIST WHERE INFO LIKE '%seq_1_to_100000'",
      )) as { ID: number }[];
      await mariadb.query(`KILL ${session?.ID ?? 0}`);
      const drain = async () => {
        while ((await batches.next()).done !== true);
      };
      await expect(drain()).rejects.toMatchObject({ code: 'SOURCE_LOST', retryable: true });
    });
  });

  function never(): AbortSignal {
    return new AbortController().signal;
  }
});
