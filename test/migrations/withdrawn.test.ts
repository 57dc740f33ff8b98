import { afterAll, expect, test } from '@jest/globals';
import type { Knex } from 'knex';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase } from '../../src/database/database.ts';
import { sqliteRecords } from '../../src/state/run/records/records-sqlite.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';

const FOLDER = new URL('../../migrations/', import.meta.url);
const WITHDRAWN = '20261202000004_withdrawn.js';
const MIGRATIONS: Knex.MigratorConfig = {
  migrationSource: {
    getMigrations: async () => (await readdir(FOLDER)).sort().filter((name) => name <= WITHDRAWN),
    getMigrationName: (name: string) => name,
    getMigration: (name: string) => import(new URL(name, FOLDER).href) as Promise<Knex.Migration>,
  },
};

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

test('records of the rare kinds are found with an index, and an older version finds them as soft-deleted', async () => {
  const file = join(folders.make(), 'state.db');
  const database = await openDatabase({ file });
  await database.knex.migrate.latest(MIGRATIONS);
  const record = { scope_id: 1, checksum: Buffer.alloc(32), fingerprint: Buffer.alloc(8, 1), run_id: 'R' };
  for (const soft_deleted of [0, 1, 2])
    await database.knex('record_state').insert({ ...record, doc_id: `hr:${soft_deleted}`, soft_deleted });
  const queries: string[] = [];
  database.knex.on('query', ({ sql }: { sql: string }) => queries.push(sql));
  const rare = ['withdrawn', 'soft-deleted'] as const;
  for (const kind of rare) {
    for await (const chunk of sqliteRecords.fingerprints(database.knex, 1, kind))
      expect(chunk).toEqual(record.fingerprint);
    expect(await sqliteRecords.idsOf(database.knex, 1, record.fingerprint, kind)).toHaveLength(1);
  }
  expect(queries).not.toHaveLength(0);
  for (const query of queries.splice(0)) {
    const bindings = [1, '', 10].slice(0, query.split('?').length - 1);
    const plan: unknown = await database.knex.raw(`explain query plan ${query}`, bindings);
    const index = query.includes('soft_deleted = 2') ? 'withdrawn' : 'soft_deleted';
    expect(JSON.stringify(plan)).toContain(`record_state_${index}`);
  }
  await database.close();

  const older = await openDatabase({ file });
  await older.knex.migrate.down(MIGRATIONS);
  expect(await older.knex('record_state').orderBy('doc_id').pluck('soft_deleted')).toEqual([0, 1, 1]);
  await older.close();
});
