import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { testApp, type AppPlace } from '../../support/apps/app-place.ts';
import { describeOnEachEngine } from '../../support/apps/each-engine.ts';
import { item, listing, pagesOf } from '../../support/apps/listed-items.ts';
import { failingAt } from '../../support/apps/sync-cases.ts';

/** The content of the API by id; a value is one version of an entity. */
type Content = ReadonlyMap<string, number>;

const id = fc.constantFrom('a', 'B', 'ä', 'z z', '0', '00', '👩‍🚀', "o'neil", 'a%', '\\', '{}');
const content: fc.Arbitrary<Content> = fc
  .uniqueArray(fc.tuple(id, fc.integer({ min: 0, max: 2 })), { selector: ([key]) => key })
  .map((entries) => new Map(entries));
const step = fc.record({
  content,
  mode: fc.constantFrom('full' as const, 'incremental' as const),
  pageSize: fc.integer({ min: 1, max: 4 }),
  failsAt: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
  dryRun: fc.boolean(),
});

/** The API as a model: when each entity was changed, in steps. */
class Api {
  now: Content = new Map();
  readonly #changed = new Map<string, number>();

  become(next: Content, at: number): void {
    for (const [key, version] of next) if (this.now.get(key) !== version) this.#changed.set(key, at);
    this.now = next;
  }

  records(since: Date | undefined) {
    return [...this.now]
      .filter(([key]) => since === undefined || (this.#changed.get(key) ?? 0) >= since.getTime())
      .map(([key, version]) => item(key, { version }));
  }
}

describeOnEachEngine('any sequence of changes and syncs', (place) => {
  test('ends equal to the API, and its counts are what happened to the rows', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        await place().clear();
        const api = new Api();
        let at = 1_000;
        for (const { content: next, mode, pageSize, failsAt, dryRun } of steps) {
          at += 1_000;
          api.become(next, at);
          const before = await versions(place());
          const reader = listing((since) => pagesOf(api.records(since), pageSize), {
            ...(failsAt !== undefined && { before: failingAt(failsAt) }),
          });
          const now = at;
          const clock = { now: () => new Date(now), elapsedMs: () => 0 };
          const { result } = await place().sync(testApp(), [reader], {
            mode,
            dryRun,
            clock,
            allowDeletes: 0,
          });
          const after = await versions(place());
          const real = dryRun ? { created: 0, updated: 0, deleted: 0 } : result;
          expect([...after.keys()].filter((key) => !before.has(key))).toHaveLength(real.created);
          expect([...before.keys()].filter((key) => !after.has(key))).toHaveLength(real.deleted);
          expect(
            [...after].filter(([key, version]) => before.has(key) && before.get(key) !== version),
          ).toHaveLength(real.updated);
          const isSynced = result.status === 'completed' && !dryRun;
          expect([...api.now].filter(([key, version]) => isSynced && after.get(key) !== version)).toEqual([]);
        }
        const whole = listing((since) => pagesOf(api.records(since), 3));
        const clock = { now: () => new Date(at + 500), elapsedMs: () => 0 };
        const last = { mode: 'full', allowDeletes: 100, clock } as const;
        const { result } = await place().sync(testApp(), [whole], last);
        expect(result.status).toBe('completed');
        expect(await versions(place())).toEqual(new Map([...api.now].sort()));
        expect(result.created + result.updated + result.unchanged).toBe(api.now.size);
      }),
      { numRuns: 25 },
    );
  }, 120_000);
});

async function versions(place: AppPlace): Promise<Map<string, number>> {
  const stored = Object.entries(await place.stored('shop_item'));
  return new Map(
    stored.map(([key, payload]) => [key, (payload as { version: number }).version] as const).sort(),
  );
}
