import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { openDatabase, type Database } from '../../../src/database/database.ts';
import { migrate } from '../../../src/database/migrations.ts';
import { liveRows } from '../../../src/state/leases/live-rows.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
const RUN = {
  target: 't',
  status: 'RUNNING',
  phase: 'extract',
  started_at: '2026-11-29T02:00:00.000Z',
} as const;
let database: Database;

beforeEach(async () => {
  database = await openDatabase({ file: join(folders.make(), 'state.db') });
  await migrate(database);
  await database.knex('run_state').insert({ ...RUN, run_id: 'R', connector_id: 'hr', fence: 1 });
});
afterEach(async () => {
  await database.close();
  folders.removeAll();
});

const heldBy = (fence: number, runId: string) =>
  database
    .knex('connector_leases')
    .insert({ kind: 'connector', connector_id: 'hr', fence, run_id: runId, expires_at: 0 })
    .onConflict(['kind', 'connector_id'])
    .merge();
const written = async () => {
  const run = await database.knex('run_state').where({ run_id: 'R' }).first();
  return { rows: run?.rows_seen, at: run?.rows_at };
};
const NOTHING = { rows: null, at: null };
const OURS = { kind: 'connector', connector_id: 'hr', fence: 1, run_id: 'R' } as const;

describe('the rows of a run in progress', () => {
  test('are written once for each count, so their time is that of the last row', async () => {
    await heldBy(1, 'R');
    const live = liveRows(database, OURS, () => 5);
    live.write();
    await live.settled();
    const first = await written();
    expect(first).toEqual({ rows: 5, at: expect.any(String) });
    await database.knex('run_state').update({ rows_at: 'before' });
    live.write();
    await live.settled();
    expect(await written()).toEqual({ rows: 5, at: 'before' });
  });

  test('are not written by a run whose lease another run has', async () => {
    await heldBy(2, 'S');
    const live = liveRows(database, OURS, () => 5);
    live.write();
    await live.settled();
    expect(await written()).toEqual(NOTHING);
  });

  test('are not written to a run that has ended', async () => {
    await heldBy(1, 'R');
    await database.knex('run_state').update({ finished_at: '2026-11-29T02:01:00.000Z' });
    const live = liveRows(database, OURS, () => 5);
    live.write();
    await live.settled();
    expect(await written()).toEqual(NOTHING);
  });

  test('fail nothing when the state database cannot be written', async () => {
    const live = liveRows(database, OURS, () => 5);
    await database.knex.schema.dropTable('connector_leases');
    live.write();
    await expect(live.settled()).resolves.toBeUndefined();
  });
});
