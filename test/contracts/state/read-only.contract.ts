import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  fingerprintOf,
  gone,
  upsert,
  allFingerprints,
  allIdsOf,
  stateScene,
  type StateStore,
} from './state-scene.ts';

/** What every state promises that is opened to be read. */
export function describeReadOnly(makeStore: () => Promise<StateStore>): void {
  describe('opened to be read only', () => {
    const scene = stateScene(makeStore);
    const { owner, run } = scene;
    let store: StateStore;
    beforeEach(() => {
      ({ store } = scene.opened());
    });

    test('knows what is there, has no scope for what is not, and refuses to write', async () => {
      await run([upsert('a')], { watermark: 'w1' });
      const reader = await store.open({ readOnly: true });
      const { scope, checkpoint } = await reader.position('hr', 'store-1');
      expect(checkpoint).toBe('w1');
      expect(await allFingerprints(reader, scope)).toHaveLength(1);
      const unknown = await reader.position('hr', 'store-2');
      expect(unknown).toEqual({
        scope: -1,
        checkpoint: undefined,
        mappingVersion: undefined,
        empty: true,
        fingerprintKey: expect.any(Uint8Array),
      });
      expect(unknown.fingerprintKey).toHaveLength(16);
      expect(await allFingerprints(reader, unknown.scope)).toEqual([]);
      expect(await allIdsOf(reader, unknown.scope, [fingerprintOf('a', 'v1')])).toEqual([]);
      await expect(reader.lease('hr', owner('R'))).rejects.toThrow('asked to write');
      await reader.close();
    });

    test('a check gets each record with its status, and finds ids of other targets', async () => {
      await run([upsert('hr:a'), upsert('hr:Ä'), upsert('hr:b'), upsert('hr:c')]);
      await run([gone('soft_delete', 'hr:a')]);
      await run([{ ...upsert('hr:b'), op: 'refresh', checksum: '' }]);
      await run([gone('delete', 'hr:c')], { rejected: ['hr:c'], outcome: 'unknown' });
      const check = await store.openCheck();
      const found = [];
      for await (const group of check.records('hr', 'store-1')) found.push(...group);
      expect(found).toEqual([
        { docId: 'hr:a', standing: 'soft_deleted' },
        { docId: 'hr:b', standing: 'in_doubt' },
        { docId: 'hr:c', standing: 'in_doubt' },
        { docId: 'hr:Ä', standing: 'sent' },
      ]);
      for await (const group of check.records('hr', 'store-2')) expect(group).toEqual([]);
      expect(await check.knownElsewhere('hr', 'store-2', ['hr:a', 'hr:x'])).toEqual(['hr:a']);
      expect(await check.knownElsewhere('hr', 'store-1', ['hr:a'])).toEqual([]);
      await check.close();
    });
  });
}
