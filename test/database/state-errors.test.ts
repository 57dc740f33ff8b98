import { describe, expect, test } from '@jest/globals';
import { BridgeError } from '../../src/core/errors.ts';
import { stateError } from '../../src/database/state-errors.ts';

function meaningOf(code: string | undefined, message = 'the words of the database', more = {}) {
  const error = Object.assign(new Error(`select 1 - ${message}`), code !== undefined && { code }, more);
  return stateError(error, 'db:5432/bridge');
}

describe('an error of the state database that passes', () => {
  test.each([
    ['25P03', 'terminating connection', 'STATE_LIMIT', 'idle_in_transaction_session_timeout'],
    ['25P04', 'terminating connection', 'STATE_LIMIT', 'transaction_timeout'],
    ['40001', 'could not serialize access', 'STATE_LIMIT', 'serialization failure'],
    ['40001', 'canceling statement due to conflict with recovery', 'STATE_LIMIT', 'serialization failure'],
    ['40P01', 'deadlock detected', 'STATE_LIMIT', 'deadlock'],
    ['53100', 'could not extend file', 'STATE_LIMIT', 'disk space'],
    ['53200', 'out of memory', 'STATE_LIMIT', 'memory'],
    ['53300', 'sorry, too many clients already', 'STATE_UNREACHABLE', 'too many clients'],
    ['55000', 'database "x" is not currently accepting connections', 'STATE_UNREACHABLE', 'not currently'],
    ['55P03', 'canceling statement due to lock timeout', 'STATE_LIMIT', 'lock_timeout'],
    ['57014', 'canceling statement due to statement timeout', 'STATE_LIMIT', 'statement_timeout'],
    ['57014', 'canceling statement due to user request', 'STATE_LIMIT', 'administrator'],
    ['57P01', 'terminating connection due to administrator command', 'STATE_UNREACHABLE', 'administrator'],
    ['57P02', 'terminating connection because of crash', 'STATE_UNREACHABLE', 'crash'],
    ['57P03', 'the database system is in recovery mode', 'STATE_UNREACHABLE', 'recovery'],
    ['57P03', 'the database system is shutting down', 'STATE_UNREACHABLE', 'shutting down'],
    ['57P05', 'terminating connection due to idle-session timeout', 'STATE_LIMIT', 'idle_session_timeout'],
    ['08006', 'connection failure', 'STATE_UNREACHABLE', 'connection failure'],
    ['08P01', 'no more connections allowed (max_client_conn)', 'STATE_LIMIT', 'max_client_conn'],
    ['08P01', 'query_wait_timeout', 'STATE_LIMIT', 'query_wait_timeout'],
    ['08P01', 'client_idle_timeout', 'STATE_LIMIT', 'client_idle_timeout'],
    [
      '08P01',
      'server login has been failing, cached error: connect failed (server_login_retry)',
      'STATE_UNREACHABLE',
      'server_login_retry',
    ],
    ['08P01', 'pgbouncer is shutting down', 'STATE_UNREACHABLE', 'shutting down'],
    ['SQLITE_BUSY', 'database is locked', 'STATE_UNREACHABLE', 'locked'],
    ['SQLITE_BUSY_SNAPSHOT', 'database is locked', 'STATE_UNREACHABLE', 'locked'],
    ['SQLITE_FULL', 'database or disk is full', 'STATE_LIMIT', 'disk space'],
    ['ENOSPC', 'no space left on device', 'STATE_LIMIT', 'disk space'],
    ['SQLITE_IOERR_FSYNC', 'disk I/O error', 'STATE_LIMIT', 'disk'],
    ['EIO', 'i/o error', 'STATE_LIMIT', 'disk'],
    ['ECONNRESET', 'read ECONNRESET', 'STATE_UNREACHABLE', 'ECONNRESET'],
    ['EPIPE', 'write EPIPE', 'STATE_UNREACHABLE', 'EPIPE'],
    [undefined, 'Connection terminated unexpectedly', 'STATE_UNREACHABLE', 'terminated'],
  ])('as %s (%s) is %s, which names %s', (code, message, expected, name) => {
    const error = meaningOf(code, message);
    expect(error).toMatchObject({ code: expected, retryable: true, exit: 75, hint: expect.any(String) });
    const { message: told } = error as BridgeError;
    expect(told).toContain('db:5432/bridge');
    expect(told).toContain(message);
    expect(told).toContain(name);
  });
});

describe('an error of the state database that a person must mend', () => {
  test.each([
    ['25006', 'cannot execute INSERT in a read-only transaction', 'STATE_FAILED', 'primary'],
    [
      '25006',
      'cannot execute INSERT in a read-only transaction',
      'STATE_FAILED',
      'default_transaction_read_only',
    ],
    ['28P01', 'password authentication failed', 'STATE_FAILED', 'password'],
    ['28000', 'no pg_hba.conf entry for host, no encryption', 'STATE_FAILED', 'sslmode'],
    ['3D000', 'database "x" does not exist', 'STATE_FAILED', 'Create'],
    ['3F000', 'no schema has been selected to create in', 'STATE_FAILED', 'search_path'],
    ['42501', 'permission denied', 'STATE_FAILED', 'Grant'],
    ['42P01', 'relation does not exist', 'STATE_NOT_MIGRATED', 'migrate'],
    ['57P04', 'database was dropped', 'STATE_FAILED', 'Create'],
    ['08P01', 'no such database: bridge', 'STATE_FAILED', 'Create'],
    ['08P01', 'password authentication failed for user "x"', 'STATE_FAILED', 'password'],
    ['08P01', 'transaction blocks not allowed in statement pooling mode', 'STATE_FAILED', 'pool_mode'],
    ['42P05', 'prepared statement "S_1" already exists', 'STATE_FAILED', 'pool_mode'],
    ['XX000', 'Tenant or user not found', 'STATE_FAILED', 'user'],
    ['28000', 'role "x" is not permitted to log in', 'STATE_FAILED', 'ALTER ROLE'],
    ['42501', 'permission denied for database "x"', 'STATE_FAILED', 'GRANT CONNECT'],
    ['08P01', 'unsupported startup parameter: options', 'STATE_FAILED', 'ignore_startup_parameters'],
    ['XX001', 'invalid page in block 0', 'STATE_FAILED', 'backup'],
    ['SQLITE_READONLY', 'attempt to write a readonly database', 'STATE_FAILED', 'write'],
    ['SQLITE_READONLY_DBMOVED', 'attempt to write a readonly database', 'STATE_FAILED', 'write'],
    ['SQLITE_CORRUPT', 'database disk image is malformed', 'STATE_FAILED', 'backup'],
    ['SQLITE_NOTADB', 'file is not a database', 'STATE_FAILED', 'backup'],
    ['SQLITE_CANTOPEN', 'unable to open database file', 'STATE_FAILED', 'directory'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate', 'STATE_FAILED', 'sslrootcert'],
    ['ERR_OSSL_PEM_NO_START_LINE', 'no start line', 'STATE_FAILED', 'sslrootcert'],
  ])('as %s (%s) is %s, with a hint at %s', (code, message, expected, hint) => {
    const error = meaningOf(code, message);
    expect(error).toMatchObject({ code: expected, retryable: false, hint: expect.stringContaining(hint) });
  });

  test('because a certificate file cannot be read names the parameters, not the network', () => {
    expect(meaningOf('ENOENT', 'no such file', { syscall: 'open' })).toMatchObject({
      code: 'STATE_FAILED',
      hint: expect.stringContaining('sslrootcert'),
    });
    // The socket of a server that does not run.
    expect(meaningOf('ENOENT', 'no such file', { syscall: 'connect' })).toMatchObject({
      code: 'STATE_UNREACHABLE',
    });
  });
});

test.each(['42601', '23505', '55000', 'ERR_ASSERTION', undefined])(
  'an error with the code %s that has no known cause is returned as it is',
  (code) => {
    expect(meaningOf(code)).not.toBeInstanceOf(BridgeError);
  },
);
