import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Knex } from 'knex';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase, type Database, type DatabaseAddress } from '../../src/database/database.ts';
import type { State } from '../../src/pipeline/ports/state-port.ts';
import { migrateState, openState } from '../../src/state/run/open-state.ts';
import { startPostgres, type TestPostgres } from '../support/databases/postgres.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';
import { runCounts } from '../support/pipeline/run-counts.ts';

const FOLDER = new URL('../../migrations/', import.meta.url);
const KINDS = '20261129000001_kinds.js';
const TARGET = 'projects/p/locations/global/dataStores/d';
const AT = '2026-01-02T03:04:05.678Z';
const COUNTS = runCounts({ seen: 1, added: 1 });
const STEP = { name: 'import-1', state: 'running', operation: 'operations/1', detail: {} } as const;
const OWNER = { host: 'this host', pid: process.pid };

let postgres: TestPostgres;
let databases = 0;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

/** Migrations up to and including `last`. */
function migrations(last: (name: string) => boolean): Knex.MigratorConfig {
  return {
    migrationSource: {
      getMigrations: async () => (await readdir(FOLDER)).sort().filter(last),
      getMigrationName: (name: string) => name,
      getMigration: (name: string) => import(new URL(name, FOLDER).href) as Promise<Knex.Migration>,
    },
  };
}
const OLDER = migrations((name) => name < KINDS);
const WITH_KINDS = migrations((name) => name <= KINDS);

/** What the version before the migration wrote: a committed run, and a published one that another machine is delivering. */
async function writeOlderState({ knex, dialect }: Database): Promise<void> {
  const alive = knex.raw(`${dialect.clockMs} + 600000`);
  const lease = { host: 'another host', pid: 4711, acquired_at: AT, expires_at: alive };
  await knex('connector_leases').insert([
    { connector_id: 'hr', fence: 7, run_id: 'published', ...lease },
    { connector_id: TARGET, fence: 3, run_id: 'published', ...lease },
    { connector_id: 'free', fence: 5, expires_at: 0 },
  ]);
  await knex('connector_checkpoints').insert({ connector_id: 'gone', target: TARGET, updated_at: AT });
  await knex('connector_checkpoints').where({ connector_id: 'gone' }).delete();
  await knex('connector_checkpoints').insert({
    connector_id: 'hr',
    target: TARGET,
    watermark: 'w1',
    mapping_version: 'm1',
    updated_at: AT,
  });
  const scope = await scopeOf(knex);
  await knex('record_state').insert({
    scope_id: scope,
    doc_id: 'hr:1',
    // Text in the schema of that time.
    checksum: knex.raw("'sha256:1'"),
    fingerprint: Buffer.from('0123456789abcdef', 'hex'),
    soft_deleted: 0,
    run_id: 'committed',
  });
  const run = { connector_id: 'hr', target: TARGET, started_at: AT, counts: JSON.stringify(COUNTS) };
  await knex('run_state').insert({
    ...run,
    run_id: 'committed',
    status: 'SUCCESS',
    phase: 'commit',
    fence: 6,
    committed_fence: 6,
    finished_at: AT,
    committed_at: AT,
  });
  await knex('run_state').insert({
    ...run,
    run_id: 'published',
    status: 'RUNNING',
    phase: 'ingest',
    fence: 7,
    manifest_name: 'manifest.json',
    watermark: 'w2',
    started_from: 'w1',
    mapping_version: 'm1',
  });
  await knex('delivery_steps').insert({
    ...STEP,
    run_id: 'published',
    target: TARGET,
    asked_at: AT,
    detail: '{}',
  });
  await knex('alert_state').insert({
    connector_id: 'hr',
    target: TARGET,
    signature: 'FAILED',
    sent_at: 1,
    unresolved: 1,
  });
}

async function scopeOf(knex: Knex): Promise<number> {
  const [scope] = await knex('connector_checkpoints').where({ connector_id: 'hr' }).pluck('id');
  return scope ?? -1;
}

/** Columns, keys and indexes, in an order that does not depend on the history of the tables. */
async function schemaOf({ knex, embedded }: Database): Promise<unknown> {
  const tables = ['run_state', 'connector_checkpoints', 'connector_leases', 'alert_state'];
  const columns = await Promise.all(
    tables.map(async (name) => {
      const info = Object.entries(await knex(name).columnInfo());
      return info.map(([column, { type }]) => `${name} ${column} ${type}`).sort();
    }),
  );
  if (!embedded) {
    const list = tables.map((name) => `'${name}'`).join(', ');
    const found: { readonly rows: readonly unknown[] } = await knex.raw(
      `select indexdef from pg_indexes where tablename in (${list}) order by indexname`,
    );
    return { columns, indexes: found.rows };
  }
  const keys = await Promise.all(
    tables.map((name) =>
      knex.raw(`select name, pk from pragma_table_info('${name}') where pk > 0 order by pk`),
    ),
  );
  const indexes: readonly { readonly sql: string }[] = await knex.raw(
    "select sql from sqlite_master where type = 'index' and sql is not null order by name",
  );
  // The layout and quoting of a statement are not part of the schema.
  const statements = indexes.map(({ sql }) => sql.replaceAll('`', '').replaceAll(/\s+/g, ' '));
  return { columns, keys, statements };
}

describe.each(['SQLite', 'Postgres'] as const)('a state of %s from before kinds', (engine) => {
  const folders = temporaryFolders();
  let address: DatabaseAddress;
  let database: Database;

  beforeEach(async () => {
    const url =
      engine === 'Postgres' ? await postgres.createDatabase(`older_${(databases += 1)}`) : undefined;
    address = { url, file: join(folders.make(), 'state.db') };
    database = await openDatabase(address);
    await database.knex.migrate.latest(OLDER);
    await writeOlderState(database);
  });
  afterEach(async () => {
    await database.close();
    folders.removeAll();
  });

  async function upgraded(work: (state: State) => Promise<void>): Promise<void> {
    await migrateState(address);
    const state = await openState({ ...address, readOnly: false });
    try {
      await work(state);
    } finally {
      await state.close();
    }
  }

  test('keeps its checkpoints with their records and its runs as those of connectors', async () => {
    const scope = await scopeOf(database.knex);
    await upgraded(async (state) => {
      expect(await state.position('hr', TARGET)).toMatchObject({
        scope,
        checkpoint: 'w1',
        mappingVersion: 'm1',
        empty: false,
      });
      expect(await state.lookup(scope, ['hr:1'])).toHaveLength(1);
      expect(await state.lastCommitted('hr')).toMatchObject({ runId: 'committed', fence: 6 });
      expect((await state.unfinishedRuns('hr')).map(({ runId }) => runId)).toEqual(['published']);
      // A new checkpoint must not get the id of one that was removed, whose records may still be there.
      expect((await state.position('other', TARGET)).scope).toBeGreaterThan(scope);
    });
    expect(await database.knex('alert_state').select('kind', 'connector_id', 'unresolved')).toEqual([
      { kind: 'connector', connector_id: 'hr', unresolved: 1 },
    ]);
  });

  test('keeps the leases that are held, of connectors and of targets, and their fences', async () => {
    await upgraded(async (state) => {
      const taken = { code: 'LEASE_HELD', message: expect.stringContaining('run published, process 4711') };
      await expect(state.lease('hr', { ...OWNER, runId: 'R' })).rejects.toMatchObject(taken);
      const free = await state.lease('free', { ...OWNER, runId: 'R' });
      expect(free.fence).toBe(6);
      await free.release();
    });
    const kinds = await database.knex('connector_leases').orderBy('fence').select('kind', 'fence', 'run_id');
    expect(kinds).toEqual([
      { kind: 'target', fence: 3, run_id: 'published' },
      { kind: 'connector', fence: 6, run_id: null },
      { kind: 'connector', fence: 7, run_id: 'published' },
    ]);
  });

  test('lets a run that is in progress during the migration finish its step and its commit', async () => {
    await upgraded(async (state) => {
      const journal = state.journal('published', TARGET, OWNER);
      expect(await journal.steps()).toMatchObject([STEP]);
      expect(await state.journal('R', TARGET, OWNER).openSteps()).toMatchObject([STEP]);
      await journal.save({ ...STEP, askedAt: AT, state: 'done' });
      await state.commit({
        runId: 'published',
        fence: 7,
        status: 'SUCCESS',
        counts: COUNTS,
        finishedAt: new Date(),
      });
      expect(await state.position('hr', TARGET)).toMatchObject({ checkpoint: 'w2' });
    });
  });

  test('has its older schema again after the migration was taken back, without what is of other kinds', async () => {
    const { knex } = database;
    const before = await schemaOf(database);
    await knex.migrate.latest(WITH_KINDS);
    expect(await schemaOf(database)).not.toEqual(before);
    const app = { kind: 'app', connector_id: 'hr' } as const;
    await knex('connector_leases').insert({ ...app, fence: 1, expires_at: 0 });
    await knex('connector_checkpoints').insert({ ...app, target: TARGET, updated_at: AT });
    const run = { ...app, run_id: 'app-1', target: TARGET, status: 'FAILED', phase: 'map' } as const;
    await knex('run_state').insert({ ...run, started_at: AT });
    await knex('alert_state').insert({ ...app, target: TARGET, signature: 'FAILED' });

    await knex.migrate.down(WITH_KINDS);

    expect(await schemaOf(database)).toEqual(before);
    expect(await knex('connector_leases').orderBy('fence').pluck('fence')).toEqual([3, 5, 7]);
    expect(await knex('connector_checkpoints').pluck('watermark')).toEqual(['w1']);
    expect(await knex('run_state').orderBy('run_id').pluck('run_id')).toEqual(['committed', 'published']);
    expect(await knex('alert_state').pluck('sent_at')).toEqual([1]);
  });
});
