import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import Libsql from 'libsql';
import { join } from 'node:path';
import { openState } from '../../../src/state/run/open-state.ts';
import type { State } from '../../../src/pipeline/ports/state-port.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { batchesOf } from '../../support/pipeline/staged.ts';
import { gone, upsert } from '../../contracts/state/state-scene.ts';

const source = new URL('../../../src/state/run/open-state.ts', import.meta.url).href;
const staging = new URL('../../../src/pipeline/staging/staged-batches.ts', import.meta.url).href;
const RECORDS = 50_000;
/** A statement that blocks this thread lets some 10 turns pass, of the statements around it. */
const TURNS_WHEN_FREE = 50;

const upserts = () => batchesOf(Array.from({ length: RECORDS }, (_, index) => upsert(`hr:${index}`)));
const deletes = () => batchesOf(Array.from({ length: RECORDS }, (_, index) => gone('delete', `hr:${index}`)));

/** The turns of the event loop until some work ends. */
async function turnsOf(work: Promise<void>): Promise<number> {
  const turn = () => new Promise<false>((next) => setImmediate(next, false));
  const ended = work.then(() => true);
  let turns = 0;
  while (!(await Promise.race([ended, turn()]))) turns++;
  return turns;
}

describe('an embedded state that stages many records', () => {
  const folders = temporaryFolders();
  let file: string;
  let state: State;
  beforeEach(async () => {
    file = join(folders.make(), 'state.db');
    state = await openState({ file, readOnly: false });
    await state.position('hr', 'store');
    await state.beginRun({ runId: 'R', connectorId: 'hr', target: 'store', startedAt: new Date() });
  });
  afterEach(async () => {
    await state.close();
    folders.removeAll();
  });

  /** As another process finds them. */
  function countOf(table: 'record_state' | 'staged_records'): unknown {
    const database = new Libsql(file);
    const rows: unknown = database.prepare(`select count(*) as count from ${table}`).all([]);
    database.close();
    return rows;
  }
  const are = (count: number) => [expect.objectContaining({ count })];

  test('leaves the event loop free', async () => {
    expect(await turnsOf(state.stage('R', upserts()))).toBeGreaterThan(TURNS_WHEN_FREE);
    expect(await turnsOf(state.stage('R', deletes()))).toBeGreaterThan(TURNS_WHEN_FREE);
    expect(countOf('record_state')).toEqual(are(RECORDS));
    expect(countOf('staged_records')).toEqual(are(RECORDS));
  });

  test('refuses what it has, names it, and stages the next records', async () => {
    await state.stage('R', upserts());
    await expect(state.stage('R', batchesOf([upsert('hr:7'), upsert('new')]))).rejects.toMatchObject({
      code: 'DUPLICATE_ID',
      message: expect.stringContaining('hr:7'),
    });
    expect(countOf('record_state')).toEqual(are(RECORDS));
    await state.stage('R', batchesOf([upsert('new')]));
    expect(countOf('record_state')).toEqual(are(RECORDS + 1));
  });

  test('answers others of the same state in their turn, and another connection waits for its turn', async () => {
    const other = await openState({ file, readOnly: false });
    const answers = await Promise.all([
      state.stage('R', upserts()),
      state.findRun('R'),
      other.position('other', 'store'),
    ]);
    expect(answers[1]).toMatchObject({ runId: 'R' });
    await other.close();
    expect(countOf('record_state')).toEqual(are(RECORDS));
  });

  test('closes when the records in progress are stored', async () => {
    const staged = state.stage('R', upserts());
    await new Promise((turn) => setImmediate(turn));
    await Promise.all([staged, state.close()]);
    expect(countOf('record_state')).toEqual(are(RECORDS));
    state = await openState({ file, readOnly: false });
  });

  test.each(['nothing more', 'SIGKILL'])(
    'stores all of them or nothing when its process has %s to do',
    async (end) => {
      const program = `
        import { openState } from ${JSON.stringify(source)};
        import { StagedBatches } from ${JSON.stringify(staging)};
        const state = await openState({ file: process.argv[1], readOnly: false });
        const batches = new StagedBatches();
        for (let i = 0; i < 500_000; i++)
          batches.add('upsert', { docId: 'hr:' + i, digest: '5'.repeat(64), high: i, low: i });
        void state.stage('R', batches.take()).then(() => state.close());
        // The thread of the driver has begun by then, and works for a second.
        if (process.argv[2] === 'SIGKILL') setTimeout(() => process.kill(process.pid, 'SIGKILL'), 50);`;
      const { signal } = await execa(
        process.execPath,
        ['--import', 'tsx', '--input-type=module', '-e', program, file, end],
        { reject: false },
      );
      expect(signal).toBe(end === 'SIGKILL' ? end : undefined);
      expect(countOf('record_state')).toEqual(are(signal === undefined ? 500_000 : 0));
      await state.stage('R', batchesOf([upsert('writable')]));
    },
  );
});
