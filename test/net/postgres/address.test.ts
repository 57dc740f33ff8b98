import { describe, expect, test } from '@jest/globals';
import { BridgeError } from '../../../src/core/errors.ts';
import { postgresExposure } from '../../../src/net/postgres/address.ts';
import { parsePostgresDsn } from '../../../src/sources/postgres/dsn.ts';
import { parseDatabaseUrl, stateExposure } from '../../../src/database/database-url.ts';

const READERS = [
  ['a source', (url: string) => parsePostgresDsn(url, 'hr-db', undefined)],
  ['the state store', parseDatabaseUrl],
] as const;

function refusal(read: () => unknown): BridgeError {
  try {
    read();
  } catch (thrown) {
    if (thrown instanceof BridgeError) return thrown;
  }
  throw new Error('It was not refused.');
}

describe.each(READERS)('the connection string of %s', (_, read) => {
  test.each([
    ['', 'prefer'],
    ['sslmode=disable', 'disable'],
    ['sslmode=allow', 'prefer'],
    ['sslmode=prefer', 'prefer'],
    ['sslmode=require', 'require'],
    ['sslmode=no-verify', 'require'],
    ['sslmode=verify-ca', 'verify-ca'],
    ['sslmode=verify-full', 'verify-full'],
    ['sslrootcert=/ca.pem', 'verify-full'],
    ['sslrootcert=system', 'verify-full'],
    ['sslmode=require&sslrootcert=/ca.pem', 'verify-ca'],
    ['sslmode=no-verify&sslrootcert=/ca.pem', 'require'],
    ['sslmode=require&sslnegotiation=direct', 'require'],
    ['channel_binding=prefer', 'prefer'],
    ['channel_binding=require&sslmode=verify-full', 'verify-full'],
    ['ssl=true', 'require'],
  ])('with %j means %s', (parameters, mode) => {
    expect(read(`postgres://ann@db/hr?${parameters}`).tls.mode).toBe(mode);
  });

  test.each([
    ['sslmod=verify-full', 'unknown parameter sslmod;'],
    ['SSLMODE=require', 'unknown parameter SSLMODE; write sslmode;'],
    ['sslmode=Require', 'sslmode is not one of disable, allow, prefer'],
    ['sslmode=', 'sslmode is not one of'],
    ['sslmode=verify-full&sslmode=disable', 'parameter sslmode twice'],
    ['sslnegotiation=tls', 'sslnegotiation is not one of postgres, direct'],
    ['sslnegotiation=direct', 'sslnegotiation=direct needs sslmode=require'],
    ['sslrootcert=system&sslmode=require', 'sslrootcert=system is for'],
    ['channel_binding=require', 'channel_binding=require needs TLS'],
    ['connect_timeout=soon', 'connect_timeout is not a number'],
    ['port=0', 'port is not between'],
  ])('with %j is refused', (parameters, words) => {
    expect(refusal(() => read(`postgres://ann@db/hr?${parameters}`)).message).toContain(words);
  });

  test('never shows what may be a part of a password', () => {
    const { message, hint } = refusal(() => read('postgres://ann@db/hr?password=a&s3cr3t-word=1'));
    expect(message).toContain('an unknown parameter');
    expect(`${message} ${hint ?? ''}`).not.toContain('s3cr3t');
  });

  test('has parts among its parameters, such as the folder of a Unix socket', () => {
    expect(
      read(
        'postgres://ann@/hr?host=/run/postgresql&port=5433&options=-c%20search_path%3Dx&application_name=etl&connect_timeout=3',
      ),
    ).toMatchObject({
      host: '/run/postgresql',
      port: 5433,
      database: 'hr',
      options: '-c search_path=x',
      applicationName: 'etl',
      connectSeconds: 3,
    });
    expect(read('postgres://ann@%2Frun%2Fpostgresql/hr')).toMatchObject({ host: '/run/postgresql' });
  });
});

describe('DATABASE_URL', () => {
  test('may leave host and user to the driver', () => {
    expect(parseDatabaseUrl('postgres:///bridge')).toMatchObject({
      host: 'localhost',
      port: 5432,
      user: '',
      database: 'bridge',
    });
  });

  test('takes a password as it is, as the secret of a source does', () => {
    expect(parseDatabaseUrl('postgres://ann:p@ss/w%rd@db/hr')).toMatchObject({
      host: 'db',
      password: 'p@ss/w%rd',
    });
  });
});

describe('a connection', () => {
  test.each([
    ['postgres://ann@db/hr', 'only if the server offers it'],
    ['postgres://ann@db/hr?sslmode=disable', 'is not encrypted'],
    ['postgres://ann@db/hr?sslmode=require', 'is not checked'],
    ['postgres://ann@10.1.2.3/hr?sslmode=no-verify', 'is not checked'],
  ])('%s is exposed', (url, words) => {
    expect(stateExposure(url)).toMatchObject({
      what: expect.stringContaining(words),
      fix: expect.stringContaining('sslmode=verify-full'),
    });
  });

  test.each([
    'postgres://ann@db/hr?sslmode=verify-ca',
    'postgres://ann@db/hr?sslrootcert=/ca.pem',
    'postgres://ann@localhost/hr?sslmode=disable',
    'postgres://ann@127.0.0.1/hr',
    'postgres://ann@[::1]/hr',
    'postgres:///hr?host=/run/postgresql',
  ])('%s is not exposed', (url) => {
    expect(postgresExposure(parseDatabaseUrl(url))).toBeUndefined();
  });

  test('to the embedded database is not exposed', () => {
    expect(stateExposure(undefined)).toBeUndefined();
  });
});
