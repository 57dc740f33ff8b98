import { describe, expect, test } from '@jest/globals';
import { mysqlError } from '../../../src/sources/mysql/errors.ts';
import { testDriverErrors } from '../../support/databases/driver-error-table.ts';

const PLACE = { host: 'db', port: 3306, database: 'hr', user: 'ann', secretRef: 'hr-db' };

describe('an error of MySQL', () => {
  testDriverErrors(
    [
      [
        'connect',
        { errno: 1045, sqlState: '28000' },
        'Access denied for user',
        'SOURCE_AUTH_FAILED',
        'in the secret',
      ],
      ['query', { errno: 1045, sqlState: '28000' }, 'Access denied for user', 'SOURCE_PERMISSION', 'definer'],
      [
        'query',
        { errno: 1449, sqlState: 'HY000' },
        'The user specified as a definer',
        'SOURCE_PERMISSION',
        'definer',
      ],
      [
        'query',
        { errno: 1356, sqlState: 'HY000' },
        'View references invalid',
        'SOURCE_PERMISSION',
        'definer',
      ],
      ['query', { errno: 1142, sqlState: '42000' }, 'SELECT command denied', 'SOURCE_PERMISSION', 'SELECT'],
      [
        'query',
        { errno: 1644, sqlState: '45000' },
        'timeout of the contract',
        'SOURCE_REFUSED',
        'raised this',
      ],
      [
        'query',
        { errno: 1643, sqlState: '45123' },
        'connection lost in my words',
        'SOURCE_REFUSED',
        'raised this',
      ],
      [
        'query',
        { errno: 1205, sqlState: 'HY000' },
        'Lock wait timeout exceeded',
        'SOURCE_TIMEOUT',
        'holds a lock',
      ],
      [
        'query',
        { errno: 1969, sqlState: '70100' },
        'max_statement_time exceeded',
        'SOURCE_TIMEOUT',
        'statementTimeoutSeconds',
      ],
      ['connect', { code: 'ETIMEDOUT' }, 'connect ETIMEDOUT', 'SOURCE_TIMEOUT', 'network'],
      [
        'connect',
        { errno: 9501, sqlState: 'HY000' },
        'Timed-out waiting to acquire',
        'SOURCE_UNREACHABLE',
        'try again',
      ],
      [
        'connect',
        { errno: 1105, sqlState: 'HY000' },
        'This RDS Proxy requires TLS connections',
        'SOURCE_TLS',
        'ssl-mode',
      ],
      [
        'connect',
        { code: 'ENOENT', syscall: 'connect', address: '/run/no.sock', errno: -2 },
        'connect ENOENT',
        'SOURCE_UNREACHABLE',
        'socket',
      ],
      ['connect', { code: 'ENOENT', syscall: 'open', errno: -2 }, 'ENOENT', 'SOURCE_TLS', 'ssl-ca'],
      ['query', {}, 'Cannot enqueue a packet', 'SOURCE_REFUSED', 'driver'],
    ],
    (error, phase) => mysqlError(error, PLACE, phase),
  );

  test('names a way to log in that the driver does not have, without its notes', () => {
    const words =
      'Server requests authentication using unknown plugin client_ed25519. See TODO: add plugins doco here on how to configure or author authentication plugins.';
    const error = Object.assign(new Error(words), { code: 'AUTH_SWITCH_PLUGIN_ERROR', fatal: true });
    const { code, message, hint } = mysqlError(error, PLACE, 'connect');
    expect(code).toBe('SOURCE_AUTH_FAILED');
    expect(message).toContain('asks for a login by client_ed25519, which is not supported');
    expect(`${message} ${hint ?? ''}`).not.toMatch(/TODO|database’s own/);
  });
});
