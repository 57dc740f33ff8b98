import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import type { BridgeError } from '../../../src/core/errors.ts';
import { createCertificates } from '../../support/http/certificates.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import {
  failureOf,
  listQuery,
  postgresSource,
  type SourceOptions,
} from '../../support/databases/postgres-source.ts';
import { readAll } from '../../support/files/read-rows.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const CANARY = 'canary-in-the-password';

/** A server that speaks TLS; the database `tls_only` refuses connections without it. */
let postgres: TestPostgres;
/** A server that does not speak TLS. */
let plain: TestPostgres;
const folders = temporaryFolders();
let caFile: string;
let otherCaFile: string;

beforeAll(async () => {
  const files = {
    'pg_hba.conf': `hostssl tls_only all 127.0.0.1/32 scram-sha-256
hostssl postgres trusted 127.0.0.1/32 trust
hostssl postgres clear 127.0.0.1/32 password
host postgres all 127.0.0.1/32 scram-sha-256
`,
  };
  [postgres, plain] = await Promise.all([
    startPostgres({ tls: true, password: CANARY, files }),
    startPostgres({ password: CANARY }),
  ]);
  await postgres.query('CREATE DATABASE tls_only');
  await postgres.query(`CREATE ROLE trusted LOGIN; CREATE ROLE clear LOGIN PASSWORD '${CANARY}'`);
  const folder = folders.make();
  caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, postgres.authority ?? '');
  otherCaFile = join(folder, 'other.pem');
  writeFileSync(otherCaFile, createCertificates().authority);
});
afterAll(async () => {
  await Promise.all([postgres.stop(), plain.stop()]);
  folders.removeAll();
});

const ENCRYPTED = `SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()`;

/** The error of a listing; whatever happens, the password is nowhere in it. */
async function failure(
  url: string,
  query = 'SELECT 1 AS id',
  options: SourceOptions = {},
): Promise<BridgeError> {
  const error = await failureOf(() => listQuery(url, query, options));
  const cause = error.cause instanceof Error ? `${error.cause.message} ${error.cause.stack ?? ''}` : '';
  expect(`${error.message} ${error.hint ?? ''} ${error.stack ?? ''} ${cause}`).not.toContain(CANARY);
  expect(error.hint).toEqual(expect.any(String));
  return error;
}

async function listening(
  answer: (socket: Socket) => void,
): Promise<{ server: Server; url: string; stop: () => void }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    answer(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    server,
    url: `postgres://ann:${CANARY}@127.0.0.1:${port}/hr`,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

async function sessionsGone(server: TestPostgres): Promise<void> {
  for (;;) {
    const rows = await server.query(
      `SELECT 1 FROM pg_stat_activity WHERE application_name = 'gemini-sync-bridge'`,
    );
    if (rows.length === 0) return;
  }
}

describe('a password', () => {
  test.each([
    'p@ss',
    'a:b',
    'a/b',
    'a?b=c&d',
    'a#b',
    '100%',
    'two words',
    `it's "quoted"`,
    'back\\slash',
    '[br]{ack}ets',
    'semi;colon,comma',
    'pässwörd-日本-😀',
    '@:/?#% \'"',
    '$1 {{x}} +',
  ])('may be %j, encoded and raw', async (password) => {
    await plain.query(
      `DROP ROLE IF EXISTS odd; CREATE ROLE odd LOGIN PASSWORD ${pg.escapeLiteral(password)}`,
    );
    const place = `${plain.host}:${plain.port}/postgres`;
    for (const form of [encodeURIComponent(password), password]) {
      const { rows } = await listQuery(`postgres://odd:${form}@${place}`, 'SELECT current_user AS name');
      expect(rows).toEqual([{ name: 'odd' }]);
    }
  });

  test('that is wrong is refused', async () => {
    const error = await failure(`postgres://postgres:not-${CANARY}@${plain.host}:${plain.port}/postgres`);
    expect(error).toMatchObject({
      code: 'SOURCE_AUTH_FAILED',
      message: expect.stringContaining('password authentication failed for user "postgres"'),
    });
    expect(error.message).toContain('test-db');
  });

  test.each(['postgres', 'postgres:'])('that is missing is asked for (%s)', async (who) => {
    const error = await failure(`postgres://${who}@${plain.host}:${plain.port}/postgres`);
    expect(error).toMatchObject({ code: 'SOURCE_AUTH_FAILED' });
  });
});

describe('a server that cannot be used', () => {
  test('is an error because its name is unknown', async () => {
    const error = await failure(`postgres://ann:${CANARY}@no-such-host.invalid/hr`);
    expect(error).toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringContaining('no-such-host.invalid'),
    });
  });

  test.each(['127.0.0.1', 'localhost'])('is an error because nothing listens at %s', async (host) => {
    const { server, stop } = await listening(() => undefined);
    const { port } = server.address() as AddressInfo;
    stop();
    await once(server, 'close');
    const error = await failure(`postgres://ann:${CANARY}@${host}:${port}/hr`);
    expect(error).toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test.each(['disable', 'prefer', 'require'])(
    'is an error because it never answers, with sslmode %s',
    async (mode) => {
      const { url, stop } = await listening(() => undefined);
      const error = await failure(`${url}?sslmode=${mode}`, undefined, { connectTimeoutSeconds: 1 });
      stop();
      expect(error).toMatchObject({
        code: 'SOURCE_TIMEOUT',
        hint: expect.stringContaining('connectTimeoutSeconds'),
      });
    },
  );

  test.each(['disable', 'require'])(
    'is an error because it closes the connection, with sslmode %s',
    async (mode) => {
      const { url, stop } = await listening((socket) => socket.once('data', () => socket.end()));
      const error = await failure(`${url}?sslmode=${mode}`);
      stop();
      expect(error.code).toBe('SOURCE_LOST');
    },
  );

  test('is an error because it is not a PostgreSQL server', async () => {
    const { url, stop } = await listening((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );
    const error = await failure(url);
    stop();
    expect(error.code).toMatch(/^SOURCE_/);
  });

  test('is an error because the database is unknown', async () => {
    const error = await failure(plain.url('nowhere'));
    expect(error).toMatchObject({
      code: 'SECRET_INVALID',
      message: expect.stringContaining('database "nowhere" does not exist'),
      hint: expect.stringContaining('database'),
    });
  });

  test('while the signal is aborted', async () => {
    const { url, server, stop } = await listening(() => undefined);
    const abort = new AbortController();
    const reading = readAll(postgresSource(url, 'SELECT 1 AS id'), undefined, abort.signal);
    await once(server, 'connection');
    abort.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
    stop();
  });
});

describe('sslmode', () => {
  test.each([
    ['disable', 'f'],
    ['prefer', 't'],
    ['require', 't'],
  ])('%s, without an authority, reaches a server with TLS', async (mode, ssl) => {
    const { rows } = await listQuery(`${postgres.url()}?sslmode=${mode}`, ENCRYPTED);
    expect(rows).toEqual([{ ssl }]);
  });

  test.each(['require', 'verify-ca', 'verify-full'])(
    '%s accepts the certificate of a known authority',
    async (mode) => {
      const url = `${postgres.url()}?sslmode=${mode}`;
      expect((await listQuery(url, ENCRYPTED, { tls: { caFile } })).rows).toEqual([{ ssl: 't' }]);
      const named = `${url}&sslrootcert=${encodeURIComponent(caFile)}`;
      expect((await listQuery(named, ENCRYPTED)).rows).toEqual([{ ssl: 't' }]);
      const byName = url.replace('127.0.0.1', 'localhost');
      expect((await listQuery(byName, ENCRYPTED, { tls: { caFile } })).rows).toEqual([{ ssl: 't' }]);
    },
  );

  test('is verify-full where only an authority is named', async () => {
    expect((await listQuery(postgres.url(), ENCRYPTED, { tls: { caFile } })).rows).toEqual([{ ssl: 't' }]);
    expect((await failure(postgres.url(), ENCRYPTED, { tls: { caFile: otherCaFile } })).code).toBe(
      'SOURCE_TLS',
    );
  });

  test.each(['verify-ca', 'verify-full'])(
    '%s refuses a certificate of an unknown authority',
    async (mode) => {
      const error = await failure(`${postgres.url()}?sslmode=${mode}`);
      expect(error).toMatchObject({ code: 'SOURCE_TLS', hint: expect.stringContaining('caFile') });
    },
  );

  test.each(['require', 'verify-ca', 'verify-full'])(
    '%s refuses the certificate of another authority',
    async (mode) => {
      const error = await failure(`${postgres.url()}?sslmode=${mode}`, ENCRYPTED, {
        tls: { caFile: otherCaFile },
      });
      expect(error).toMatchObject({ code: 'SOURCE_TLS', hint: expect.stringContaining('caFile') });
    },
  );

  test('verify-full refuses a certificate for another name, which verify-ca does not check', async () => {
    // Leads to this machine, as 127.0.0.1 does, and is not in the certificate.
    const elsewhere = postgres.url().replace('127.0.0.1', '0.0.0.0');
    const error = await failure(`${elsewhere}?sslmode=verify-full`, ENCRYPTED, { tls: { caFile } });
    expect(error).toMatchObject({ code: 'SOURCE_TLS', hint: expect.stringContaining('host name') });
    const { rows } = await listQuery(`${elsewhere}?sslmode=verify-ca`, ENCRYPTED, { tls: { caFile } });
    expect(rows).toEqual([{ ssl: 't' }]);
  });

  test('streams many rows through TLS', async () => {
    const { rows } = await listQuery(
      `${postgres.url()}?sslmode=require`,
      `SELECT i AS id, repeat('x', 500) AS pad FROM generate_series(1, 60000) AS i`,
    );
    expect(rows).toHaveLength(60_000);
    expect(rows.at(-1)).toEqual({ id: '60000', pad: 'x'.repeat(500) });
  });

  test('prefer and disable reach a server without TLS', async () => {
    for (const mode of ['prefer', 'disable']) {
      expect((await listQuery(`${plain.url()}?sslmode=${mode}`, ENCRYPTED)).rows).toEqual([{ ssl: 'f' }]);
    }
  });

  test.each(['require', 'verify-ca', 'verify-full'])('%s refuses a server without TLS', async (mode) => {
    const error = await failure(`${plain.url()}?sslmode=${mode}`);
    expect(error).toMatchObject({
      code: 'SOURCE_TLS',
      message: expect.stringContaining('does not support SSL'),
      hint: expect.stringContaining('sslmode=disable'),
    });
  });

  test('disable is told what to do by a server that demands TLS', async () => {
    const error = await failure(`${postgres.url('tls_only')}?sslmode=disable`);
    expect(error).toMatchObject({ code: 'SOURCE_TLS', hint: expect.stringContaining('sslmode=require') });
    expect((await listQuery(postgres.url('tls_only'), ENCRYPTED)).rows).toEqual([{ ssl: 't' }]);
  });

  test('is not fooled by a server that says yes and then speaks nonsense', async () => {
    const { url, stop } = await listening((socket) => {
      socket.once('data', () => {
        socket.write('S');
        socket.once('data', () => socket.end('this is not TLS, not at all, and long enough'));
      });
    });
    const error = await failure(`${url}?sslmode=require`);
    stop();
    expect(error.code).toBe('SOURCE_TLS');
  });

  test('is not fooled by a message slipped in before encryption', async () => {
    const { url, stop } = await listening((socket) =>
      socket.once('data', () => socket.write('SR\0\0\0\b\0\0\0\0')),
    );
    const error = await failure(`${url}?sslmode=require`);
    stop();
    expect(error).toMatchObject({
      code: 'SOURCE_TLS',
      message: expect.stringContaining('before the TLS handshake'),
    });
  });

  test.each([
    ['that is missing', 'no/such/file.pem'],
    ['that is a folder', '.'],
    ['that holds no certificate', 'package.json'],
  ])('with a CA file %s says which setting to correct', async (_, file) => {
    const error = await failure(`${postgres.url()}?sslmode=verify-full`, undefined, {
      tls: { caFile: file },
    });
    expect(error).toMatchObject({ code: 'SOURCE_TLS', hint: expect.stringContaining('caFile') });
  });
});

describe('channel_binding=require', () => {
  test('reads rows over a login that is bound to the certificate', async () => {
    const url = `${postgres.url()}?sslmode=require&channel_binding=require`;
    const { rows } = await listQuery(
      url,
      `SELECT ssl, repeat('x', 500) AS pad FROM pg_stat_ssl, generate_series(1, 2000) WHERE pid = pg_backend_pid()`,
    );
    expect(rows).toHaveLength(2_000);
    expect(rows[0]).toMatchObject({ ssl: 't' });
  });

  test.each(['trusted', 'clear'])(
    'refuses a server that lets %s in without SCRAM, and sends it no password',
    async (role) => {
      const { host, port } = postgres;
      const dsn = `postgres://${role}:${CANARY}@${host}:${port}/postgres?sslmode=require`;
      expect((await listQuery(dsn, ENCRYPTED)).rows).toEqual([{ ssl: 't' }]);
      const error = await failure(`${dsn}&channel_binding=require`);
      expect(error).toMatchObject({
        code: 'SOURCE_TLS',
        hint: expect.stringContaining('channel_binding=require'),
      });
    },
  );
});

const ENDLESS = `SELECT generate_series(1, 1000000000) AS id, repeat('x', 1000) AS pad`;

async function firstBatch(url: string, signal = new AbortController().signal) {
  const source = postgresSource(url, ENDLESS);
  const batches = source.read(undefined, signal)[Symbol.asyncIterator]();
  const { value } = (await batches.next()) as { value: { count: number } };
  expect(value.count).toBeGreaterThan(0);
  const drain = async () => {
    while ((await batches.next()).done !== true);
  };
  return { source, batches, drain };
}

const BACKEND = `SELECT pid FROM pg_stat_activity WHERE application_name = 'gemini-sync-bridge'`;

describe('in the middle of a listing', () => {
  test('an abort cancels the query at the server and leaves no connection', async () => {
    const abort = new AbortController();
    const { drain } = await firstBatch(plain.url(), abort.signal);
    const reason = new Error('enough');
    abort.abort(reason);
    await expect(drain()).rejects.toBe(reason);
    await sessionsGone(plain);
  });

  test('an abort stops a query that has sent nothing yet, which a closed connection would not', async () => {
    const abort = new AbortController();
    const reading = readAll(
      postgresSource(plain.url(), `SELECT pg_sleep(3600)::text AS id`),
      undefined,
      abort.signal,
    );
    const failed = reading.catch((error: unknown) => error);
    for (;;) {
      const [row] = await plain.query(`SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'`);
      if (row !== undefined) break;
    }
    abort.abort(new Error('enough'));
    expect(await failed).toMatchObject({ message: 'enough' });
    await sessionsGone(plain);
  });

  test('closing leaves no connection', async () => {
    const { source, drain } = await firstBatch(plain.url());
    await source.close();
    await source.close();
    await sessionsGone(plain);
    expect(await failureOf(drain)).toMatchObject({ code: 'SOURCE_LOST' });
  });

  test('leaving the loop leaves no connection', async () => {
    const { batches } = await firstBatch(plain.url());
    await batches.return(undefined);
    expect(await batches.next()).toEqual({ done: true, value: undefined });
    await sessionsGone(plain);
  });

  test('a session ended by the administrator is lost', async () => {
    const { drain } = await firstBatch(plain.url());
    await plain.query(`SELECT pg_terminate_backend(pid) FROM (${BACKEND}) AS t`);
    expect(await failureOf(drain)).toMatchObject({
      code: 'SOURCE_LOST',
      hint: expect.stringContaining('Nothing was committed'),
    });
  });

  test('a query cancelled by the administrator is lost, and no timeout', async () => {
    const { drain } = await firstBatch(plain.url());
    await plain.query(`SELECT pg_cancel_backend(pid) FROM (${BACKEND}) AS t`);
    expect(await failureOf(drain)).toMatchObject({ code: 'SOURCE_LOST' });
  });

  test('a server that is stopped is lost', async () => {
    const server = await startPostgres();
    const { drain } = await firstBatch(server.url());
    await Promise.all([
      server.stop(),
      expect(failureOf(drain)).resolves.toMatchObject({ code: 'SOURCE_LOST' }),
    ]);
  });

  test('a server process that is killed is lost', async () => {
    const server = await startPostgres({ settings: { restart_after_crash: 'off' } });
    const { drain } = await firstBatch(server.url());
    const [row] = await server.query(BACKEND);
    process.kill(Number(row!['pid']), 'SIGKILL');
    expect(await failureOf(drain)).toMatchObject({ code: 'SOURCE_LOST' });
    await server.stop();
  });
});
