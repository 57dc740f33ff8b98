import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Knex } from 'knex';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase, type Database, type DatabaseAddress } from '../../src/database/database.ts';
import { migrateState, openState } from '../../src/state/run/open-state.ts';
import { startPostgres, type TestPostgres } from '../support/databases/postgres.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';

const FOLDER = new URL('../../migrations/', import.meta.url);
const FINGERPRINT_KEY = '20261202000002_fingerprint_key.js';
const TARGET = 'projects/p/locations/global/dataStores/d';

function migrations(last: (name: string) => boolean): Knex.MigratorConfig {
  return {
    migrationSource: {
      getMigrations: async () => (await readdir(FOLDER)).sort().filter(last),
      getMigrationName: (name: string) => name,
      getMigration: (name: string) => import(new URL(name, FOLDER).href) as Promise<Knex.Migration>,
    },
  };
}

let postgres: TestPostgres;
let databases = 0;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

describe.each(['SQLite', 'Postgres'] as const)('a state of %s from before the key', (engine) => {
  const folders = temporaryFolders();
  let address: DatabaseAddress;
  let database: Database;

  beforeEach(async () => {
    const url =
      engine === 'Postgres' ? await postgres.createDatabase(`older_${(databases += 1)}`) : undefined;
    address = { url, file: join(folders.make(), 'state.db') };
    database = await openDatabase(address);
    await database.knex.migrate.latest(migrations((name) => name < FINGERPRINT_KEY));
    await database.knex('connector_checkpoints').insert({
      kind: 'connector',
      connector_id: 'hr',
      target: TARGET,
      watermark: 'w1',
      updated_at: '2026-01-02T03:04:05.678Z',
    });
  });
  afterEach(async () => {
    await database.close();
    folders.removeAll();
  });

  test('gets a key for each position by the first run that may write, and keeps it', async () => {
    await migrateState(address);
    const reader = await openState({ ...address, readOnly: true });
    const shown = await reader.position('hr', TARGET);
    expect(shown.fingerprintKey).toHaveLength(16);
    await reader.close();
    expect(await database.knex('connector_checkpoints').first('fingerprint_key')).toEqual({
      fingerprint_key: null,
    });

    const state = await openState({ ...address, readOnly: false });
    const { checkpoint, fingerprintKey } = await state.position('hr', TARGET);
    expect(checkpoint).toBe('w1');
    expect(Buffer.from(fingerprintKey)).not.toEqual(Buffer.from(shown.fingerprintKey));
    await state.close();

    const later = await openState({ ...address, readOnly: true });
    expect(Buffer.from((await later.position('hr', TARGET)).fingerprintKey)).toEqual(
      Buffer.from(fingerprintKey),
    );
    await later.close();
  });

  test('is what it was after the migration is undone', async () => {
    const before = await database.knex('connector_checkpoints').columnInfo();
    await database.knex.migrate.up(migrations((name) => name <= FINGERPRINT_KEY));
    expect(await database.knex('connector_checkpoints').columnInfo()).toHaveProperty('fingerprint_key');
    await database.knex.migrate.down(migrations((name) => name <= FINGERPRINT_KEY));
    expect(await database.knex('connector_checkpoints').columnInfo()).toEqual(before);
  });
});
