import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { KnownRecord, State } from '../../../src/pipeline/ports/state-port.ts';
import {
  STARTED,
  FINISHED,
  COUNTS,
  fingerprintOf,
  upsert,
  refresh,
  gone,
  allFingerprints,
  allIdsOf,
  stateScene,
  type StateStore,
} from './state-scene.ts';
import { batchesOf } from '../../support/pipeline/staged.ts';

/** What every state promises of a commit. */
export function describeCommits(makeStore: () => Promise<StateStore>): void {
  describe('commit', () => {
    const scene = stateScene(makeStore);
    const { owner, nextRunId, begin, publish, commit, journalOf, run, scopeOf, known, refused } = scene;
    let state: State;
    beforeEach(() => {
      ({ state } = scene.opened());
    });

    test('applies upserts, refreshes, deletes and soft deletes', async () => {
      await run(['a', 'b', 'c', 'd', 'e'].map((id) => upsert(id)));
      await run([
        upsert('a', 'v2'),
        upsert('f'),
        { ...refresh('b', 'v2'), checksum: upsert('b').checksum },
        gone('delete', 'c'),
        gone('soft_delete', 'd'),
      ]);
      const after = await known('a', 'b', 'c', 'd', 'e', 'f');
      expect(after.get('a')).toMatchObject({ checksum: upsert('a', 'v2').checksum });
      expect(after.get('b')).toMatchObject({
        checksum: upsert('b').checksum,
        fingerprint: fingerprintOf('b', 'v2'),
      });
      expect(after.has('c')).toBe(false);
      expect(after.get('d')).toMatchObject({ kind: 'soft-deleted' });
      expect(after.get('e')).toMatchObject({ fingerprint: fingerprintOf('e', 'v1') });
      expect(after.has('f')).toBe(true);
    });

    test('keeps a soft-deleted record among those of its kind alone until it is upserted again', async () => {
      await run([upsert('a'), upsert('b')]);
      await run([gone('soft_delete', 'a')]);
      const scope = await scopeOf();
      expect(await allFingerprints(state, scope)).toEqual([fingerprintOf('b', 'v1')]);
      expect(await allIdsOf(state, scope, [fingerprintOf('a', 'v1')])).toEqual([]);
      expect(await allFingerprints(state, scope, 'soft-deleted')).toEqual([fingerprintOf('a', 'v1')]);
      const both = [fingerprintOf('a', 'v1'), fingerprintOf('b', 'v1')];
      expect(await allIdsOf(state, scope, both, 'soft-deleted')).toEqual(['a']);
      await run([upsert('a')]);
      expect(await allFingerprints(state, scope, 'soft-deleted')).toEqual([]);
      expect((await known('a')).get('a')?.kind).toBe('live');
      expect(await allIdsOf(state, scope, [fingerprintOf('a', 'v1')])).toEqual(['a']);
    });

    test('makes no record of a refresh of an unknown document', async () => {
      await run([refresh('a', 'v1')]);
      await run([upsert('b')]);
      await run([refresh('a', 'v1')]);
      expect([...(await known('a', 'b')).keys()]).toEqual(['b']);
    });

    test('leaves rejected documents as they were, new, changed or deleted', async () => {
      await run([upsert('a'), upsert('b')]);
      await run([upsert('a', 'v2'), gone('delete', 'b'), upsert('c'), upsert('d')], {
        rejected: ['a', 'b', 'c'],
      });
      const after = await known('a', 'b', 'c', 'd');
      expect([...after.keys()].sort()).toEqual(['a', 'b', 'd']);
      expect(after.get('a')?.fingerprint).toBe(fingerprintOf('a', 'v1'));
    });

    test('closes the run with its status and counts', async () => {
      await run([upsert('a')], { runId: 'R', watermark: 'w1' });
      expect(await state.findRun('R')).toEqual({
        runId: 'R',
        connectorId: 'hr',
        progress: null,
        target: 'store-1',
        status: 'SUCCESS',
        phase: 'commit',
        startedAt: STARTED.toISOString(),
        fence: 1,
        finishedAt: FINISHED.toISOString(),
        counts: COUNTS,
        watermark: 'w1',
        manifestName: 'runs/R/manifest.json',
        committedAt: FINISHED.toISOString(),
        holdReason: null,
        error: null,
        phaseTimes: {},
        folder: null,
      });
      expect(await state.unfinishedRuns('hr')).toEqual([]);
    });

    test('of a run that is committed already changes nothing', async () => {
      await run([upsert('a')], { runId: 'R', watermark: 'w1' });
      const lease = await state.lease('hr', owner('S'));
      await state.commit({
        runId: 'R',
        fence: lease.fence,
        status: 'PARTIAL',
        counts: { ...COUNTS, seen: 99 },
        finishedAt: new Date(0),
      });
      await state.failRun('R', {
        error: { code: 'X', message: 'x' },
        finishedAt: new Date(0),
        abandon: true,
      });
      expect(await state.findRun('R')).toMatchObject({ status: 'SUCCESS', counts: COUNTS, error: null });
      await lease.release();
    });

    test('with an older fence writes nothing', async () => {
      await run([upsert('a')], { watermark: 'w1' });
      const late = await state.lease('hr', owner('R'));
      await begin('R');
      await state.stage('R', batchesOf([upsert('a', 'v2'), upsert('b')]));
      await publish('R', 'w2');
      await late.release();
      const newer = await state.lease('hr', owner('S'));
      expect(newer.fence).toBeGreaterThan(late.fence);

      await expect(commit('R', late.fence)).rejects.toMatchObject({ code: 'LEASE_LOST' });
      expect((await known('a', 'b')).get('a')?.fingerprint).toBe(fingerprintOf('a', 'v1'));
      expect((await state.position('hr', 'store-1')).checkpoint).toBe('w1');
      expect((await state.unfinishedRuns('hr')).map(({ runId }) => runId)).toEqual(['R']);

      await commit('R', newer.fence);
      expect((await known('a', 'b')).size).toBe(2);
      expect((await state.position('hr', 'store-1')).checkpoint).toBe('w2');
      await newer.release();
    });

    test.each([
      ['a first load', []],
      ['a later run', [upsert('z')]],
    ])('names the ids that %s has twice, and writes nothing', async (_, before) => {
      await run(before, { watermark: 'w1' });
      for (let attempt = 0; attempt < 2; attempt += 1) {
        await expect(
          run([upsert('a'), upsert('b'), upsert('c'), upsert('b', 'v2')], { watermark: 'w2' }),
        ).rejects.toMatchObject({
          code: 'DUPLICATE_ID',
          message: expect.stringMatching(/document id: b\.$/),
        });
      }
      expect((await known('a', 'b', 'c')).size).toBe(0);
      expect((await state.position('hr', 'store-1')).checkpoint).toBe('w1');
      expect((await state.unfinishedRuns('hr')).length).toBe(2);
    });

    test('of one connector leaves what another one has staged', async () => {
      const kb = await state.lease('kb', owner('K'));
      await state.position('kb', 'store-1');
      await begin('K', 'kb');
      await state.stage('K', batchesOf([upsert('kb:1')]));
      await run([upsert('hr:1')]);
      await publish('K');
      await commit('K', kb.fence);
      const { scope } = await state.position('kb', 'store-1');
      expect(await state.lookup(scope, ['kb:1', 'hr:1'])).toHaveLength(1);
      await kb.release();
    });

    test('follows a plain map through any history of runs', async () => {
      const change = fc.record({
        op: fc.constantFrom('upsert', 'refresh', 'delete', 'soft_delete'),
        version: fc.constantFrom('v1', 'v2', 'v3'),
        rejected: fc.boolean(),
      });
      const ids = ['a', 'b', 'B', 'ä', 'a\\', '😀'];
      const changes = fc.dictionary(fc.constantFrom(...ids), change);
      let connector = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(changes, { maxLength: 6 }), async (history) => {
          const connectorId = `connector-${(connector += 1)}`;
          const lease = await state.lease(connectorId, owner('any'));
          await state.position(connectorId, 't');
          const model = new Map<string, Pick<KnownRecord, 'fingerprint' | 'kind'>>();
          const versions = new Map<string, string>();
          for (const changed of history) {
            const runId = nextRunId();
            await begin(runId, connectorId, 't');
            const entries = Object.entries(changed);
            for (const [docId, { op, version }] of entries) {
              const gives = op === 'upsert' || op === 'refresh';
              await state.stage(
                runId,
                batchesOf([gives ? { ...upsert(docId, version), op } : gone(op, docId)]),
              );
            }
            await publish(runId);
            const rejected = entries.filter(([, { rejected }]) => rejected).map(([docId]) => docId);
            await journalOf(runId, 't').reject(rejected.map(refused));
            await commit(runId, lease.fence);
            // The first records give the connector another scope.
            const { scope } = await state.position(connectorId, 't');
            for (const [docId, { op, version, rejected }] of entries) {
              const before = model.get(docId);
              const fingerprint = fingerprintOf(docId, version);
              if (rejected) {
                // What was refused although it had not changed is in doubt: its record equals nothing any more.
                const isDoubted =
                  op === 'upsert' && before?.kind === 'live' && versions.get(docId) === version;
                if (!isDoubted) continue;
                const [record] = await state.lookup(scope, [docId]);
                if (record?.fingerprint === before.fingerprint) throw new Error(`${docId} is not in doubt.`);
                model.set(docId, { fingerprint: String(record?.fingerprint), kind: 'live' });
                versions.delete(docId);
                continue;
              }
              if (op === 'upsert' || (op === 'refresh' && before !== undefined)) versions.set(docId, version);
              if (op === 'upsert') model.set(docId, { fingerprint, kind: 'live' });
              else if (op === 'delete') model.delete(docId);
              else if (before === undefined) continue;
              else if (op === 'refresh') model.set(docId, { ...before, fingerprint });
              else model.set(docId, { ...before, kind: 'soft-deleted' });
            }
            const records = await state.lookup(scope, ids);
            expect(
              new Map(records.map(({ docId, fingerprint, kind }) => [docId, { fingerprint, kind }])),
            ).toEqual(model);
            const living = [...model.values()].filter(({ kind }) => kind === 'live');
            expect(await allFingerprints(state, scope)).toEqual(living.map((it) => it.fingerprint).sort());
            const marked = [...model.values()].filter(({ kind }) => kind === 'soft-deleted');
            expect(await allFingerprints(state, scope, 'soft-deleted')).toEqual(
              marked.map((it) => it.fingerprint).sort(),
            );
          }
          await lease.release();
        }),
        { numRuns: 30 },
      );
    });
  });
}
