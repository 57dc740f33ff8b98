import { describe } from '@jest/globals';
import { oracleError } from '../../../src/sources/oracle/errors.ts';
import { testDriverErrors } from '../../support/databases/driver-error-table.ts';

const PLACE = { at: 'db:1521/hr', user: 'ann', secretRef: 'hr-db' };

describe('an error of Oracle', () => {
  testDriverErrors(
    [
      [
        'connect',
        {},
        'ORA-01017: invalid username/password; logon denied',
        'SOURCE_AUTH_FAILED',
        'in the secret',
      ],
      [
        'query',
        {},
        'ORA-01017: invalid username/password\nORA-02063: preceding line from LINK',
        'SOURCE_REFUSED',
        'database link',
      ],
      ['query', {}, 'ORA-12541: TNS:no listener', 'SOURCE_REFUSED', 'database link'],
      ['connect', {}, 'ORA-12541: TNS:no listener', 'SOURCE_UNREACHABLE', 'listener'],
      ['query', {}, 'ORA-20001: timeout of the contract (ORA-01017)', 'SOURCE_REFUSED', 'raised this'],
      ['query', {}, 'ORA-20999: NJS-510 in my words', 'SOURCE_REFUSED', 'raised this'],
      ['query', {}, 'ORA-28113: policy predicate has error', 'SOURCE_REFUSED', 'policy'],
      [
        'query',
        {},
        'ORA-30006: resource busy; acquire with WAIT timeout expired',
        'SOURCE_TIMEOUT',
        'holds a lock',
      ],
      ['query', {}, 'ORA-00936: missing expression', 'SOURCE_QUERY_INVALID', 'sqlplus'],
      ['query', {}, 'ORA-00942: table or view does not exist', 'SOURCE_QUERY_INVALID', 'OWNER.TABLE'],
      ['query', {}, 'ORA-29273: HTTP request failed', 'SOURCE_REFUSED', 'words above'],
    ],
    (error, phase) => oracleError(error, PLACE, phase),
  );
});
