import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Knex } from 'knex';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase, type DatabaseAddress } from '../../src/database/database.ts';
import { runConnector } from '../../src/pipeline/run.ts';
import type { Ports } from '../../src/pipeline/ports/job.ts';
import { migrateState, openState } from '../../src/state/run/open-state.ts';
import { startPostgres, type TestPostgres } from '../support/databases/postgres.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';
import { jobOf } from '../support/pipeline/planning.ts';
import { rowsSource } from '../support/pipeline/rows-source.ts';
import { portsOf } from '../support/processes/running.ts';

const FOLDER = new URL('../../migrations/', import.meta.url);
/** The newest first, as they are undone: the migration of loads makes the table of records again, without later indexes. */
const UNDONE = ['20261202000004_withdrawn.js', '20261202000001_loads.js'];
const COLUMNS = [
  { name: 'id', kind: 'integer' },
  { name: 'title', kind: 'text' },
] as const;
const ROWS = [
  ['1', 'one'],
  ['2', 'two'],
];

const folders = temporaryFolders();
let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  folders.removeAll();
  await postgres.stop();
});

const MIGRATIONS: Knex.MigratorConfig = {
  migrationSource: {
    getMigrations: async () => (await readdir(FOLDER)).sort(),
    getMigrationName: (name: string) => name,
    getMigration: (name: string) => import(new URL(name, FOLDER).href) as Promise<Knex.Migration>,
  },
};

describe.each(['SQLite', 'Postgres'])('a state from before loads in %s', (engine) => {
  test('keeps what it knows, so the next run sends nothing again', async () => {
    const folder = folders.make();
    const file = join(folder, 'state.db');
    const address: DatabaseAddress = engine === 'SQLite' ? { file } : { url: postgres.url(), file };
    await migrateState(address);
    let sent = 0;
    const destination: Ports['destination'] = {
      deliver: ({ counts }) => {
        sent += counts.added + counts.changed + counts.deleted;
        return Promise.resolve({ upserts: 0, deletes: 0, rejected: 0 });
      },
    };
    async function run(runId: string) {
      const state = await openState({ ...address, readOnly: false });
      const source = rowsSource({ columns: COLUMNS, rows: ROWS });
      const ports = portsOf({ source, state, destination }, join(folder, 'bucket'));
      const signal = new AbortController().signal;
      const { counts } = await runConnector(jobOf({ runId, resend: false, full: true }), ports, signal);
      await state.close();
      return counts;
    }
    expect(await run('R1')).toMatchObject({ added: 2 });
    expect(sent).toBe(2);

    const database = await openDatabase(address);
    const stored = () => database.knex('record_state').orderBy('doc_id').pluck('checksum');
    const before = await stored();
    await database
      .knex('record_state')
      .where({ doc_id: 'hr:2' })
      .update({ checksum: Buffer.alloc(32) });
    for (const name of UNDONE) await database.knex.migrate.down({ ...MIGRATIONS, name });
    const texts = await stored();
    expect(texts[0]).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(texts[1]).toBe('');
    await database
      .knex('record_state')
      .where({ doc_id: 'hr:2' })
      .update({ checksum: database.knex.raw(`'sha256:${Buffer.from(before[1] ?? []).toString('hex')}'`) });
    // As after a change of the row that changes nothing in its document.
    const other = Buffer.from('0123456789abcdef', 'hex');
    await database.knex('record_state').where({ doc_id: 'hr:1' }).update({ fingerprint: other });
    await database.close();

    await migrateState(address);
    const again = await run('R2');
    expect(again).toMatchObject({ seen: 2, unchanged: 2, added: 0, changed: 0, deleted: 0 });
    expect(sent).toBe(2);
    const upgraded = await openDatabase(address);
    expect(await upgraded.knex('record_state').orderBy('doc_id').pluck('checksum')).toEqual(before);
    await upgraded.close();
  });
});
