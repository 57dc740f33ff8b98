import { describe, expect, test } from '@jest/globals';
import { BridgeError } from '../../../src/core/errors.ts';
import { postgresError } from '../../../src/sources/postgres/errors.ts';
import type { SessionPhase } from '../../../src/sources/driver-errors.ts';
import { testDriverErrors } from '../../support/databases/driver-error-table.ts';

const PLACE = { host: 'db', port: 5432, database: 'hr', user: 'ann', secretRef: 'hr-db' };

const failed = (message: string, properties: object = {}) => Object.assign(new Error(message), properties);
const inWords = (error: Error, query?: string, phase: SessionPhase = 'connect') =>
  postgresError(error, PLACE, phase, query);

describe('an error of Postgres', () => {
  test('says where it happened and which secret led there', () => {
    expect(inWords(failed('boom')).message).toBe('Postgres source ann@db:5432/hr (secret hr-db): boom');
  });

  test.each([
    ['28P01', 'SOURCE_AUTH_FAILED'],
    ['28000', 'SOURCE_AUTH_FAILED'],
    ['3D000', 'SECRET_INVALID'],
    ['42501', 'SOURCE_PERMISSION'],
    ['42P01', 'SOURCE_QUERY_INVALID'],
    ['42703', 'SOURCE_QUERY_INVALID'],
    ['25006', 'SOURCE_QUERY_INVALID'],
    ['22012', 'SOURCE_REFUSED'],
    ['57014', 'SOURCE_TIMEOUT'],
    ['25P04', 'SOURCE_TIMEOUT'],
    ['57P01', 'SOURCE_LOST'],
    ['40001', 'SOURCE_LOST'],
    ['08006', 'SOURCE_LOST'],
    ['53300', 'SOURCE_UNREACHABLE'],
    ['XX000', 'SOURCE_REFUSED'],
    ['ENOTFOUND', 'SOURCE_UNREACHABLE'],
    ['EAI_AGAIN', 'SOURCE_UNREACHABLE'],
    ['ECONNREFUSED', 'SOURCE_UNREACHABLE'],
    ['ETIMEDOUT', 'SOURCE_TIMEOUT'],
    ['ECONNRESET', 'SOURCE_LOST'],
    ['ENOENT', 'SOURCE_TLS'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'SOURCE_TLS'],
    ['CERT_HAS_EXPIRED', 'SOURCE_TLS'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'SOURCE_TLS'],
  ])('of code %s is a %s with a hint', (code, ours) => {
    const error = inWords(failed('words', { code }));
    expect(error.code).toBe(ours);
    expect(error.hint).toEqual(expect.any(String));
  });

  test('tells a cancel by hand from a timeout', () => {
    const code = '57014';
    expect(inWords(failed('canceling statement due to statement timeout', { code })).code).toBe(
      'SOURCE_TIMEOUT',
    );
    expect(inWords(failed('canceling statement due to user request', { code })).code).toBe('SOURCE_LOST');
  });

  test('carries the hint of the database', () => {
    const error = failed('column "nme" does not exist', { code: '42703', hint: 'Perhaps you meant "name".' });
    expect(inWords(error).message).toContain('column "nme" does not exist. Perhaps you meant "name".');
  });

  test('of several addresses tells what each of them said', () => {
    const tries = [failed('connect ECONNREFUSED ::1:1'), failed('connect ECONNREFUSED 127.0.0.1:1')];
    const error = Object.assign(new AggregateError(tries), { code: 'ECONNREFUSED' });
    const { code, message } = inWords(error);
    expect(code).toBe('SOURCE_UNREACHABLE');
    expect(message).toMatch(/::1:1.*127\.0\.0\.1:1/);
  });

  test.each([
    ['SELECT x', '8', ' (query line 1, column 8: SELECT x)'],
    ['SELECT\n  x', '10', ' (query line 2, column 3: x)'],
    ["SELECT '😀', x", '13', ` (query line 1, column 13: SELECT '😀', x)`],
    ['SELECT x', '9', ' (query line 1, column 9: SELECT x)'],
    ['SELECT x', '10', ''],
    ['SELECT x', '0', ''],
    ['SELECT x', undefined, ''],
  ])('in the query %j at position %s says%s', (query, position, words) => {
    const error = failed('boom', { code: '42601', position });
    expect(inWords(error, query).message).toBe(`Postgres source ann@db:5432/hr (secret hr-db): boom${words}`);
  });

  testDriverErrors(
    [
      [
        'connect',
        { code: '08P01' },
        'password authentication failed for user "ann"',
        'SOURCE_AUTH_FAILED',
        'password',
      ],
      ['connect', { code: '08P01' }, 'no such user: ann', 'SOURCE_AUTH_FAILED', 'auth_file'],
      ['connect', { code: '08P01' }, 'SASL authentication failed', 'SOURCE_AUTH_FAILED', 'password'],
      ['connect', { code: '08P01' }, 'no such database: hr', 'SECRET_INVALID', '[databases]'],
      ['connect', { code: '08P01' }, 'database "hr" is disabled', 'SECRET_INVALID', '[databases]'],
      [
        'connect',
        { code: '08P01' },
        'transaction blocks not allowed in statement pooling mode',
        'SECRET_INVALID',
        'pool_mode',
      ],
      ['query', { code: '26000' }, 'prepared statement "S_1" does not exist', 'SECRET_INVALID', 'pool_mode'],
      ['query', { code: '42P05' }, 'prepared statement "S_1" already exists', 'SECRET_INVALID', 'pool_mode'],
      [
        'connect',
        { code: '08P01' },
        'no more connections allowed (max_client_conn)',
        'SOURCE_UNREACHABLE',
        'max_client_conn',
      ],
      ['query', { code: '08P01' }, 'query_wait_timeout', 'SOURCE_UNREACHABLE', 'query_wait_timeout'],
      ['query', { code: '08P01' }, 'idle transaction timeout', 'SOURCE_TIMEOUT', 'pooler'],
      [
        'connect',
        { code: '08P01' },
        'unsupported startup parameter: options',
        'SECRET_INVALID',
        'ignore_startup_parameters',
      ],
      ['connect', { code: '08P01' }, 'SSL required', 'SOURCE_TLS', 'sslmode=require'],
      [
        'connect',
        { code: '08P01' },
        'server login has been failing, cached error: connect failed (server_login_retry)',
        'SOURCE_UNREACHABLE',
        'pooler',
      ],
      [
        'connect',
        { code: '08P01' },
        'server login has been failing, cached error: password authentication failed for user "ann" (server_login_retry)',
        'SOURCE_AUTH_FAILED',
        'password',
      ],
      ['connect', { code: 'XX000' }, 'Tenant or user not found', 'SOURCE_AUTH_FAILED', 'postgres.PROJECT'],
      ['connect', { code: 'XX000' }, 'Max client connections reached', 'SOURCE_UNREACHABLE', 'pooler'],
      [
        'connect',
        { code: 'XX000' },
        'MaxClientsInSessionMode: max clients reached',
        'SOURCE_UNREACHABLE',
        'pooler',
      ],
      [
        'connect',
        { code: '58000' },
        'could not get connection from the pool - AllServersDown',
        'SOURCE_UNREACHABLE',
        'pooler',
      ],
      [
        'connect',
        { code: '58000' },
        'No pool configured for database: "hr", user: "ann"',
        'SECRET_INVALID',
        'pooler',
      ],
      [
        'connect',
        { code: '08P01' },
        "odyssey: c1: route for 'hr.ann' is not found",
        'SECRET_INVALID',
        'pooler',
      ],
      [
        'connect',
        { code: '28000' },
        'This RDS proxy has no credentials for the role ann.',
        'SOURCE_AUTH_FAILED',
        'pooler',
      ],
      [
        'connect',
        { code: '0A000' },
        'Feature not supported: RDS Proxy currently doesn’t support command-line options.',
        'SECRET_INVALID',
        'options=',
      ],
      [
        'connect',
        { code: 'XX000' },
        'Timed-out waiting to acquire database connection',
        'SOURCE_UNREACHABLE',
        'pooler',
      ],
      [
        'connect',
        { code: '28P01' },
        'password authentication failed for user "ann"',
        'SOURCE_AUTH_FAILED',
        'in the secret.',
      ],
      [
        'connect',
        { code: '53300' },
        'sorry, too many clients already',
        'SOURCE_UNREACHABLE',
        'The server is out of',
      ],
      ['connect', { code: '08006' }, 'connection failure', 'SOURCE_LOST', 'next run'],
      // By the phase and the words, and not by the number alone.
      [
        'connect',
        { code: '28000' },
        'role "ann" is not permitted to log in',
        'SOURCE_AUTH_FAILED',
        'ALTER ROLE … LOGIN',
      ],
      ['connect', { code: '28000' }, 'role "ann" does not exist', 'SOURCE_AUTH_FAILED', 'CREATE ROLE'],
      [
        'connect',
        { code: '42501' },
        'permission denied for database "hr"',
        'SOURCE_PERMISSION',
        'GRANT CONNECT',
      ],
      ['query', { code: '42501' }, 'permission denied for table people', 'SOURCE_PERMISSION', 'SELECT'],
      ['query', { code: '42501' }, 'permission denied for schema hr', 'SOURCE_PERMISSION', 'USAGE'],
      ['query', { code: '42501' }, 'permission denied for function f', 'SOURCE_PERMISSION', 'EXECUTE'],
      [
        'query',
        { code: '55P03' },
        'canceling statement due to lock timeout',
        'SOURCE_TIMEOUT',
        'holds a lock',
      ],
      [
        'query',
        { code: '25P04' },
        'terminating connection due to transaction timeout',
        'SOURCE_TIMEOUT',
        'transaction_timeout',
      ],
      ['query', { code: 'P0001' }, 'licence check: timeout of the contract', 'SOURCE_REFUSED', 'raised this'],
      [
        'query',
        { code: 'P0001' },
        'no such user: password authentication failed',
        'SOURCE_REFUSED',
        'raised this',
      ],
      ['query', { code: '28P01' }, 'password authentication failed', 'SOURCE_REFUSED', 'foreign table'],
      ['query', { code: '08001' }, 'could not connect to server "remote"', 'SOURCE_REFUSED', 'foreign table'],
      ['query', { code: 'XX000' }, 'a worker was terminated by a timeout', 'SOURCE_REFUSED', 'words above'],
    ],
    (error, phase) => inWords(error, undefined, phase),
  );

  test('at a Unix socket is not reported as a certificate problem', () => {
    const at = { syscall: 'connect', address: '/cloudsql/p:r:i/.s.PGSQL.5432' };
    expect(inWords(failed('connect ENOENT', { ...at, code: 'ENOENT' }))).toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      hint: expect.stringContaining('socket'),
    });
    expect(inWords(failed('connect EACCES', { ...at, code: 'EACCES' })).code).toBe('SOURCE_PERMISSION');
    expect(inWords(failed('open', { syscall: 'open', path: '/ca.pem', code: 'ENOENT' })).code).toBe(
      'SOURCE_TLS',
    );
  });

  test('that is ours already stays as it is', () => {
    const error = new BridgeError('NOT_SUPPORTED', 'no');
    expect(inWords(error)).toBe(error);
  });
});
