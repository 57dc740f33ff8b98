import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { openDatabase } from '../../../src/database/database.ts';
import type { StateDatabase } from '../../../src/state/state-database.ts';
import { migrate } from '../../../src/database/migrations.ts';
import { newestQuery } from '../../../src/state/server/ops-connectors.ts';
import { countQuery, pageQuery } from '../../../src/state/server/ops-runs.ts';
import { connectorName, fillRuns } from '../../support/server/many-runs.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const NOW = new Date('2026-11-21T03:00:00.000Z');
const SINCE = '2026-11-20T21:00:00.000Z';
const CONNECTORS = 50;
/** With fewer runs, Postgres would correctly read the whole table. */
const RUNS = 10_000;
const PAGE = { limit: 50, offset: 200 };

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

describe.each(['SQLite', 'Postgres'] as const)('the queries of Ops in %s', (engine) => {
  const folders = temporaryFolders();
  let database: StateDatabase;

  beforeAll(async () => {
    const url = engine === 'Postgres' ? postgres.url() : undefined;
    database = {
      ...(await openDatabase({ url, file: join(folders.make(), 'state.db') })),
      kind: 'connector',
    };
    await migrate(database);
    await fillRuns(database, { connectors: CONNECTORS, runs: RUNS, now: NOW });
    await database.knex.raw('analyze');
  });
  afterAll(async () => {
    await database.close();
    folders.removeAll();
  });

  async function planOf(query: Knex.QueryBuilder): Promise<string> {
    const { sql, bindings } = query.toSQL();
    const explain = engine === 'SQLite' ? 'explain query plan' : 'explain';
    return JSON.stringify(await database.knex.raw(`${explain} ${sql}`, bindings as Knex.RawBinding[]));
  }
  /** Reading all of the table; a search in it, or of an index, has other words. */
  const reads = engine === 'SQLite' ? /SCAN run_state(?! USING)/ : /Seq Scan on run_state/;
  const filter = { since: SINCE, connectorId: null, status: null };

  test.each([
    ['all', filter, 'run_state_newest'],
    ['of a connector', { ...filter, connectorId: connectorName(7) }, 'run_state_of_connector'],
    ['of a status', { ...filter, status: 'FAILED' }, 'run_state_'],
    ['that are stalled', { ...filter, status: 'STALLED' }, 'run_state_'],
    [
      'of a connector and a status',
      { ...filter, connectorId: connectorName(7), status: 'FAILED' },
      'run_state_of_connector',
    ],
  ] as const)('finds a page of runs by an index: %s', async (_, given, index) => {
    const plan = await planOf(pageQuery(database, given, PAGE));
    expect(plan).toContain(index);
    expect(plan).not.toMatch(reads);
  });

  test('counts runs of a status within a range of an index', async () => {
    const plan = await planOf(countQuery(database, filter));
    expect(plan).toContain('run_state_');
    expect(plan).toMatch(
      engine === 'SQLite' ? /\(kind=\? AND status=\? AND started_at>\?\)/ : /Index Cond: [^"]*started_at >=/,
    );
    expect(plan).not.toMatch(reads);
  });

  test('finds the newest runs of connectors by indexes, whatever they became', async () => {
    const plan = await planOf(newestQuery(database, [connectorName(1), connectorName(2)]));
    expect(plan).toContain('run_state_of_connector');
    expect(plan).toContain('run_state_committed');
    expect(plan).not.toMatch(reads);
  });
});
