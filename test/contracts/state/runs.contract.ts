import { beforeEach, describe, expect, test } from '@jest/globals';
import type { State } from '../../../src/pipeline/ports/state-port.ts';
import { STARTED, FINISHED, COUNTS, upsert, stateScene, type StateStore } from './state-scene.ts';
import { batchesOf } from '../../support/pipeline/staged.ts';

/** What every state promises of runs. */
export function describeRuns(makeStore: () => Promise<StateStore>): void {
  describe('runs', () => {
    const scene = stateScene(makeStore);
    const { owner, begin, publish, commit, run, known } = scene;
    let store: StateStore;
    let state: State;
    beforeEach(() => {
      ({ store, state } = scene.opened());
    });

    test('begin in phase extract and go through the phases', async () => {
      await begin('R');
      expect(await state.findRun('R')).toMatchObject({ status: 'RUNNING', phase: 'extract', counts: null });
      await state.enterPhase('R', 'diff', STARTED);
      expect(await state.findRun('R')).toMatchObject({ phase: 'diff', startedAt: STARTED.toISOString() });
      expect(await state.findRun('nobody')).toBeUndefined();
    });

    test('keep when they entered a phase for the first time', async () => {
      await begin('R');
      const minute = (index: number) => new Date(STARTED.getTime() + index * 60_000);
      await state.enterPhase('R', 'extract', minute(0));
      await state.enterPhase('R', 'ingest', minute(1));
      await state.enterPhase('R', 'ingest', minute(2));
      expect(await state.findRun('R')).toMatchObject({
        phaseTimes: { extract: minute(0).toISOString(), ingest: minute(1).toISOString() },
      });
    });

    test('show what was published', async () => {
      await begin('R');
      await state.published('R', {
        manifestName: 'm',
        counts: COUNTS,
        watermark: 'w',
        startedFrom: null,
        mappingVersion: 'v',
        columns: [],
        holdReason: 'too many',
      });
      expect(await state.findRun('R')).toMatchObject({
        status: 'RUNNING',
        manifestName: 'm',
        counts: COUNTS,
        watermark: 'w',
        holdReason: 'too many',
        committedAt: null,
      });
    });

    test('that were killed can begin again with the same id, and what they staged is gone', async () => {
      const lease = await state.lease('hr', owner('R'));
      await state.position('hr', 'store-1');
      await begin('R');
      await state.stage('R', batchesOf([upsert('old')]));
      await begin('R');
      await state.stage('R', batchesOf([upsert('new')]));
      await publish('R');
      await commit('R', lease.fence);
      expect([...(await known('old', 'new')).keys()]).toEqual(['new']);
      await lease.release();
    });

    test('that failed unpublished can begin again with the same id', async () => {
      await begin('R');
      await state.failRun('R', {
        error: { code: 'X', message: 'x' },
        finishedAt: FINISHED,
        abandon: false,
      });
      await begin('R');
      expect(await state.findRun('R')).toMatchObject({ status: 'RUNNING', error: null, finishedAt: null });
    });

    test('do not take the id of a published run, nor of another connector', async () => {
      await begin('R');
      await expect(begin('R', 'kb')).rejects.toMatchObject({
        code: 'RUN_ID_TAKEN',
        message: expect.stringContaining('connector hr'),
      });
      await publish('R');
      await expect(begin('R')).rejects.toMatchObject({ code: 'RUN_ID_TAKEN' });
      expect(await state.findRun('R')).toMatchObject({ manifestName: 'runs/R/manifest.json' });
    });

    test('are unfinished, oldest first, when begun, or published and failed, but not when failed or committed', async () => {
      const error = { code: 'STATE_UNREACHABLE', message: 'gone', hint: 'wait' };
      await run([], { runId: 'committed' });
      for (const [index, runId] of ['begun', 'failed', 'published', 'waiting', 'abandoned'].entries()) {
        const startedAt = new Date(STARTED.getTime() - index * 1_000);
        await state.beginRun({ runId, connectorId: 'hr', target: 'store-1', startedAt });
      }
      await begin('other', 'kb');
      for (const runId of ['published', 'waiting', 'abandoned']) await publish(runId);
      const failure = { error, finishedAt: FINISHED };
      await state.failRun('failed', { ...failure, abandon: false });
      await state.failRun('waiting', { ...failure, abandon: false });
      await state.failRun('abandoned', { ...failure, abandon: true });

      const unfinished = await state.unfinishedRuns('hr');
      expect(unfinished.map(({ runId }) => runId)).toEqual(['waiting', 'published', 'begun']);
      expect(unfinished[0]).toMatchObject({
        status: 'FAILED',
        error,
        finishedAt: FINISHED.toISOString(),
        manifestName: 'runs/waiting/manifest.json',
      });
      expect(await state.findRun('abandoned')).toMatchObject({ status: 'FAILED', manifestName: null });
    });

    test('that are published and failed can be finished by another run', async () => {
      await state.position('hr', 'store-1');
      await begin('R');
      await state.stage('R', batchesOf([upsert('a')]));
      await publish('R', 'w1');
      await state.failRun('R', {
        error: { code: 'X', message: 'x' },
        finishedAt: FINISHED,
        abandon: false,
      });
      const other = await store.open();
      const lease = await other.lease('hr', owner('S'));
      await other.enterPhase('R', 'ingest', STARTED);
      await other.commit({
        runId: 'R',
        fence: lease.fence,
        status: 'SUCCESS',
        counts: COUNTS,
        finishedAt: FINISHED,
      });
      await lease.release();
      await other.close();
      expect(await state.findRun('R')).toMatchObject({ status: 'SUCCESS', error: null });
      expect((await known('a')).size).toBe(1);
    });

    test('that another run abandoned write nothing more', async () => {
      await state.position('hr', 'store-1');
      const lease = await state.lease('hr', owner('R'));
      await begin('R');
      await state.failRun('R', { error: { code: 'X', message: 'x' }, finishedAt: FINISHED, abandon: true });
      const lost = { code: 'LEASE_LOST' };
      await expect(state.stage('R', batchesOf([upsert('a')]))).rejects.toMatchObject(lost);
      await expect(publish('R')).rejects.toMatchObject(lost);
      await expect(state.enterPhase('R', 'diff', STARTED)).rejects.toMatchObject(lost);
      await expect(commit('R', lease.fence)).rejects.toMatchObject(lost);
      await lease.release();
    });

    test('have a newest committed one', async () => {
      expect(await state.lastCommitted('hr')).toBeUndefined();
      await run([], { runId: 'R1' });
      const lease = await state.lease('hr', owner('R2'));
      await state.beginRun({ runId: 'R2', connectorId: 'hr', target: 'store-1', startedAt: STARTED });
      await publish('R2');
      await state.commit({
        runId: 'R2',
        fence: lease.fence,
        status: 'HELD',
        counts: COUNTS,
        finishedAt: new Date(FINISHED.getTime() + 1),
      });
      await lease.release();
      await begin('R3');
      expect(await state.lastCommitted('hr')).toMatchObject({ runId: 'R2', status: 'HELD' });
      expect(await state.lastCommitted('kb')).toBeUndefined();
    });

    test('are in the order of their fences, whatever the clocks of their machines say', async () => {
      const clocks = [300, -86_400, 0, 60];
      for (const [index, seconds] of clocks.entries()) {
        await run([upsert('hr:1', `v${index}`)], { runId: `R${index}`, clockSeconds: seconds });
        expect(await state.lastCommitted('hr')).toMatchObject({ runId: `R${index}`, fence: index + 1 });
      }
      const { committed, newestRun } = await (
        await scene.explain()
      ).documentFacts('hr', 'store-1', 'hr:1', { runs: 9 });
      expect(committed.map(({ runId }) => runId)).toEqual(['R3', 'R2', 'R1', 'R0']);
      expect(newestRun?.runId).toBe('R3');
    });

    test('that left a run to a later one come before it, on a clock that is ahead too', async () => {
      await run([upsert('hr:1')], { runId: 'before' });
      const dying = await state.lease('hr', owner('left'));
      await state.beginRun({
        runId: 'left',
        connectorId: 'hr',
        target: 'store-1',
        startedAt: new Date(FINISHED.getTime() + 600_000),
      });
      await publish('left');
      await dying.release();
      const lease = await state.lease('hr', owner('finisher'));
      await state.commit({
        runId: 'left',
        fence: lease.fence,
        status: 'SUCCESS',
        counts: COUNTS,
        finishedAt: FINISHED,
      });
      expect(await state.lastCommitted('hr')).toMatchObject({ runId: 'left' });
      await begin('finisher');
      await publish('finisher');
      await commit('finisher', lease.fence);
      await lease.release();
      expect(await state.lastCommitted('hr')).toMatchObject({ runId: 'finisher' });
    });

    test('keep where their artifacts are', async () => {
      const folder = 'gs://bucket/connectors/hr/runs/R';
      const given = { runId: 'R', connectorId: 'hr', target: 'store-1', startedAt: STARTED };
      await state.beginRun({ ...given, folder });
      expect(await state.unfinishedRuns('hr')).toMatchObject([{ runId: 'R', folder }]);
      await state.beginRun(given);
      expect(await state.findRun('R')).toMatchObject({ folder: null });
    });
  });
}
