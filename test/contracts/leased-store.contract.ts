import { describe, expect, test } from '@jest/globals';
import { BridgeError } from '../../src/core/errors.ts';
import type { LeaseGuard } from '../../src/pipeline/held-leases.ts';
import type { ArtifactStore } from '../../src/pipeline/ports/ports.ts';

/** Leases that are lost when a test says so. */
export class LosableLeases implements LeaseGuard {
  lost = false;

  requireHeld = () =>
    this.lost ? Promise.reject(new BridgeError('LEASE_LOST', 'another run took over')) : Promise.resolve();
}

const LOST = { code: 'LEASE_LOST' };
const bytes = (text: string) => Buffer.from(text);

/** What every artifact store must do for a run whose leases are lost: change nothing, and go on reading. */
export function describeLeasedStoreContract(
  name: string,
  make: (leases: LeaseGuard) => ArtifactStore,
  options: { readonly partBytes: number },
): void {
  describe(`${name}, for a run that lost its lease`, () => {
    async function storeWith(names: readonly string[]) {
      const leases = new LosableLeases();
      const store = make(leases);
      for (const each of names) await store.replace(each, bytes('old'));
      return { leases, store };
    }
    async function contentOf(store: ArtifactStore, artifact: string): Promise<string> {
      const chunks: Uint8Array[] = [];
      for await (const chunk of await store.open(artifact)) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    }

    test.each<[string, (store: ArtifactStore) => Promise<unknown>]>([
      ['replaces nothing', (store) => store.replace('a/one', bytes('new'))],
      ['removes nothing', (store) => store.remove('a/one')],
      ['clears no folder', (store) => store.clear('a')],
      [
        'creates nothing',
        async (store) => {
          const writer = await store.create('a/three');
          await writer.write(bytes('new'));
          await writer.finish();
        },
      ],
    ])('%s', async (_what, change) => {
      const { leases, store } = await storeWith(['a/one', 'a/two']);
      leases.lost = true;
      await expect(change(store)).rejects.toMatchObject(LOST);
      expect(await store.list('a')).toEqual(['a/one', 'a/two']);
      expect(await contentOf(store, 'a/one')).toBe('old');
    });

    test('does not finish what it has begun, whatever the size', async () => {
      for (const parts of [0.5, 2.5]) {
        const { leases, store } = await storeWith(['a/one']);
        const writer = await store.create('a/two');
        await writer.write(Buffer.alloc(parts * options.partBytes, 'x'));
        leases.lost = true;
        await expect(writer.finish()).rejects.toMatchObject(LOST);
        await writer.abort();
        expect(await store.list('a')).toEqual(['a/one']);
      }
    });
  });
}
