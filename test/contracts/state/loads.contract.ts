import { beforeEach, describe, expect, test } from '@jest/globals';
import { openDatabase, type DatabaseAddress } from '../../../src/database/database.ts';
import type { State } from '../../../src/pipeline/ports/state-port.ts';
import { batchesOf } from '../../support/pipeline/staged.ts';
import {
  allFingerprints,
  COUNTS,
  FINISHED,
  STARTED,
  gone,
  stateScene,
  upsert,
  type StateStore,
} from './state-scene.ts';

export interface AddressedStore extends StateStore {
  readonly address: DatabaseAddress;
}

const FAILURE = { error: { code: 'X', message: 'x' }, finishedAt: FINISHED };
const LATER = 20_001;

/** What every engine promises of a first load, whose records are written before they count. */
export function describeLoads(makeStore: () => Promise<AddressedStore>): void {
  describe('the records of a first load', () => {
    let address: DatabaseAddress;
    const scene = stateScene(async () => {
      const store = await makeStore();
      ({ address } = store);
      return store;
    });
    const { begin, publish, commit, owner, known, run, scopeOf, journalOf, refused } = scene;
    let state: State;
    beforeEach(() => {
      ({ state } = scene.opened());
    });

    /** The ids in the tables, committed or not. */
    async function stored() {
      const database = await openDatabase(address);
      const { knex } = database;
      const ids = async (table: 'record_state' | 'staged_records') =>
        (await knex(table).orderBy('doc_id').pluck('doc_id')).map(String);
      const tables = {
        records: await ids('record_state'),
        staged: await ids('staged_records'),
        loads: (await knex('record_loads').pluck('run_id')).map(String),
      };
      await database.close();
      return tables;
    }
    const nothing = { records: [], staged: [], loads: [] };

    async function load(runId: string, ids: readonly string[]): Promise<void> {
      await state.position('hr', 'store-1');
      await begin(runId);
      await state.stage(runId, batchesOf(ids.map((id) => upsert(id))));
    }

    test('are written in their place at once, and belong to the connector with the commit', async () => {
      const lease = await state.lease('hr', owner('R'));
      await load('R', ['b', 'a']);
      await state.stage('R', batchesOf([upsert('c'), gone('delete', 'x')]));
      expect(await stored()).toEqual({ records: ['a', 'b', 'c'], staged: ['x'], loads: ['R'] });
      expect(await state.position('hr', 'store-1')).toMatchObject({ empty: true });
      expect((await known('a', 'b', 'c')).size).toBe(0);
      await publish('R', 'w1');
      await commit('R', lease.fence);
      expect(await stored()).toEqual({ records: ['a', 'b', 'c'], staged: [], loads: [] });
      expect(await state.position('hr', 'store-1')).toMatchObject({ empty: false, checkpoint: 'w1' });
      expect((await known('a', 'b', 'c')).size).toBe(3);
      await lease.release();
    });

    test('leave later changes to be staged', async () => {
      await run([upsert('a')]);
      const scope = await scopeOf();
      await load('S', ['b']);
      expect(await stored()).toEqual({ records: ['a'], staged: ['b'], loads: [] });
      expect(await scopeOf()).toBe(scope);
    });

    test.each([true, false])(
      'are deleted when their run fails (given up: %s), a part at a time',
      async (abandon) => {
        await load(
          'R',
          Array.from({ length: LATER }, (_, index) => `hr:${index}`),
        );
        await state.failRun('R', { ...FAILURE, abandon });
        expect(await stored()).toEqual(nothing);
      },
    );

    test('are deleted when their run sends nothing', async () => {
      await load('R', ['a']);
      await state.closeUnsent('R', { counts: COUNTS, finishedAt: FINISHED });
      expect(await stored()).toEqual(nothing);
    });

    test('are deleted by the next run when the process died after it had closed the run', async () => {
      await load('R', ['a', 'b']);
      const database = await openDatabase(address);
      const { knex } = database;
      await knex('run_state')
        .where({ run_id: 'R' })
        .update({ status: 'FAILED', finished_at: FINISHED.toISOString() });
      await database.close();
      await begin('other', 'kb');
      expect((await stored()).loads).toEqual(['R']);
      await begin('S');
      expect(await stored()).toEqual(nothing);
    });

    test('are kept while their published run waits, whatever another run does', async () => {
      await load('R', ['a']);
      await publish('R', 'w1');
      await state.failRun('R', { ...FAILURE, abandon: false });
      await load('dry', ['a', 'b']);
      await state.closeUnsent('dry', { counts: COUNTS, finishedAt: FINISHED });
      expect(await stored()).toEqual({ records: ['a'], staged: [], loads: ['R'] });
      const lease = await state.lease('hr', owner('S'));
      await commit('R', lease.fence);
      expect([...(await known('a', 'b')).keys()]).toEqual(['a']);
      await lease.release();
    });

    test('are without those that were rejected', async () => {
      const lease = await state.lease('hr', owner('R'));
      await load('R', ['a', 'b', 'c']);
      await publish('R', 'w1');
      await journalOf('R').reject([refused('b'), { docId: 'c', reason: 'silent', outcome: 'unknown' }]);
      await commit('R', lease.fence);
      const after = await known('a', 'b', 'c');
      expect([...after.keys()].sort()).toEqual(['a', 'c']);
      expect(after.get('c')?.checksum).toBe('');
      await lease.release();
    });

    test('are in doubt when their run may have delivered them before it was given up', async () => {
      await load('R', ['a', 'b']);
      await publish('R', 'w1');
      const step = { name: 'import-1', state: 'running', operation: 'o', detail: {} } as const;
      await journalOf('R').save({ ...step, askedAt: FINISHED.toISOString() });
      await state.failRun('R', { ...FAILURE, abandon: true });
      expect(await stored()).toEqual({ records: ['a', 'b'], staged: [], loads: [] });
      const after = await known('a', 'b');
      expect([...after.values()].map(({ checksum }) => checksum)).toEqual(['', '']);
      expect(new Set(await allFingerprints(state, await scopeOf())).size).toBe(2);
    });

    test('are not written by a process whose lease was taken over, also into a run that another process began under its id', async () => {
      const late = await state.lease('hr', owner('R'));
      await load('R', ['a']);
      const database = await openDatabase(address);
      await database.knex('connector_leases').update({ expires_at: 0 });
      await database.close();
      const successor = await scene.opened().store.open();
      const lease = await successor.lease('hr', { ...owner('R'), host: 'host-2' });
      await successor.failRun('R', { ...FAILURE, abandon: true });
      const lost = { code: 'LEASE_LOST' };
      await expect(state.stage('R', batchesOf([upsert('b')]))).rejects.toMatchObject(lost);
      expect(await stored()).toEqual(nothing);
      await successor.beginRun({ runId: 'R', connectorId: 'hr', target: 'store-1', startedAt: STARTED });
      await expect(state.stage('R', batchesOf([upsert('b')]))).rejects.toMatchObject(lost);
      await expect(publish('R', 'w1')).rejects.toMatchObject(lost);
      await expect(state.enterPhase('R', 'publish', FINISHED)).rejects.toMatchObject(lost);
      const step = { name: 'import-1', state: 'asked', operation: null, detail: {} } as const;
      await expect(journalOf('R').save({ ...step, askedAt: FINISHED.toISOString() })).rejects.toMatchObject(
        lost,
      );
      await expect(journalOf('R').reject([refused('c')])).rejects.toMatchObject(lost);
      const unsent = state.closeUnsent('R', { counts: COUNTS, finishedAt: FINISHED });
      await expect(unsent).rejects.toMatchObject(lost);
      await state.failRun('R', { ...FAILURE, abandon: true });
      await successor.stage('R', batchesOf([upsert('c')]));
      await expect(commit('R', late.fence)).rejects.toMatchObject(lost);
      expect(await stored()).toEqual({ records: ['c'], staged: [], loads: ['R'] });
      await lease.release();
      await successor.close();
    });

    test('are not written twice', async () => {
      await load('R', ['a', 'b']);
      const again = { code: 'DUPLICATE_ID', message: expect.stringMatching(/document id: b\.$/) };
      await expect(state.stage('R', batchesOf([upsert('b', 'v2'), upsert('c')]))).rejects.toMatchObject(
        again,
      );
      expect((await stored()).records).toEqual(['a', 'b']);
    });
  });
}
