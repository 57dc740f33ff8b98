import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openDatabase, type Database, type DatabaseAddress } from '../../../src/database/database.ts';
import type { RunKind, State } from '../../../src/pipeline/ports/state-port.ts';
import { openAlertState } from '../../../src/state/server/alert-state.ts';
import { holderOf, holders, newestRuns } from '../../../src/state/server/ops-connectors.ts';
import { countRuns, historyOf, pageOfRuns, runDetail } from '../../../src/state/server/ops-runs.ts';
import { runMetrics } from '../../../src/state/server/run-metrics.ts';
import type { StateStore } from './state-scene.ts';
import { runCounts } from '../../support/pipeline/run-counts.ts';
import { batchesOf, checksumOf, type StagedChange } from '../../support/pipeline/staged.ts';

interface KindsStore extends StateStore {
  readonly address: DatabaseAddress;
}

const NAME = 'hr';
const TARGET = 'stores/1';
const OWNER = { host: 'host-1 boot-1', pid: process.pid };
const STARTED = new Date('2026-01-02T03:04:05.678Z');
const FINISHED = new Date('2026-01-02T03:05:06.789Z');
const SINCE = '2026-01-01T00:00:00.000Z';
const ALL = { since: SINCE, connectorId: null, status: null };
const KINDS: readonly RunKind[] = ['connector', 'knowledge_source', 'app'];
const COUNTS = runCounts({ seen: 1, added: 1 });
const PUBLICATION = {
  manifestName: 'm',
  counts: COUNTS,
  startedFrom: null,
  mappingVersion: '1',
  columns: [],
  holdReason: null,
};
const FAILURE = { error: { code: 'X', message: 'x' }, finishedAt: FINISHED, abandon: true };

/** What every engine promises of a connector, a knowledge source and an app that have one name and one target. */
export function describeKindsContract(engine: string, makeStore: () => Promise<KindsStore>): void {
  describe(`kinds that share a name in ${engine}`, () => {
    let store: KindsStore;
    let states: Record<RunKind, State>;
    let database: Database;

    beforeEach(async () => {
      store = await makeStore();
      states = {
        connector: await store.open(),
        knowledge_source: await store.open({ kind: 'knowledge_source' }),
        app: await store.open({ kind: 'app' }),
      };
      database = await openDatabase(store.address);
    });
    afterEach(async () => {
      await Promise.all([...Object.values(states), database].map((opened) => opened.close()));
      await store.remove();
    });

    const leaseOf = (kind: RunKind, runId: string) => states[kind].lease(NAME, { ...OWNER, runId });
    const begin = (kind: RunKind, runId: string) =>
      states[kind].beginRun({ runId, connectorId: NAME, target: TARGET, startedAt: STARTED });
    const recordOf = (kind: RunKind): StagedChange => ({
      op: 'upsert',
      docId: `${NAME}:1`,
      checksum: checksumOf(kind),
      fingerprint: '0123456789abcdef',
    });
    async function publish(kind: RunKind, runId: string): Promise<void> {
      await begin(kind, runId);
      await states[kind].stage(runId, batchesOf([recordOf(kind)]));
      await states[kind].published(runId, { ...PUBLICATION, watermark: `${kind} 1` });
    }
    const commit = (kind: RunKind, runId: string, fence: number) =>
      states[kind].commit({ runId, fence, status: 'SUCCESS', counts: COUNTS, finishedAt: FINISHED });
    async function run(kind: RunKind, runId: string): Promise<void> {
      const lease = await leaseOf(kind, runId);
      await states[kind].position(NAME, TARGET);
      await publish(kind, runId);
      await commit(kind, runId, lease.fence);
      await lease.release();
    }
    const shown = (kind: RunKind) => ({ ...database, kind });

    test('hold their leases at the same time, each with fences of its own', async () => {
      const first = await leaseOf('connector', 'C1');
      await first.release();
      const leases = await Promise.all(KINDS.map((kind) => leaseOf(kind, `${kind}-2`)));
      expect(leases.map(({ fence }) => fence)).toEqual([2, 1, 1]);
      for (const kind of KINDS) {
        const taken = { code: 'LEASE_HELD', message: expect.stringContaining(`run ${kind}-2`) };
        await expect(leaseOf(kind, 'late')).rejects.toMatchObject(taken);
      }
      await leases[0]?.release();
      await expect(leaseOf('app', 'late')).rejects.toMatchObject({
        message: expect.stringMatching(/^App hr is being run: run app-2/),
      });
      await Promise.all(leases.map((lease) => lease.release()));
    });

    test('do not hold the delivery to a target of their name', async () => {
      const signal = new AbortController().signal;
      const turn = await states.connector.journal('C1', NAME, OWNER).targetLease(signal);
      const lease = await leaseOf('connector', 'C2');
      expect((await holders(shown('connector'))).get(NAME)).toMatchObject({ runId: 'C2' });
      await lease.release();
      await turn.release();
    });

    test('have checkpoints, records and runs of their own', async () => {
      await run('connector', 'C1');
      const unknown = { checkpoint: undefined, empty: true };
      for (const kind of ['knowledge_source', 'app'] as const) {
        expect(await states[kind].position(NAME, TARGET)).toMatchObject(unknown);
        expect(await states[kind].lastCommitted(NAME)).toBeUndefined();
        expect(await states[kind].findRun('C1')).toBeUndefined();
      }
      await run('app', 'A1');
      await run('connector', 'C2');
      const scopes = new Set<number>();
      for (const kind of ['connector', 'app'] as const) {
        const { scope, checkpoint } = await states[kind].position(NAME, TARGET);
        expect(checkpoint).toBe(`${kind} 1`);
        expect(await states[kind].lookup(scope, [`${NAME}:1`])).toMatchObject([
          { checksum: checksumOf(kind) },
        ]);
        scopes.add(scope);
      }
      expect(scopes.size).toBe(2);
      expect(await states.connector.lastCommitted(NAME)).toMatchObject({ runId: 'C2' });
    });

    test('have unfinished runs of their own, which begin with the fences of their own leases', async () => {
      for (let fence = 1; fence < 3; fence += 1) await (await leaseOf('app', `free-${fence}`)).release();
      for (const kind of KINDS) {
        const lease = await leaseOf(kind, kind);
        await begin(kind, kind);
        await lease.release();
      }
      for (const kind of KINDS) {
        const fence = kind === 'app' ? 3 : 1;
        expect(await states[kind].unfinishedRuns(NAME)).toMatchObject([{ runId: kind, fence }]);
      }
    });

    test('do not take the run ids of each other', async () => {
      await begin('connector', 'R');
      await states.connector.failRun('R', FAILURE);
      await expect(begin('app', 'R')).rejects.toMatchObject({
        code: 'RUN_ID_TAKEN',
        message: 'Run id R belongs to a run of connector hr.',
      });
      await begin('connector', 'R');
    });

    test('change nothing of the runs of each other, even with an equal fence', async () => {
      const leases = [await leaseOf('connector', 'C1'), await leaseOf('app', 'A1')];
      expect(leases.map(({ fence }) => fence)).toEqual([1, 1]);
      await states.connector.position(NAME, TARGET);
      await states.app.position(NAME, TARGET);
      await publish('connector', 'C1');
      const before = await states.connector.findRun('C1');
      const { app } = states;
      const lost = { code: 'LEASE_LOST' };
      await expect(commit('app', 'C1', 1)).rejects.toMatchObject(lost);
      await expect(app.stage('C1', batchesOf([recordOf('app')]))).rejects.toMatchObject(lost);
      await expect(app.enterPhase('C1', 'commit', FINISHED)).rejects.toMatchObject(lost);
      await expect(app.published('C1', { ...PUBLICATION, watermark: null })).rejects.toMatchObject(lost);
      await expect(app.closeUnsent('C1', { counts: COUNTS, finishedAt: FINISHED })).rejects.toMatchObject(
        lost,
      );
      const step = { name: 'import-1', state: 'asked', operation: null, askedAt: '', detail: {} } as const;
      await expect(app.journal('C1', TARGET, OWNER).save(step)).rejects.toMatchObject(lost);
      await app.failRun('C1', FAILURE);
      expect(await states.connector.findRun('C1')).toEqual(before);
      await commit('connector', 'C1', 1);
      expect(await states.connector.findRun('C1')).toMatchObject({ status: 'SUCCESS' });
      await Promise.all(leases.map((lease) => lease.release()));
    });

    test('commit under the fences of their own leases, whatever those of the others are', async () => {
      for (let fence = 1; fence < 4; fence += 1) await (await leaseOf('app', `free-${fence}`)).release();
      await run('connector', 'C1');
      await run('knowledge_source', 'K1');
      await run('app', 'A1');
      for (const [kind, fence] of [
        ['connector', 1],
        ['knowledge_source', 1],
        ['app', 4],
      ] as const) {
        expect(await states[kind].lastCommitted(NAME)).toMatchObject({ status: 'SUCCESS', fence });
      }
    });

    test('forget with a commit what their own runs were refused, and nothing else', async () => {
      await states.app.position(NAME, TARGET);
      await begin('app', 'A1');
      const refused = { docId: `${NAME}:9`, reason: 'too odd', outcome: 'refused' } as const;
      await states.app.journal('A1', TARGET, OWNER).reject([refused]);
      await run('connector', 'C1');
      expect(await states.app.rejections('A1', 9)).toEqual([refused]);
      await run('app', 'A2');
      expect(await states.app.rejections('A1', 9)).toEqual([]);
    });

    test('are explained by their own runs alone', async () => {
      await run('connector', 'C1');
      await run('app', 'A1');
      await states.connector.position(NAME, 'stores/2');
      const app = await store.openExplain({ kind: 'app' });
      const source = await store.openExplain({ kind: 'knowledge_source' });
      const facts = await app.documentFacts(NAME, TARGET, `${NAME}:1`, { runs: 9 });
      expect(facts).toMatchObject({
        record: { checksum: checksumOf('app'), run: { runId: 'A1' } },
        newestRun: { runId: 'A1' },
        elsewhere: [],
      });
      expect(facts.committed.map(({ runId }) => runId)).toEqual(['A1']);
      const none = await source.documentFacts(NAME, TARGET, `${NAME}:1`, { runs: 9 });
      expect(none).toMatchObject({ record: undefined, newestRun: undefined, committed: [] });
      for await (const ids of source.recordIds(NAME, TARGET)) expect(ids).toEqual([]);
      await Promise.all([app.close(), source.close()]);
    });

    test('are refused the push queue, which has names of connectors, unless they are connectors', async () => {
      const refused = { code: 'INTERNAL', message: expect.stringContaining('only connectors have') };
      const explain = await store.openExplain({ kind: 'app' });
      const check = await store.openCheck({ kind: 'app' });
      const selection = { connectorId: NAME, runId: 'A1', claim: false, upTo: undefined };
      const first = states.app.pushed(selection)[Symbol.asyncIterator]().next();
      await expect(first).rejects.toMatchObject(refused);
      await expect(states.app.olderEvents(selection)).rejects.toMatchObject(refused);
      await expect(explain.waitingPushes(NAME, `${NAME}:1`)).rejects.toMatchObject(refused);
      await expect(check.queueDepth(NAME)).rejects.toMatchObject(refused);
      await Promise.all([explain.close(), check.close()]);
    });

    test('are checked by their own checkpoints, and a check makes none', async () => {
      await run('connector', 'C1');
      const checked = async (kind: RunKind) => {
        const check = await store.openCheck({ kind });
        const position = await check.position(NAME, TARGET);
        await check.close();
        return position;
      };
      expect(await checked('connector')).toMatchObject({ checkpoint: 'connector 1', columns: [] });
      expect(await checked('app')).toMatchObject({ scope: -1, columns: undefined });
    });

    test('count as others of each other where a target is reconciled', async () => {
      expect(await states.connector.othersInto(TARGET, NAME)).toEqual([]);
      await run('app', 'A1');
      expect(await states.app.othersInto(TARGET, NAME)).toEqual([]);
      expect(await states.connector.othersInto(TARGET, NAME)).toEqual(['hr (app)']);
      // A run that is not published counts while the lease of its own kind is held.
      const lease = await leaseOf('connector', 'C1');
      await begin('knowledge_source', 'K1');
      expect(await states.connector.othersInto(TARGET, NAME)).toEqual(['hr (app)']);
      const alive = await leaseOf('knowledge_source', 'K1');
      const both = ['hr (app)', 'hr (knowledge source)'];
      expect(await states.connector.othersInto(TARGET, NAME)).toEqual(both);
      await Promise.all([lease.release(), alive.release()]);
    });

    test('are shown apart by Ops and by the metrics', async () => {
      await run('connector', 'C1');
      const lease = await leaseOf('app', 'A1');
      await begin('app', 'A1');
      await states.app.failRun('A1', FAILURE);
      for (const [kind, runId, status] of [
        ['connector', 'C1', 'SUCCESS'],
        ['app', 'A1', 'FAILED'],
      ] as const) {
        const seen = shown(kind);
        const alone = [{ runId }];
        expect(await pageOfRuns(seen, ALL, { limit: 9, offset: 0 })).toMatchObject(alone);
        expect(await pageOfRuns(seen, { ...ALL, connectorId: NAME }, { limit: 9, offset: 0 })).toMatchObject(
          alone,
        );
        expect(await historyOf(seen, NAME, 9)).toMatchObject(alone);
        const { SUCCESS, FAILED } = await countRuns(seen, ALL);
        expect({ SUCCESS, FAILED }).toEqual({ SUCCESS: 0, FAILED: 0, [status]: 1 });
        const newest = (await newestRuns(seen, [NAME])).get(NAME);
        expect([newest?.last?.runId, newest?.finished?.runId]).toEqual([runId, runId]);
        expect(newest?.success?.runId).toBe(kind === 'connector' ? 'C1' : undefined);
        expect(await runDetail(seen, 'A1', { rejected: 9 }))[
          kind === 'app' ? 'toBeDefined' : 'toBeUndefined'
        ]();
        const running = kind === 'app';
        expect(await holderOf(seen, NAME)).toMatchObject({ fence: 1, alive: running });
        expect((await holders(seen)).get(NAME)).toMatchObject({ alive: running });
        expect(await runMetrics(seen)).toMatchObject([
          { connectorId: NAME, status, failing: running, running },
        ]);
      }
      expect(await runMetrics(shown('knowledge_source'))).toEqual([]);
      await lease.release();
    });

    test('have alerts of their own', async () => {
      const alerts = await openAlertState(store.address);
      const matter = { connectorId: NAME, target: TARGET };
      const alert = { ...matter, signature: 'FAILED X' };
      await (await alerts.claimAlert(alert))?.sent();
      expect(await alerts.claimAlert(alert)).toBeUndefined();
      expect(await alerts.claimRecovery([{ ...matter, kind: 'app' }])).toBeUndefined();
      const ofApp = await alerts.claimAlert({ ...alert, kind: 'app' });
      expect(ofApp).toBeDefined();
      await ofApp?.release();
      expect(await alerts.claimRecovery([matter])).toBeDefined();
      await alerts.close();
    });
  });
}
