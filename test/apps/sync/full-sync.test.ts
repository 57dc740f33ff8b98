import { expect, test } from '@jest/globals';
import { testApp } from '../../support/apps/app-place.ts';
import { describeOnEachEngine } from '../../support/apps/each-engine.ts';
import { listing, pageOf, pagesOf } from '../../support/apps/listed-items.ts';
import { many } from '../../support/apps/sync-cases.ts';

describeOnEachEngine('Full Sync Mode', (place) => {
  test('Full sync fetches all entities', async () => {
    const { result } = await place().sync(testApp(), [listing(pagesOf(many(25), 10))], { mode: 'full' });
    expect(result).toMatchObject({ status: 'completed', created: 25, updated: 0, deleted: 0, errors: 0 });
    expect(Object.keys(await place().stored('shop_item'))).toHaveLength(25);
  });

  test('Full sync detects deletions', async () => {
    await place().sync(testApp(), [listing(pagesOf(many(25), 10))]);
    const { result } = await place().sync(testApp(), [listing(pagesOf(many(20), 10))], { mode: 'full' });
    expect(result).toMatchObject({ status: 'completed', created: 0, unchanged: 20, deleted: 5 });
    expect(Object.keys(await place().stored('shop_item'))).toHaveLength(20);
    const deleted = place().lines.filter((line) => line.includes('deleted an entity'));
    expect(deleted).toHaveLength(5);
    expect(deleted[0]).toContain('"externalId":"item-0020"');
  });

  test('deletes more entities than one batch has, and logs their count', async () => {
    await place().sync(testApp(), [listing(pagesOf(many(2_500), 1_000))]);
    const { result } = await place().sync(testApp(), [listing(pagesOf(many(10), 10))], {
      mode: 'full',
      allowDeletes: 2_490,
    });
    expect(result).toMatchObject({ status: 'completed', unchanged: 10, deleted: 2_490 });
    expect(Object.keys(await place().stored('shop_item'))).toHaveLength(10);
    expect(place().lines.filter((line) => line.includes('deleted an entity'))).toHaveLength(100);
    expect(place().lines.join('\n')).toContain('"count":2490');
  });

  test('deletes no entities of another collection or another app', async () => {
    const collections = ['one', 'two'].map((key) => ({ key, path: `/${key}` }));
    const app = testApp({}, collections);
    const other = testApp({ appKey: 'other' }, collections);
    for (const each of [app, other])
      await place().sync(each, [
        listing(pagesOf(many(4), 10), { key: 'one' }),
        listing(pagesOf(many(4), 10), { key: 'two' }),
      ]);
    await place().sync(app, [listing(pagesOf(many(2), 10), { key: 'one' })], {
      mode: 'full',
      collections: ['one'],
    });
    expect(Object.keys(await place().stored('one'))).toHaveLength(2);
    expect(Object.keys(await place().stored('two'))).toHaveLength(4);
    expect(Object.keys(await place().stored('one', 'other'))).toHaveLength(4);
  });

  test('holds deletes that are more than the limit, until they are allowed', async () => {
    await place().sync(testApp(), [listing(pagesOf(many(100), 50))]);
    const held = await place().sync(testApp(), [listing(pagesOf(many(10), 50))], { mode: 'full' });
    expect(held.result).toMatchObject({ status: 'held', deleted: 0, held: 90 });
    expect(held.result.collections[0]?.holdReason).toBe(
      '90 deletes are more than 25 (the larger of 25 and 25 % of 100 known entities)',
    );
    expect(Object.keys(await place().stored('shop_item'))).toHaveLength(100);
    const allowed = await place().sync(testApp(), [listing(pagesOf(many(10), 50))], {
      mode: 'full',
      allowDeletes: 90,
    });
    expect(allowed.result).toMatchObject({ status: 'completed', deleted: 90, held: 0 });
  });

  test('deletes nothing and keeps its state when the listing is empty', async () => {
    await place().sync(testApp(), [listing(pagesOf(many(3), 10))]);
    const before = await place().state('shop_item');
    for (const pages of [[], [pageOf([])]]) {
      const { result } = await place().sync(testApp(), [listing(pages)], { mode: 'full' });
      expect(result).toMatchObject({ status: 'held', deleted: 0, held: 3 });
      expect(result.collections[0]?.lastSyncedAt).toBeNull();
    }
    expect(await place().state('shop_item')).toBe(before);
  });

  test('completes when the listing is empty and nothing is known', async () => {
    const { result } = await place().sync(testApp(), [listing([])]);
    expect(result).toMatchObject({ status: 'completed', created: 0, held: 0, errors: 0 });
    expect(await place().state('shop_item')).toBeDefined();
  });

  test('deletes nothing and keeps its state when the listing is incomplete', async () => {
    await place().sync(testApp(), [listing(pagesOf(many(5), 10))]);
    const before = await place().state('shop_item');
    const capped = listing(pagesOf(many(4), 10), { end: { incomplete: 'it ended at 10000 results' } });
    const { result } = await place().sync(testApp(), [capped], { mode: 'full' });
    expect(result).toMatchObject({ status: 'held', deleted: 0, held: 1, errors: 1 });
    expect(result.problems[0]?.message).toContain('it ended at 10000 results');
    expect(await place().state('shop_item')).toBe(before);
  });

  test('an incomplete listing does not complete a first sync', async () => {
    const capped = listing(pagesOf(many(4), 10), { end: { incomplete: 'it ended at 10000 results' } });
    const { result } = await place().sync(testApp(), [capped]);
    expect(result).toMatchObject({ status: 'partial', created: 4, errors: 1 });
    expect(await place().state('shop_item')).toBeUndefined();
  });

  test('deletes nothing by a listing that never has every entity, and that is not a fault', async () => {
    await place().sync(testApp(), [listing(pagesOf(many(5), 10))]);
    const partial = listing(pagesOf(many(4), 10), { end: { partial: true } });
    const { result } = await place().sync(testApp(), [partial], { mode: 'full' });
    expect(result).toMatchObject({ status: 'completed', deleted: 0, held: 0, errors: 0 });
    expect(Object.keys(await place().stored('shop_item'))).toHaveLength(5);
  });

  test('deletes no entity that a listing of several pages skipped, only what every listing lacks', async () => {
    await place().sync(testApp(), [listing(pagesOf(many(6), 2))]);
    const listed = many(5);
    // The first listing lacks the third entity, which moved to a page that was read; the sixth is gone.
    const listings = [listed.toSpliced(2, 1), listed, listed];
    let readings = 0;
    const reader = listing(() => pagesOf(listings[readings++] ?? [], 2), { end: { inPages: true } });
    const { result } = await place().sync(testApp(), [reader], { mode: 'full' });
    expect(result).toMatchObject({ status: 'completed', created: 0, unchanged: 5, deleted: 1, held: 0 });
    expect(Object.keys(await place().stored('shop_item'))).toEqual(
      listed.map(({ externalId }) => externalId),
    );
    expect(readings).toBe(2);
  });

  test('does not list several pages again when no entity is missing', async () => {
    await place().sync(testApp(), [listing(pagesOf(many(4), 2))]);
    const reader = listing(pagesOf(many(4), 2), { end: { inPages: true } });
    await place().sync(testApp(), [reader], { mode: 'full' });
    expect(reader.asked).toHaveLength(1);
  });

  test('holds deletes when each listing lacks an entity of the one before', async () => {
    await place().sync(testApp(), [listing(pagesOf(many(6), 2))]);
    const listed = many(5);
    let readings = 0;
    const reader = listing(() => pagesOf(listed.toSpliced(readings++ % 2, 1), 2), {
      end: { inPages: true },
    });
    const { result } = await place().sync(testApp(), [reader], { mode: 'full' });
    expect(result).toMatchObject({ status: 'held', deleted: 0, held: 1, errors: 1 });
    expect(result.problems[0]?.message).toContain('each of 4 listings lacked an entity of the one before');
    expect(readings).toBe(4);
  });

  test('deletes nothing when a record has no usable id, because it may be a missing one', async () => {
    await place().sync(testApp(), [listing(pagesOf(many(5), 10))]);
    const broken = { code: 'SOURCE_RECORDS_MISSING', message: 'Record 5 of page 1 has no id.' };
    const reader = listing([pageOf(many(4), { unusable: [broken] })]);
    const { result } = await place().sync(testApp(), [reader], { mode: 'full' });
    expect(result).toMatchObject({ status: 'held', deleted: 0, held: 1, errors: 1 });
    expect(result.problems).toEqual([{ collectionKey: 'shop_item', ...broken }]);
  });

  test('keeps a row that another program wrote during the sync', async () => {
    await place().sync(testApp(), [listing(pagesOf(many(3), 10))]);
    const { database, table } = place();
    const reader = listing([pageOf([...many(1)])], {
      async before(page) {
        if (page !== 1) return;
        const now: unknown = database.embedded
          ? new Date(Date.now() + 10).toISOString()
          : database.knex.fn.now();
        await database
          .knex(table('entities'))
          .where({ external_id: 'item-0001' })
          .update({ raw_payload: '{"from":"webhook"}', updated_at: now });
        await database.knex(table('entities')).insert({
          app_key: 'shop',
          collection_key: 'shop_item',
          external_id: 'new',
          raw_payload: '{}',
        });
      },
    });
    const { result } = await place().sync(testApp(), [reader], { mode: 'full' });
    expect(result).toMatchObject({ status: 'completed', deleted: 1 });
    expect(Object.keys(await place().stored('shop_item'))).toEqual(['item-0000', 'item-0001', 'new']);
  });
});
