import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sourceFindings } from '../../../src/app/doctor/source.ts';
import type { Connector } from '../../../src/definitions/connector/types.ts';
import { peopleTable, somePeople } from '../../support/databases/people-table.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { NO_MANAGED_SECRETS } from '../../support/secrets/no-managed-secrets.ts';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
  await postgres.query(peopleTable(somePeople(3)));
});
afterAll(async () => {
  await postgres.stop();
});

function connector(query: string, mode: Connector['spec']['mode'] = 'sql_pull'): Connector {
  return {
    apiVersion: 'sync.gemini.io/v1alpha1',
    kind: 'Connector',
    metadata: { name: 'people' },
    spec: {
      mode,
      source: mode === 'sql_pull' ? { type: 'postgres', secretRef: 'people-db', query } : { type: 'http' },
      mapping: { idField: 'id', titleField: 'name', contentTemplate: '{{ team }}' },
      output: { bucket: 'gs://b', prefix: 'people', format: 'ndjson' },
      gemini: { projectId: 'p', location: 'global', dataStoreId: 'people' },
      reconciliation: { deletePolicy: 'never_delete' },
    },
  };
}

const never = new AbortController().signal;
const look = (of: Connector, secret: string | undefined = postgres.url()) =>
  sourceFindings(
    of,
    {
      secret: (variable) => (variable === 'SECRET_PEOPLE_DB' ? secret : undefined),
      similarSecret: () => undefined,
      ...NO_MANAGED_SECRETS,
      proxy: { http: undefined, https: undefined, except: undefined },
      policyFile: undefined,
      databaseUrl: undefined,
      oracleClientLibDir: undefined,
      cwd: process.cwd(),
    },
    never,
  );

describe('a source', () => {
  test('that accepts the query and has the columns passes', async () => {
    await expect(look(connector('SELECT id, name, team FROM people'))).resolves.toEqual([
      {
        subject: 'source',
        status: 'ok',
        message: 'postgres takes the query, and its 3 columns have all that the mapping names.',
      },
    ]);
  });

  test('that lacks columns fails and names all of them', async () => {
    const [finding] = await look(connector('SELECT id FROM people'));
    expect(finding).toMatchObject({ status: 'fail', code: 'SOURCE_COLUMN_MISSING' });
    expect(finding?.message).toMatch(/"name"[^]*"team"/);
  });

  test('whose secret is not set fails and names the variable', async () => {
    await expect(look(connector('SELECT 1'), '')).resolves.toMatchObject([
      { status: 'fail', code: 'SECRET_MISSING', fix: expect.stringContaining('SECRET_PEOPLE_DB') },
    ]);
  });
});
