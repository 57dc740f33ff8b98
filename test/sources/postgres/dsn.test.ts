import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BridgeError } from '../../../src/core/errors.ts';
import { parsePostgresDsn } from '../../../src/sources/postgres/dsn.ts';

const parse = (dsn: string, caFile?: string) => parsePostgresDsn(dsn, 'hr-db', caFile);

describe('a connection string', () => {
  test('is read with every part', () => {
    expect(
      parse(
        'postgresql://ann:secret@db.example.com:6432/hr?sslmode=verify-ca&sslrootcert=/ca.pem&sslcert=/c.pem&sslkey=/k.pem',
      ),
    ).toEqual({
      host: 'db.example.com',
      port: 6432,
      user: 'ann',
      password: 'secret',
      database: 'hr',
      applicationName: undefined,
      options: undefined,
      connectSeconds: undefined,
      tls: {
        mode: 'verify-ca',
        caFile: '/ca.pem',
        certFile: '/c.pem',
        keyFile: '/k.pem',
        negotiation: 'postgres',
        channelBinding: false,
      },
    });
  });

  test('may leave out the port, the password and the database, which is then named like the user', () => {
    expect(parse('  postgres://ann@localhost\n')).toMatchObject({
      host: 'localhost',
      port: 5432,
      user: 'ann',
      password: undefined,
      database: 'ann',
      tls: { mode: 'prefer', caFile: undefined, certFile: undefined, keyFile: undefined },
    });
  });

  test('may have parts among its parameters, where a plus sign is a plus sign', () => {
    expect(parse('postgres:///hr?host=db&user=a%40b&password=a+b%2541')).toMatchObject({
      host: 'db',
      user: 'a@b',
      password: 'a+b%41',
      database: 'hr',
    });
  });

  test.each(['::1', '2001:db8::1'])('may name the address %s', (address) => {
    expect(parse(`postgres://ann@[${address}]:1234/hr`)).toMatchObject({ host: address, port: 1234 });
  });

  test('may hold any password, percent-encoded', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: 'grapheme', minLength: 1 }),
        (password, name) => {
          const part = encodeURIComponent;
          const dsn = `postgres://${part(name)}:${part(password)}@db:1234/${part(name)}?sslmode=require`;
          expect(parse(dsn)).toMatchObject({ host: 'db', port: 1234, user: name, password, database: name });
        },
      ),
    );
  });

  test('may hold any password as it is, unless it looks percent-encoded', () => {
    const raw = fc.string({ unit: 'grapheme' }).filter((text) => !/%[0-9a-f]{2}/i.test(text));
    fc.assert(
      fc.property(raw, (password) => {
        expect(parse(`postgres://ann:${password}@db:1234/hr?sslmode=require`)).toMatchObject({
          host: 'db',
          port: 1234,
          user: 'ann',
          password,
          database: 'hr',
        });
      }),
    );
  });

  test.each([
    ['postgres://a@b', undefined, 'prefer', undefined],
    ['postgres://a@b', '/ca.pem', 'verify-full', '/ca.pem'],
    ['postgres://a@b?sslrootcert=/own.pem', '/ca.pem', 'verify-full', '/own.pem'],
    ['postgres://a@b?sslmode=disable', '/ca.pem', 'disable', '/ca.pem'],
    ['postgres://a@b?sslmode=require', undefined, 'require', undefined],
    ['postgres://a@b?sslmode=require', '/ca.pem', 'verify-ca', '/ca.pem'],
    ['postgres://a@b?sslmode=verify-full', undefined, 'verify-full', undefined],
  ])('%s with the CA file %s means %s', (dsn, caFile, mode, effective) => {
    expect(parse(dsn, caFile).tls).toMatchObject({ mode, caFile: effective });
  });

  test.each([
    ['', 'does not begin with postgres://'],
    ['mysql://ann:s3cr3t-word@db/hr', 'does not begin with postgres://'],
    ['host=db user=ann password=s3cr3t-word', 'does not begin with postgres://'],
    ['postgres://ann:s3cr3t-word@/hr', 'names no host'],
    ['postgres://:s3cr3t-word@db/hr', 'names no user'],
    ['postgres://db/hr', 'names no user'],
    ['postgres://ann:s3cr3t-word', 'cannot be read'],
    ['postgres://ann:s3cr3t-word@db:port/hr', 'cannot be read'],
    ['postgres://ann:s3cr3t-word@db:0/hr', 'port is not between'],
    ['postgres://ann:s3cr3t-word@db:65536/hr', 'port is not between'],
    ['postgres://ann:s3cr3t-word@db/hr?sslmode=s3cr3t-word', 'sslmode is not one of disable, allow'],
  ])('%j is refused, naming the secret and not its value', (dsn, words) => {
    let error: unknown;
    try {
      parse(dsn);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(BridgeError);
    expect(error).toMatchObject({
      code: 'SECRET_INVALID',
      message: expect.stringContaining(words),
      hint: expect.stringContaining('postgres://user:password@host'),
    });
    expect((error as BridgeError).message).toContain('hr-db');
    expect(`${(error as BridgeError).message} ${(error as BridgeError).hint ?? ''}`).not.toContain('s3cr3t');
  });
});
