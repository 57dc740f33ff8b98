import { expect, test } from '@jest/globals';
import { BridgeError } from '../../../src/core/errors.ts';
import { testApp } from '../../support/apps/app-place.ts';
import { describeOnEachEngine } from '../../support/apps/each-engine.ts';
import { item, listing, pageOf, pagesOf } from '../../support/apps/listed-items.ts';
import { clockAt, failingAt, many } from '../../support/apps/sync-cases.ts';

describeOnEachEngine('Incremental Sync Mode', (place) => {
  test('Incremental sync uses timestamp', async () => {
    const reader = listing((since) =>
      pagesOf(since === undefined ? many(5) : many(1, { changed: true }), 10),
    );
    await place().sync(testApp(), [reader], { clock: clockAt('2026-03-01T10:00:00.000Z') });
    const { result } = await place().sync(testApp(), [reader]);
    expect(reader.asked).toEqual([undefined, new Date('2026-03-01T10:00:00.000Z')]);
    expect(result).toMatchObject({ mode: 'incremental', created: 0, updated: 1, deleted: 0, unchanged: 0 });
    expect(Object.keys(await place().stored('shop_item'))).toHaveLength(5);
  });

  test('Incremental sync updates state', async () => {
    const reader = listing((since) => pagesOf(since === undefined ? many(5) : [], 10));
    await place().sync(testApp(), [reader], { clock: clockAt('2026-03-01T10:00:00.000Z') });
    await place().sync(testApp(), [reader], { clock: clockAt('2026-03-01T11:00:00.000Z') });
    expect(await place().state('shop_item')).toBe('2026-03-01T11:00:00.000Z');
  });

  test('Fallback to full sync', async () => {
    const reader = listing(pagesOf(many(3), 10));
    const { result } = await place().sync(testApp(), [reader], { mode: 'incremental' });
    expect(reader.asked).toEqual([undefined]);
    expect(result).toMatchObject({ mode: 'incremental', collections: [{ mode: 'full', created: 3 }] });
  });

  test('syncs in full when the collection has no incremental definition', async () => {
    const reader = listing(pagesOf(many(3), 10), { incremental: false });
    await place().sync(testApp(), [reader]);
    const { result } = await place().sync(testApp(), [reader]);
    expect(reader.asked).toEqual([undefined, undefined]);
    expect(result.collections[0]).toMatchObject({ mode: 'full', unchanged: 3 });
  });

  test('deletes the entities that the API reports as deleted, and no others', async () => {
    const reader = listing((since) =>
      since === undefined
        ? pagesOf(many(5), 10)
        : [
            pageOf([item('item-0003', { n: 3, again: true })], {
              deletedIds: ['item-0001', 'item-0003', 'unknown'],
            }),
          ],
    );
    await place().sync(testApp(), [reader]);
    const { result } = await place().sync(testApp(), [reader]);
    expect(result).toMatchObject({ status: 'completed', updated: 1, deleted: 1 });
    expect(Object.keys(await place().stored('shop_item'))).toEqual([
      'item-0000',
      'item-0002',
      'item-0003',
      'item-0004',
    ]);
    expect(place().lines.join('\n')).toContain('"externalId":"item-0001"');
  });

  test('finds a change that was made on page 1 while page 3 was read', async () => {
    const api = new Map(
      many(3).map((record) => [record.externalId, { record, at: '2026-03-01T09:00:00.000Z' }]),
    );
    const reader = listing(
      (since) =>
        pagesOf(
          [...api.values()]
            .filter(({ at }) => since === undefined || new Date(at) >= since)
            .map(({ record }) => record),
          1,
        ),
      {
        before(page, since) {
          if (since !== undefined || page !== 2) return;
          const record = item('item-0000', { n: 'new' });
          api.set('item-0000', { record, at: '2026-03-01T10:00:02.000Z' });
        },
      },
    );
    await place().sync(testApp(), [reader], { clock: clockAt('2026-03-01T10:00:00.000Z') });
    const { result } = await place().sync(testApp(), [reader]);
    expect(result).toMatchObject({ updated: 1 });
    expect(await place().stored('shop_item')).toMatchObject({ 'item-0000': { n: 'new' } });
  });

  test('takes the start by the clock of the API when ours is ahead', async () => {
    const answered = new Date('2026-03-01T09:58:00.000Z');
    const later = new Date('2026-03-01T09:59:00.000Z');
    const pages = [pageOf(many(1), { answered }), pageOf([item('z')], { answered: later })];
    await place().sync(testApp(), [listing(pages)], { clock: clockAt('2026-03-01T10:00:00.000Z') });
    expect(await place().state('shop_item')).toBe('2026-03-01T09:58:00.000Z');
    const ahead = [pageOf(many(1), { answered: new Date('2026-03-01T12:00:00.000Z') })];
    await place().sync(testApp(), [listing(ahead)], { clock: clockAt('2026-03-01T11:00:00.000Z') });
    expect(await place().state('shop_item')).toBe('2026-03-01T11:00:00.000Z');
  });
});

describeOnEachEngine('Sync State Tracking', (place) => {
  test('State table exists', async () => {
    const { database, table } = place();
    expect(await database.knex(table('sync_state')).select('app_key')).toEqual([]);
  });

  test('State tracked per collection', async () => {
    const app = testApp(
      {},
      ['one', 'two'].map((key) => ({ key, path: `/${key}` })),
    );
    const readers = [
      listing(pagesOf(many(2), 10), { key: 'one' }),
      listing(pagesOf(many(3), 10), { key: 'two' }),
    ];
    await place().sync(app, readers, { collections: ['one'], clock: clockAt('2026-03-01T10:00:00.000Z') });
    expect(await place().state('one')).toBe('2026-03-01T10:00:00.000Z');
    expect(await place().state('two')).toBeUndefined();
    await place().sync(app, readers, { clock: clockAt('2026-03-01T11:00:00.000Z') });
    expect(readers[0]?.asked).toHaveLength(2);
    expect(await place().state('two')).toBe('2026-03-01T11:00:00.000Z');
    expect(await place().metadata('two')).toMatchObject({
      mode: 'full',
      created: 3,
      pages: 1,
      run_id: expect.any(String),
    });
  });

  test('State survives failures', async () => {
    await place().sync(testApp(), [listing(pagesOf(many(3), 1))], {
      clock: clockAt('2026-03-01T10:00:00.000Z'),
    });
    const changed = many(3, { changed: true });
    const { result } = await place().sync(testApp(), [
      listing(pagesOf(changed, 1), { before: failingAt(2) }),
    ]);
    expect(result).toMatchObject({ status: 'failed', updated: 1, errors: 1 });
    expect(await place().state('shop_item')).toBe('2026-03-01T10:00:00.000Z');
    const retry = listing(pagesOf(changed, 1));
    await place().sync(testApp(), [retry]);
    expect(retry.asked).toEqual([new Date('2026-03-01T10:00:00.000Z')]);
    expect(await place().stored('shop_item')).toMatchObject({ 'item-0002': { changed: true } });
  });

  test('a failed first sync leaves no state, so that the next one is full', async () => {
    await place().sync(testApp(), [listing(pagesOf(many(3), 1), { before: failingAt(2) })]);
    expect(await place().state('shop_item')).toBeUndefined();
    const retry = listing(pagesOf(many(3), 1));
    const { result } = await place().sync(testApp(), [retry]);
    expect(retry.asked).toEqual([undefined]);
    expect(result).toMatchObject({ status: 'completed', created: 2, unchanged: 1 });
  });

  test('an error after the last page keeps the earlier state', async () => {
    await place().sync(testApp(), [listing(pagesOf(many(3), 1), { before: failingAt(3) })]);
    expect(await place().state('shop_item')).toBeUndefined();
    expect(Object.keys(await place().stored('shop_item'))).toHaveLength(2);
  });

  test('repeats a full sync whose deletes were interrupted', async () => {
    await place().sync(testApp(), [listing(pagesOf(many(5), 10))]);
    const stop = new AbortController();
    const reason = new BridgeError('INTERRUPTED', 'Stopped.');
    const reader = listing(pagesOf(many(3), 10));
    const ports = {
      progress: () => {
        stop.abort(reason);
      },
    };
    const options = { mode: 'full', signal: stop.signal, ports } as const;
    await expect(place().sync(testApp(), [reader], options)).rejects.toBe(reason);
    expect(await place().metadata('shop_item')).toMatchObject({ deletes_pending: true });
    const { result } = await place().sync(testApp(), [reader], { mode: 'incremental' });
    expect(result.collections[0]).toMatchObject({ mode: 'full', deleted: 2 });
    expect(await place().metadata('shop_item')).not.toHaveProperty('deletes_pending');
  });
});
