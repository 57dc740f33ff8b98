import { describe, expect, test } from '@jest/globals';
import { variablesRead } from '../../../scripts/drift/environment-variables.ts';
import { serverRoutes } from '../../../scripts/drift/server-routes.ts';
import { stateTables } from '../../../scripts/drift/state-tables.ts';

describe('variablesRead', () => {
  test('finds variables that are read only with others, and none that libraries read', () => {
    const found = variablesRead();
    expect(found).toEqual(expect.arrayContaining(['DATABASE_URL', 'OTEL_SERVICE_NAME', 'SSO_RIGHTS']));
    expect(found).not.toContain('PGUSER');
    expect(found.filter((name) => name.startsWith('SECRET_'))).toEqual([]);
  });
});

describe('serverRoutes', () => {
  test('finds routes of the API and of pages, with parameters without names', async () => {
    expect(await serverRoutes()).toEqual(
      expect.arrayContaining([
        { method: 'POST', path: '/v1/sync' },
        { method: 'GET', path: '/ops/runs/{}' },
      ]),
    );
  });
});

describe('stateTables', () => {
  test('finds tables and views with their columns, and none of the library of migrations', async () => {
    const tables = await stateTables();
    expect(tables.get('ended_sessions')).toEqual(['session_id', 'forget_at']);
    expect([...tables.keys()]).toEqual(expect.arrayContaining(['supasaasy_entities', 'waiting_events']));
    expect([...tables.keys()].filter((name) => name.startsWith('knex_'))).toEqual([]);
  });
});
