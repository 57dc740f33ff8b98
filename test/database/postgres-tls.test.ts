import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../src/database/database.ts';
import { migrateState, openState } from '../../src/state/run/open-state.ts';
import { createCertificates } from '../support/http/certificates.ts';
import { startPostgres, type TestPostgres } from '../support/databases/postgres.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';

const FILE = 'not-used.db';

/** A server that speaks TLS, and one that does not. */
let postgres: TestPostgres;
let plain: TestPostgres;
const folders = temporaryFolders();
let caFile: string;
let otherCaFile: string;

beforeAll(async () => {
  const files = {
    'pg_hba.conf': `hostssl postgres trusted 127.0.0.1/32 trust
host all all 127.0.0.1/32 scram-sha-256
`,
  };
  [postgres, plain] = await Promise.all([startPostgres({ tls: true, files }), startPostgres()]);
  await postgres.query('CREATE ROLE trusted LOGIN');
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

/** Whether the server says that the connection of the state is encrypted. */
async function isEncrypted(url: string): Promise<unknown> {
  const database = await openDatabase({ url, file: FILE });
  try {
    const { rows } = await database.knex.raw<{ rows: { ssl: boolean }[] }>(
      'select ssl from pg_stat_ssl where pid = pg_backend_pid()',
    );
    return rows[0]?.ssl;
  } finally {
    await database.close();
  }
}

function refusal(url: string): Promise<unknown> {
  return openState({ url, file: FILE, readOnly: true }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
}

describe('the connection to a state database with TLS', () => {
  test.each([
    ['', true],
    ['?sslmode=disable', false],
    ['?sslmode=allow', true],
    ['?sslmode=prefer', true],
    ['?sslmode=require', true],
    ['?sslmode=no-verify', true],
    ['?sslmode=require&sslnegotiation=direct', true],
    ['?sslmode=require&channel_binding=require', true],
  ])('with %j is encrypted: %s', async (parameters, ssl) => {
    expect(await isEncrypted(`${postgres.url()}${parameters}`)).toBe(ssl);
  });

  test.each(['', '&sslmode=require', '&sslmode=verify-ca', '&sslmode=verify-full&sslnegotiation=direct'])(
    'is encrypted and verified with an authority and %j',
    async (parameters) => {
      const url = `${postgres.url()}?sslrootcert=${encodeURIComponent(caFile)}${parameters}`;
      expect(await isEncrypted(url)).toBe(true);
      const other = url.replace(encodeURIComponent(caFile), encodeURIComponent(otherCaFile));
      expect(await refusal(other)).toMatchObject({
        code: 'STATE_FAILED',
        hint: expect.stringContaining('sslrootcert'),
      });
    },
  );

  test('is refused with channel_binding=require when the server lets the user in without SCRAM', async () => {
    const url = `postgres://trusted@${postgres.host}:${postgres.port}/postgres?sslmode=require`;
    expect(await isEncrypted(url)).toBe(true);
    expect(await refusal(`${url}&channel_binding=require`)).toMatchObject({
      code: 'STATE_FAILED',
      hint: expect.stringContaining('channel_binding'),
    });
  });

  test('is refused when the certificate is not trusted, unless it is not checked', async () => {
    for (const mode of ['verify-ca', 'verify-full']) {
      expect(await refusal(`${postgres.url()}?sslmode=${mode}`)).toMatchObject({ code: 'STATE_FAILED' });
    }
    const authority = `sslrootcert=${encodeURIComponent(otherCaFile)}`;
    expect(await isEncrypted(`${postgres.url()}?sslmode=no-verify&${authority}`)).toBe(true);
  });

  test('is refused by verify-full, and not by verify-ca, when the certificate has another name', async () => {
    const elsewhere = `${postgres.url().replace('127.0.0.1', '0.0.0.0')}?sslrootcert=${encodeURIComponent(caFile)}`;
    expect(await refusal(elsewhere)).toMatchObject({ code: 'STATE_FAILED' });
    expect(await isEncrypted(`${elsewhere}&sslmode=verify-ca`)).toBe(true);
  });

  test('names the parameters when the file of the authority is missing', async () => {
    expect(await refusal(`${postgres.url()}?sslrootcert=no-such.pem`)).toMatchObject({
      code: 'STATE_FAILED',
      hint: expect.stringContaining('sslrootcert'),
    });
  });

  test('carries a migration', async () => {
    const url = `${await postgres.createDatabase('over_tls')}?sslmode=require`;
    expect((await migrateState({ url, file: FILE })).applied.length).toBeGreaterThan(0);
  });
});

describe('the connection to a state database without TLS', () => {
  test.each(['', '?sslmode=prefer', '?sslmode=allow', '?sslmode=disable'])(
    'is made with %j',
    async (parameters) => {
      expect(await isEncrypted(`${plain.url()}${parameters}`)).toBe(false);
    },
  );

  test.each(['require', 'no-verify', 'verify-full'])('is refused by %s', async (mode) => {
    expect(await refusal(`${plain.url()}?sslmode=${mode}`)).toMatchObject({
      code: 'STATE_FAILED',
      message: expect.stringContaining('does not support SSL'),
      hint: expect.stringContaining('sslmode'),
    });
  });
});
