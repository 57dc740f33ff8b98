import { describe } from '@jest/globals';
import { mssqlError } from '../../../src/sources/mssql/errors.ts';
import { testDriverErrors } from '../../support/databases/driver-error-table.ts';

const PLACE = {
  host: 'db',
  port: 1433,
  instance: undefined,
  database: 'hr',
  user: 'ann',
  secretRef: 'hr-db',
};

describe('an error of SQL Server', () => {
  testDriverErrors(
    [
      ['connect', { code: 'ELOGIN' }, 'Login failed for user', 'SOURCE_AUTH_FAILED', 'in the secret'],
      [
        'connect',
        { code: 'ELOGIN' },
        'Login timeout of the certificate',
        'SOURCE_AUTH_FAILED',
        'in the secret',
      ],
      [
        'query',
        { number: 18456, code: 'EREQUEST' },
        'Login failed for user',
        'SOURCE_REFUSED',
        'linked server',
      ],
      [
        'query',
        { number: 7399, code: 'EREQUEST' },
        'The OLE DB provider reported an error',
        'SOURCE_REFUSED',
        'linked server',
      ],
      [
        'query',
        { number: 50000, code: 'EREQUEST' },
        'certificate timeout of the contract',
        'SOURCE_REFUSED',
        'raised this',
      ],
      ['query', { number: 51000, code: 'EREQUEST' }, 'connection failed', 'SOURCE_REFUSED', 'raised this'],
      [
        'query',
        { number: 15517, code: 'EREQUEST' },
        'Cannot execute as the database principal',
        'SOURCE_PERMISSION',
        'definer',
      ],
      [
        'query',
        { number: 1222, code: 'EREQUEST' },
        'Lock request time out period exceeded',
        'SOURCE_TIMEOUT',
        'holds a lock',
      ],
      [
        'query',
        { number: 229, code: 'EREQUEST' },
        'The SELECT permission was denied',
        'SOURCE_PERMISSION',
        'SELECT',
      ],
      [
        'query',
        { number: 11514, code: 'EREQUEST' },
        'The metadata could not be determined',
        'SOURCE_QUERY_INVALID',
        'sqlcmd',
      ],
      [
        'query',
        { number: 911, code: 'EREQUEST' },
        'a certificate is missing',
        'SOURCE_REFUSED',
        'words above',
      ],
      ['connect', { code: 'ESOCKET' }, 'self-signed certificate', 'SOURCE_TLS', 'caFile'],
      ['connect', { code: 'ETIMEOUT' }, 'Failed to connect in 15000ms', 'SOURCE_TIMEOUT', 'network'],
      [
        'query',
        { code: 'ETIMEOUT' },
        'Timeout: Request failed to complete',
        'SOURCE_TIMEOUT',
        'statementTimeoutSeconds',
      ],
    ],
    (error, phase) => mssqlError(error, PLACE, phase),
  );
});
