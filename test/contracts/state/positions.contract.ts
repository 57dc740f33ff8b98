import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Column } from '../../../src/pipeline/ports/ports.ts';
import type { State } from '../../../src/pipeline/ports/state-port.ts';
import {
  FINISHED,
  COUNTS,
  COLUMNS,
  upsert,
  allFingerprints,
  stateScene,
  type StateStore,
} from './state-scene.ts';

/** What every state promises of positions: what a connector has delivered to a target. */
export function describePositions(makeStore: () => Promise<StateStore>): void {
  describe('position', () => {
    const scene = stateScene(makeStore);
    const { owner, begin, publish, run } = scene;
    let store: StateStore;
    let state: State;
    beforeEach(() => {
      ({ store, state } = scene.opened());
    });

    test('is made once for each connector and target, and knows nothing at first', async () => {
      const first = await state.position('hr', 'store-1');
      expect(first).toEqual({
        scope: expect.any(Number),
        checkpoint: undefined,
        mappingVersion: undefined,
        columns: undefined,
        empty: true,
        fingerprintKey: expect.any(Uint8Array),
      });
      expect(await state.position('hr', 'store-1')).toEqual(first);
      const others = [await state.position('hr', 'store-2'), await state.position('kb', 'store-1')];
      expect(new Set([first, ...others].map(({ scope }) => scope)).size).toBe(3);
    });

    test('has a secret for fingerprints of its own, and processes that make it at once agree on it', async () => {
      const other = await store.open();
      const made = await Promise.all([state.position('hr', 'store-1'), other.position('hr', 'store-1')]);
      const keys = [...made, await state.position('hr', 'store-1')].map(({ fingerprintKey }) =>
        Buffer.from(fingerprintKey).toString('hex'),
      );
      expect(new Set(keys).size).toBe(1);
      expect(keys[0]).toHaveLength(32);
      const { fingerprintKey } = await state.position('hr', 'store-2');
      expect(Buffer.from(fingerprintKey).toString('hex')).not.toBe(keys[0]);
      await other.close();
    });

    test('of another target has no documents', async () => {
      await run([upsert('hr:1')], { watermark: 'w1' });
      const other = await state.position('hr', 'store-2');
      expect(other.checkpoint).toBeUndefined();
      expect(await allFingerprints(state, other.scope)).toEqual([]);
      expect(await state.lookup(other.scope, ['hr:1'])).toEqual([]);
    });

    test('holds the watermark to the last character, and a null one takes it away', async () => {
      const watermark = '9223372036854775807|2024-01-02 03:04:05.678901+00';
      await run([], { watermark });
      expect(await state.position('hr', 'store-1')).toMatchObject({
        checkpoint: watermark,
        mappingVersion: 'mapping-1',
      });
      await run([]);
      expect((await state.position('hr', 'store-1')).checkpoint).toBeUndefined();
    });

    test('remembers the columns of the last committed run, of this target alone', async () => {
      await run([]);
      expect((await state.position('hr', 'store-1')).columns).toEqual(COLUMNS);
      expect((await state.position('hr', 'store-2')).columns).toBeUndefined();
      const columns: readonly Column[] = [{ name: 'id', kind: 'text' }];
      await run([upsert('a')], { columns, rejected: ['a'] });
      expect((await state.position('hr', 'store-1')).columns).toEqual(columns);
    });

    test('stores the columns of a published run only when the run is committed', async () => {
      await run([]);
      const columns: readonly Column[] = [{ name: 'id', kind: 'text' }];
      await begin('R');
      await publish('R', 'w1', null, columns);
      const other = await store.open();
      expect((await other.position('hr', 'store-1')).columns).toEqual(COLUMNS);
      const lease = await other.lease('hr', owner('S'));
      await other.commit({
        runId: 'R',
        fence: lease.fence,
        status: 'SUCCESS',
        counts: COUNTS,
        finishedAt: FINISHED,
      });
      await lease.release();
      await other.close();
      expect((await state.position('hr', 'store-1')).columns).toEqual(columns);
    });

    test('keeps the columns that it had when a published run is given up', async () => {
      await run([]);
      await begin('R');
      await publish('R', 'w1', null, []);
      await state.failRun('R', {
        error: { code: 'X', message: 'x' },
        finishedAt: FINISHED,
        abandon: true,
      });
      expect((await state.position('hr', 'store-1')).columns).toEqual(COLUMNS);
    });

    test('goes back to where the run started when a document of it was rejected', async () => {
      await run([upsert('a')], { watermark: 'w1' });
      await run([upsert('b')], { startedFrom: 'w1', watermark: 'w2', rejected: ['b'] });
      expect((await state.position('hr', 'store-1')).checkpoint).toBe('w1');
      // A run that read everything starts from nothing, so the next one reads everything again.
      await run([upsert('b')], { startedFrom: null, watermark: 'w2', rejected: ['b'] });
      expect((await state.position('hr', 'store-1')).checkpoint).toBeUndefined();
    });
  });
}
