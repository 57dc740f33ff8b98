import { beforeEach, describe, expect, test } from '@jest/globals';
import type { State } from '../../../src/pipeline/ports/state-port.ts';
import {
  hash,
  fingerprintOf,
  upsert,
  gone,
  allFingerprints,
  allIdsOf,
  stateScene,
  type StateStore,
} from './state-scene.ts';
import { batchesOf } from '../../support/pipeline/staged.ts';

/** What every state promises of the records of documents. */
export function describeRecords(makeStore: () => Promise<StateStore>): void {
  describe('records', () => {
    const scene = stateScene(makeStore);
    const { owner, begin, publish, commit, run, scopeOf, known } = scene;
    let state: State;
    beforeEach(() => {
      ({ state } = scene.opened());
    });

    test('are found by id and by fingerprint after the commit, and not before', async () => {
      const lease = await state.lease('hr', owner('R'));
      const before = await scopeOf();
      await begin('R');
      await state.stage('R', batchesOf([upsert('hr:1'), upsert('hr:2')]));
      expect(await allFingerprints(state, before)).toEqual([]);
      await publish('R');
      expect(await state.lookup(before, ['hr:1'])).toEqual([]);
      await commit('R', lease.fence);

      const scope = await scopeOf();
      expect(await state.lookup(scope, ['hr:2', 'hr:3'])).toEqual([
        {
          docId: 'hr:2',
          checksum: `sha256:${hash('v1')}`,
          fingerprint: fingerprintOf('hr:2', 'v1'),
          kind: 'live',
        },
      ]);
      const [one, two] = [fingerprintOf('hr:1', 'v1'), fingerprintOf('hr:2', 'v1')];
      expect(await allFingerprints(state, scope)).toEqual([one, two].sort());
      expect(await allIdsOf(state, scope, [two, fingerprintOf('hr:9', 'v1')])).toEqual(['hr:2']);
      expect(await allIdsOf(state, scope, [])).toEqual([]);
      await lease.release();
    });

    test('keep ids with any characters that a document id may have', async () => {
      const ids = [
        "hr:it's",
        'hr:tab\tnew\nline\\r',
        'hr:ü – 漢字 😀',
        'hr:\\N',
        'hr:"q"',
        'hr:100%?',
        'hr: ',
      ];
      await run(ids.map((id) => upsert(id)));
      expect([...(await known(...ids)).keys()].sort()).toEqual([...ids].sort());
      await run([gone('delete', ids[1]!), upsert(ids[2]!, 'v2')], { rejected: [ids[2]!] });
      const after = await known(...ids);
      expect(after.has(ids[1]!)).toBe(false);
      expect(after.get(ids[2]!)?.checksum).toBe(`sha256:${hash('v1')}`);
    });

    test('that are more than one page or group of them all come once', async () => {
      const ids = Array.from({ length: 60_000 }, (_, index) => `hr:${index}`);
      await run(ids.map((id) => upsert(id)));
      const scope = await scopeOf();
      const expected = ids.map((id) => fingerprintOf(id, 'v1')).sort();
      const marked = ids.slice(0, 30_000);
      expect(await allFingerprints(state, scope)).toEqual(expected);
      expect(await allIdsOf(state, scope, expected)).toEqual([...ids].sort());
      expect(await state.lookup(scope, ids.slice(0, 5_000))).toHaveLength(5_000);
      await run(marked.map((id) => gone('soft_delete', id)));
      const markedOnes = marked.map((id) => fingerprintOf(id, 'v1')).sort();
      expect(await allFingerprints(state, scope, 'soft-deleted')).toEqual(markedOnes);
      expect(await allIdsOf(state, scope, expected, 'soft-deleted')).toEqual([...marked].sort());
    });

    test('have fingerprints of any bytes', async () => {
      const fingerprints = ['0000000000000001', '00000000c0002c27', '0a0d00fe80c3a900', '3fffffffffffffff'];
      await run(fingerprints.map((fingerprint) => ({ ...upsert(fingerprint), fingerprint })));
      expect(await allFingerprints(state, await scopeOf())).toEqual(fingerprints);
    });

    test('can be looked up after a stream of fingerprints was left in the middle', async () => {
      await run(Array.from({ length: 30_000 }, (_, index) => upsert(`hr:${index}`)));
      const scope = await scopeOf();
      for (let attempt = 0; attempt < 6; attempt += 1) {
        for await (const chunk of state.fingerprints(scope, 'live')) if (chunk.length > 0) break;
      }
      expect(await state.lookup(scope, ['hr:1'])).toHaveLength(1);
      expect(await allFingerprints(state, scope)).toHaveLength(30_000);
    });
  });
}
