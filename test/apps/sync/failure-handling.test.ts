import { expect, test } from '@jest/globals';
import { BridgeError } from '../../../src/core/errors.ts';
import { testApp } from '../../support/apps/app-place.ts';
import { describeOnEachEngine } from '../../support/apps/each-engine.ts';
import { listing, pagesOf } from '../../support/apps/listed-items.ts';
import { failingAt, many } from '../../support/apps/sync-cases.ts';

describeOnEachEngine('Failure Handling', (place) => {
  test('API errors logged', async () => {
    const app = testApp(
      {},
      ['one', 'two'].map((key) => ({ key, path: `/${key}` })),
    );
    await place().sync(app, [
      listing([], { key: 'one', before: failingAt(0) }),
      listing(pagesOf(many(2), 10), { key: 'two' }),
    ]);
    const logged = place().lines.find((line) => line.includes('"level":"error"'));
    expect(logged).toContain('the collection could not be synced');
    expect(logged).toContain('"collection":"one","code":"SOURCE_UNREACHABLE"');
    expect(Object.keys(await place().stored('two'))).toHaveLength(2);
  });

  test('Rate limits respected', async () => {
    const app = testApp(
      {},
      ['one', 'two', 'three'].map((key) => ({ key, path: `/${key}` })),
    );
    const nextRunAfter = new Date('2026-03-01T12:00:00Z');
    const limit = () =>
      new BridgeError('SOURCE_RATE_LIMITED', 'The API asks for a longer wait.', { nextRunAfter });
    const untouched = listing(pagesOf(many(2), 10), { key: 'three' });
    const { result, failure } = await place().sync(app, [
      listing(pagesOf(many(2), 10), { key: 'one' }),
      listing(pagesOf(many(2), 1), { key: 'two', before: failingAt(1, limit) }),
      untouched,
    ]);
    expect(untouched.asked).toEqual([]);
    expect(result).toMatchObject({ status: 'partial', created: 2, nextRunAfter });
    expect(failure?.code).toBe('SOURCE_RATE_LIMITED');
    expect(result.collections.map(({ collectionKey }) => collectionKey)).toEqual(['one', 'two']);
  });

  test('Safe retry', async () => {
    const api = many(7, { version: 2 });
    await place().sync(testApp(), [listing(pagesOf(many(9), 3))]);
    for (const page of [0, 1, 2, 3]) {
      const reader = listing(pagesOf(api, 3), { before: failingAt(page) });
      const { result } = await place().sync(testApp(), [reader], { mode: 'full' });
      expect(result).toMatchObject({ status: 'failed', deleted: 0 });
    }
    await place().sync(testApp(), [listing(pagesOf(api, 3))], { mode: 'full' });
    expect(Object.keys(await place().stored('shop_item'))).toHaveLength(7);
    expect((await place().rows('shop_item')).every(({ payload }) => /"version": ?2/.test(payload))).toBe(
      true,
    );
  });

  test('only one sync of an app can be in progress', async () => {
    let second: unknown;
    const reader = listing(pagesOf(many(2), 1), {
      async before(page) {
        if (page === 1)
          second = await place()
            .sync(testApp(), [listing([])])
            .catch((error: unknown) => error);
      },
    });
    const { result } = await place().sync(testApp(), [reader]);
    expect(second).toMatchObject({ code: 'LEASE_HELD' });
    expect(result).toMatchObject({ status: 'completed', created: 2 });
  });

  test('a sync that lost its lease writes nothing more', async () => {
    const { database } = place();
    const reader = listing(pagesOf(many(3), 1), {
      async before(page) {
        if (page === 2) await database.knex('connector_leases').where({ kind: 'app' }).increment('fence', 1);
      },
    });
    await expect(place().sync(testApp(), [reader])).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(Object.keys(await place().stored('shop_item'))).toHaveLength(1);
    expect(await place().state('shop_item')).toBeUndefined();
    await database.knex('connector_leases').where({ kind: 'app' }).update({ run_id: null, expires_at: 0 });
  });
});
