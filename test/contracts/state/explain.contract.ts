import { beforeEach, describe, expect, test } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { EXPLAIN_IDS_PER_PAGE } from '../../../src/state/limits.ts';
import type { ExplainState } from '../../../src/pipeline/ports/explain-state-port.ts';
import type { State } from '../../../src/pipeline/ports/state-port.ts';
import { STARTED, COUNTS, upsert, refresh, gone, stateScene, type StateStore } from './state-scene.ts';
import { batchesOf } from '../../support/pipeline/staged.ts';

/** What every state promises to `explain`. */
export function describeExplain(makeStore: () => Promise<StateStore>): void {
  describe('read to explain', () => {
    const scene = stateScene(makeStore);
    const { owner, begin, publish, commit, journalOf, run } = scene;
    let store: StateStore;
    let state: State;
    let explain: ExplainState;
    beforeEach(async () => {
      ({ store, state } = scene.opened());
      explain = await scene.explain();
    });

    describe('what is known of one document', () => {
      const facts = (docId: string, runs = 10) => explain.documentFacts('hr', 'store-1', docId, { runs });

      test('is its record, with the run that last sent it, and the runs into its target', async () => {
        await run([upsert('hr:1'), upsert('hr:2')], { runId: 'A' });
        await run([upsert('hr:2', 'v2'), refresh('hr:1', 'v2'), gone('soft_delete', 'hr:1')], { runId: 'B' });
        const one = await facts('hr:1');
        expect(one.record).toMatchObject({ softDeleted: true, run: { runId: 'A', status: 'SUCCESS' } });
        const two = await facts('hr:2');
        expect(two.record).toMatchObject({
          checksum: upsert('hr:2', 'v2').checksum,
          softDeleted: false,
          run: { runId: 'B', manifestName: 'runs/B/manifest.json', counts: COUNTS },
        });
        expect(two.committed.map(({ runId }) => runId)).toEqual(['B', 'A']);
        expect(two.newestRun).toEqual(two.committed[0]);
        expect((await facts('hr:2', 1)).committed.map(({ runId }) => runId)).toEqual(['B']);
      });

      test('is nothing before the first run, and in another target or of another connector', async () => {
        const nothing = { record: undefined, waiting: undefined, rejection: undefined, newestRun: undefined };
        expect(await facts('hr:1')).toEqual({ ...nothing, committed: [], elsewhere: [] });
        await run([upsert('hr:1')]);
        await state.position('hr', 'store-2');
        expect(await explain.documentFacts('hr', 'store-2', 'hr:1', { runs: 10 })).toEqual({
          ...nothing,
          committed: [],
          elsewhere: [{ target: 'store-1', known: true }],
        });
        expect((await facts('hr:9')).elsewhere).toEqual([{ target: 'store-2', known: false }]);
        expect(await explain.documentFacts('kb', 'store-1', 'hr:1', { runs: 10 })).toEqual({
          ...nothing,
          committed: [],
          elsewhere: [],
        });
      });

      test('is the change that waits for a commit once it is published, but no refresh', async () => {
        const lease = await state.lease('hr', owner('R'));
        await state.position('hr', 'store-1');
        await begin('R');
        await state.stage('R', batchesOf([upsert('hr:1'), refresh('hr:2', 'v1'), gone('delete', 'hr:3')]));
        expect((await facts('hr:1')).waiting).toBeUndefined();
        await publish('R');
        expect((await facts('hr:1')).waiting).toMatchObject({ run: { runId: 'R' }, change: 'upsert' });
        expect((await facts('hr:2')).waiting).toBeUndefined();
        expect((await facts('hr:3')).waiting?.change).toBe('delete');
        const { newestRun, committed, waiting } = await explain.documentFacts('hr', 'store-2', 'hr:1', {
          runs: 1,
        });
        expect({ newestRun, committed, waiting }).toEqual({
          newestRun: undefined,
          committed: [],
          waiting: undefined,
        });
        await commit('R', lease.fence);
        expect(await facts('hr:1')).toMatchObject({ waiting: undefined, record: { run: { runId: 'R' } } });
        await lease.release();
      });

      test('is how it was rejected, by the newest run, until the next commit', async () => {
        await run([upsert('hr:1')], { runId: 'A', rejected: ['hr:1'] });
        expect(await facts('hr:1')).toMatchObject({
          record: undefined,
          rejection: { run: { runId: 'A' }, reason: 'too odd', outcome: 'refused' },
        });
        expect((await facts('hr:2')).rejection).toBeUndefined();
        const later = new Date(STARTED.getTime() + 1_000);
        await state.beginRun({ runId: '0', connectorId: 'hr', target: 'store-1', startedAt: later });
        await journalOf('0').reject([{ docId: 'hr:1', reason: 'still odd', outcome: 'unknown' }]);
        expect((await facts('hr:1')).rejection).toMatchObject({ run: { runId: '0' }, reason: 'still odd' });
        expect((await facts('hr:1')).newestRun?.runId).toBe('0');
        await run([], { runId: 'C' });
        expect((await facts('hr:1')).rejection).toBeUndefined();
      });

      test('is all of one moment, while runs are committed', async () => {
        const other = await store.openExplain();
        const progress = { done: false };
        const commits = (async () => {
          for (let round = 0; round < 15; round += 1) {
            await run([upsert('hr:1', `v${round}`)]);
            await run([gone('delete', 'hr:1')]);
          }
          progress.done = true;
        })();
        let looks = 0;
        while (!progress.done) {
          const { record, committed } = await other.documentFacts('hr', 'store-1', 'hr:1', { runs: 100 });
          // Every other run deletes it.
          const sender = committed.length % 2 === 1 ? committed.map(({ runId }) => runId) : [undefined];
          expect(sender).toContain(record?.run.runId);
          looks += 1;
          // Answers of SQLite need no turn of the event loop, unlike the ends of statements in its own thread.
          await nextTurn();
        }
        await commits;
        await other.close();
        expect(looks).toBeGreaterThan(0);
      });
    });

    test('ids of all records come once each, soft-deleted ones too, and in groups', async () => {
      const ids = Array.from({ length: EXPLAIN_IDS_PER_PAGE + 5 }, (_, index) => `hr:${index}`);
      await run([...ids, 'hr:Ä', 'hr:_'].map((id) => upsert(id)));
      await run([gone('soft_delete', 'hr:7')]);
      const groups: string[][] = [];
      for await (const group of explain.recordIds('hr', 'store-1')) groups.push(group);
      expect(groups.map(({ length }) => length)).toEqual([EXPLAIN_IDS_PER_PAGE, 7]);
      expect(groups.flat().sort()).toEqual([...ids, 'hr:Ä', 'hr:_'].sort());
      for await (const group of explain.recordIds('hr', 'store-2')) expect(group).toEqual([]);
    });

    test('the delivery steps of a run are those of its journal, in their order', async () => {
      await begin('R');
      const step = {
        state: 'asked',
        operation: null,
        askedAt: STARTED.toISOString(),
        detail: { attempt: 1 },
      } as const;
      await journalOf('R').save({ name: 'import-1', ...step });
      await journalOf('R').save({ name: 'a-later-one', ...step });
      await journalOf('R').save({ name: 'import-1', ...step, state: 'done', operation: 'operations/1' });
      expect(await explain.deliverySteps('R')).toEqual(await journalOf('R').steps());
      expect((await explain.deliverySteps('R')).map(({ name }) => name)).toEqual(['import-1', 'a-later-one']);
      expect(await explain.deliverySteps('S')).toEqual([]);
    });
  });
}
