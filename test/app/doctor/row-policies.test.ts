import { afterEach, describe, expect, test } from '@jest/globals';
import { rowPolicyFindings } from '../../../src/app/doctor/row-policies.ts';
import type { Connector, SqlSourceSpec } from '../../../src/definitions/connector/types.ts';
import { TdsError } from '../../stand-ins/tds/answer.ts';
import { TnsError } from '../../stand-ins/tns/answer.ts';
import { connectorSpec } from '../../support/pipeline/connector-spec.ts';
import { startOracle } from '../../support/databases/oracle-server.ts';
import { startSqlServer, type SeenPolicies } from '../../support/databases/sql-server.ts';
import { NO_MANAGED_SECRETS } from '../../support/secrets/no-managed-secrets.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const QUERY = 'SELECT id FROM dbo.[Order Details] JOIN people ON true';

function look(type: SqlSourceSpec['type'], url: string, query = QUERY) {
  const connector: Connector = {
    apiVersion: 'sync.gemini.io/v1alpha1',
    kind: 'Connector',
    metadata: { name: 'people' },
    spec: { ...connectorSpec(), mode: 'sql_pull', source: { type, secretRef: 'people-db', query } },
  };
  const surroundings = {
    secret: () => url,
    similarSecret: () => undefined,
    ...NO_MANAGED_SECRETS,
    proxy: { http: undefined, https: undefined, except: undefined },
    policyFile: undefined,
    databaseUrl: undefined,
    oracleClientLibDir: undefined,
    cwd: process.cwd(),
  };
  return rowPolicyFindings(connector, surroundings, new AbortController().signal);
}

const answer = () => ({ columns: [], rows: () => [] });

async function lookAtSqlServer(policies: SeenPolicies, query?: string) {
  const server = await startSqlServer({ answer, policies });
  closing.push(() => server.close());
  return look('mssql', server.url, query);
}

async function lookAtOracle(policies: () => readonly (readonly [string, string, string])[]) {
  const server = await startOracle({ answer, policies });
  closing.push(() => server.close());
  return look('oracle', server.url);
}

describe('row-level security of SQL Server', () => {
  const FILTERS = [
    ['OrderFilter', 'dbo', 'Order Details'],
    ['PeopleArchiveFilter', 'dbo', 'people_archive'],
  ] as const;

  test('is a warning that names the policies on tables that the query names', async () => {
    const found = await lookAtSqlServer({ all: true, rows: () => FILTERS });
    expect(found).toEqual([
      {
        subject: 'source',
        status: 'warn',
        message:
          'Row-level security may hide rows of tables that the query names: OrderFilter on dbo.Order Details.',
        fix: expect.stringContaining('A hidden row counts as deleted'),
      },
    ]);
  });

  test('is a warning that names all policies, up to five, when the query names no table that has one', async () => {
    const many = Array.from({ length: 7 }, (_, i) => [`P${i}`, 'dbo', `t${i}`] as const);
    const [finding] = await lookAtSqlServer({ all: false, rows: () => many }, 'SELECT id FROM a_view');
    expect(finding).toMatchObject({
      status: 'warn',
      message: expect.stringContaining('perhaps through a view'),
    });
    expect(finding?.message).toContain('P4 on dbo.t4 and 2 more.');
  });

  test('is not mentioned when the login sees all policies and there are none', async () => {
    expect(await lookAtSqlServer({ all: true, rows: () => [] })).toEqual([]);
  });

  test('is skipped when the login may not see policies, or the server has no such view', async () => {
    const skip = { subject: 'source', status: 'skip' };
    expect(await lookAtSqlServer({ all: false, rows: () => [] })).toEqual([
      {
        ...skip,
        message: expect.stringMatching(/^Not checked: whether row-level security .*VIEW DEFINITION/),
      },
    ]);
    const none = () => {
      throw new TdsError(208, "Invalid object name 'sys.security_policies'.");
    };
    expect(await lookAtSqlServer({ all: true, rows: none })).toEqual([
      { ...skip, message: expect.stringContaining('Invalid object name') },
    ]);
  });
});

describe('virtual private databases of Oracle', () => {
  test('are a warning that names the policies on tables that the query names, and the privilege that exempts', async () => {
    expect(await lookAtOracle(() => [['HR_ONLY', 'APP', 'PEOPLE']])).toEqual([
      {
        subject: 'source',
        status: 'warn',
        message: 'Row-level security may hide rows of tables that the query names: HR_ONLY on APP.PEOPLE.',
        fix: expect.stringContaining('EXEMPT ACCESS POLICY'),
      },
    ]);
  });

  test('are not mentioned when there are none, and are skipped when the catalog cannot be read', async () => {
    expect(await lookAtOracle(() => [])).toEqual([]);
    const refused = () => {
      throw new TnsError(942, 'table or view does not exist');
    };
    expect(await lookAtOracle(refused)).toMatchObject([
      { status: 'skip', message: expect.stringContaining('ORA-00942') },
    ]);
  });
});
