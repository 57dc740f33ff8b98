import { describe, expect, test } from '@jest/globals';
import { BridgeError } from '../../../src/core/errors.ts';
import { testApp } from '../../support/apps/app-place.ts';
import { describeOnEachEngine } from '../../support/apps/each-engine.ts';
import { item, listing, pageOf, pagesOf } from '../../support/apps/listed-items.ts';

const many = (count: number, more: object = {}) =>
  Array.from({ length: count }, (_, index) =>
    item(`item-${String(index).padStart(4, '0')}`, { n: index, ...more }),
  );

const clockAt = (iso: string) => ({ now: () => new Date(iso), elapsedMs: () => 0 });

const unreachable = () => new BridgeError('SOURCE_UNREACHABLE', 'The API cannot be reached.');

function failingAt(page: number, error: () => Error = unreachable) {
  return (number: number) => {
    if (number === page) throw error();
  };
}

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

describeOnEachEngine('Sync Results', (place) => {
  test('Success counts returned', async () => {
    await place().sync(testApp(), [listing(pagesOf(many(10), 10))]);
    const next = [...many(8).slice(2), item('item-0000', { n: 'changed' }), item('new')];
    const { result } = await place().sync(testApp(), [listing(pagesOf(next, 3))], { mode: 'full' });
    expect(result).toMatchObject({
      appKey: 'shop',
      mode: 'full',
      status: 'completed',
      ...{ created: 1, updated: 1, unchanged: 6, deleted: 3, held: 0, errors: 0 },
      collections: [{ collectionKey: 'shop_item', pages: 3, created: 1, updated: 1, deleted: 3 }],
      nextRunAfter: undefined,
    });
  });

  test('Error counts returned', async () => {
    const app = testApp(
      {},
      ['one', 'two', 'three'].map((key) => ({ key, path: `/${key}` })),
    );
    const { result, failure } = await place().sync(app, [
      listing(pagesOf(many(3), 1), { key: 'one' }),
      listing(pagesOf(many(3), 1), { key: 'two', before: failingAt(1) }),
      listing(pagesOf(many(3), 1), { key: 'three' }),
    ]);
    expect(failure).toBeUndefined();
    expect(result).toMatchObject({ status: 'partial', created: 6, errors: 1 });
    expect(result.problems).toEqual([
      { collectionKey: 'two', code: 'SOURCE_UNREACHABLE', message: 'The API cannot be reached.' },
    ]);
    expect(result.collections.map(({ created, errors }) => [created, errors])).toEqual([
      [3, 0],
      [0, 1],
      [3, 0],
    ]);
    expect(await place().state('two')).toBeUndefined();
    expect(await place().state('three')).toBeDefined();
  });

  test('Idempotent re-runs', async () => {
    const archived = item('archived', { a: 1 }, { archived: true });
    const reader = listing(pagesOf([...many(5), archived], 2));
    await place().sync(testApp(), [reader]);
    const before = await place().rows('shop_item');
    for (const mode of ['full', 'incremental'] as const) {
      const { result } = await place().sync(testApp(), [reader], { mode });
      expect(result).toMatchObject({ status: 'completed', created: 0, updated: 0, deleted: 0, unchanged: 6 });
    }
    expect(await place().rows('shop_item')).toEqual(before);
  });

  test('a payload in another spelling, or with other ignored fields, is unchanged', async () => {
    const app = testApp({}, [{ key: 'shop_item', path: '/items', ignoreFields: ['seen.at', 'request_id'] }]);
    const first = '{"id":"a","n":1.10,"seen":{"at":1,"by":"x"},"tags":["\\u00e9"]}';
    await place().sync(app, [listing([pageOf([item('a', first)])])]);
    const again = '{"tags": ["é"], "request_id": "r-2", "seen":{"by":"x","at":2}, "n":1.10, "id":"a"}';
    const { result } = await place().sync(app, [listing([pageOf([item('a', again)])])]);
    expect(result).toMatchObject({ updated: 0, unchanged: 1 });
    const other = '{"id":"a","n":1.10,"seen":{"at":1,"by":"y"},"tags":["é"]}';
    const changed = await place().sync(app, [listing([pageOf([item('a', other)])])]);
    expect(changed.result).toMatchObject({ updated: 1, unchanged: 0 });
  });

  test('a change of ignoreFields updates no rows', async () => {
    const reader = listing([pageOf(many(3, { noise: 1 }))]);
    await place().sync(testApp(), [reader]);
    const before = await place().rows('shop_item');
    const app = testApp({}, [{ key: 'shop_item', path: '/items', ignoreFields: ['noise'] }]);
    const { result } = await place().sync(app, [listing([pageOf(many(3, { noise: 2 }))])]);
    expect(result).toMatchObject({ updated: 0, unchanged: 3 });
    expect(await place().rows('shop_item')).toEqual(before);
  });

  test('every digit of a number is stored', async () => {
    const json = '{"id": "a", "big": 9007199254740993, "price": 1.10, "long": 0.1234567890123456789012345}';
    await place().sync(testApp(), [listing([pageOf([item('a', json)])])]);
    const [row] = await place().rows('shop_item');
    for (const digits of ['9007199254740993', '1.10', '0.1234567890123456789012345'])
      expect(row?.payload).toContain(digits);
  });

  test('of one id twice on a page the last record counts, once', async () => {
    const page = pageOf([item('a', { n: 1 }), item('b'), item('a', { n: 2 })]);
    const { result } = await place().sync(testApp(), [listing([page])]);
    expect(result).toMatchObject({ status: 'completed', created: 2, updated: 0, errors: 0 });
    expect(await place().stored('shop_item')).toMatchObject({ a: { n: 2 } });
    const again = await place().sync(testApp(), [listing([page, page])], { mode: 'full' });
    expect(again.result).toMatchObject({ created: 0, updated: 0, unchanged: 2 });
  });

  test('a record that jsonb refuses is set aside by its id, and the rest is stored', async () => {
    const page = pageOf([
      item('ok-1'),
      item('nul', '{"a":"x\\u0000y"}'),
      item('half', '{"a":"\\ud83d"}'),
      item('huge', '{"a":1e200000}'),
      item('escaped', '{"a":"\\\\u0000 is a text, and so is \\\\ud83d"}'),
      item('large', '{"a":1e400}'),
      item('ok-2'),
    ]);
    const { result } = await place().sync(testApp(), [listing([page])]);
    expect(result).toMatchObject({ status: 'partial', created: 4, errors: 3 });
    expect(result.problems.map(({ code }) => code)).toEqual(Array(3).fill('APP_RECORD_REFUSED'));
    expect(result.problems.map(({ message }) => message).join('\n')).toMatch(/"nul"[^]*"half"[^]*"huge"/);
    expect(Object.keys(await place().stored('shop_item'))).toEqual(['escaped', 'large', 'ok-1', 'ok-2']);
    expect(await place().state('shop_item')).toBeUndefined();
  });

  test('a stored entity whose new payload is refused is neither changed nor deleted', async () => {
    await place().sync(testApp(), [listing([pageOf([item('a', { n: 1 }), item('b')])])]);
    const state = await place().state('shop_item');
    const bad = pageOf([item('a', '{"n":"\\u0000"}'), item('b')]);
    const { result } = await place().sync(testApp(), [listing([bad])], { mode: 'full' });
    expect(result).toMatchObject({ status: 'partial', deleted: 0, errors: 1 });
    expect(await place().stored('shop_item')).toMatchObject({ a: { n: 1 } });
    expect(await place().state('shop_item')).toBe(state);
  });

  test('archived_at is the time of the payload, or that of the first sync that saw it', async () => {
    const api = (n: number) => [
      item('timed', { n }, { archivedAt: '2026-01-02T03:04:05.000Z' }),
      item('flagged', { n }, { archived: true }),
      item('live', { n }),
    ];
    await place().sync(testApp(), [listing([pageOf(api(1))])]);
    const first = await place().rows('shop_item');
    await place().sync(testApp(), [listing([pageOf(api(2))])]);
    const second = await place().rows('shop_item');
    expect(second.map(({ archived_at }) => archived_at)).toEqual(first.map(({ archived_at }) => archived_at));
    const [flagged, live, timed] = second;
    expect(flagged?.archived_at).toBe(first[0]?.created_at);
    expect(live?.archived_at).toBeNull();
    expect(timed?.archived_at).toMatch(/^2026-01-02.03:04:05/);
    await place().sync(testApp(), [
      listing([pageOf([item('flagged', { n: 2 }), item('timed', { n: 2 }), item('live', { n: 2 })])]),
    ]);
    expect((await place().rows('shop_item')).map(({ archived_at }) => archived_at)).toEqual([
      null,
      null,
      null,
    ]);
  });

  test('api_version is stored with every entity', async () => {
    await place().sync(testApp({ apiVersion: '2025-09-03' }), [listing([pageOf([item('a')])])]);
    expect((await place().rows('shop_item'))[0]?.api_version).toBe('2025-09-03');
  });

  test('a dry run counts the same and writes nothing', async () => {
    await place().sync(testApp(), [listing(pagesOf(many(10), 10))]);
    const [rows, state] = [await place().rows('shop_item'), await place().state('shop_item')];
    const next = [
      ...many(8).slice(2),
      item('item-0000', { n: 'changed' }),
      item('new'),
      item('bad', '{"a":"\\u0000"}'),
    ];
    const sync = (dryRun: boolean) =>
      place().sync(testApp(), [listing(pagesOf(next, 3))], { mode: 'full', dryRun });
    const { result: plan } = await sync(true);
    expect(await place().rows('shop_item')).toEqual(rows);
    expect(await place().state('shop_item')).toBe(state);
    const { result } = await sync(false);
    const counts = ({ created, updated, unchanged, deleted, held, errors }: typeof plan) => ({
      created,
      updated,
      unchanged,
      deleted,
      held,
      errors,
    });
    expect(counts(plan)).toEqual(counts(result));
    expect(plan).toMatchObject({ created: 1, updated: 1, unchanged: 6, deleted: 3, errors: 1 });
  });

  test('a row that another program changed is written again', async () => {
    const reader = listing([pageOf(many(2))]);
    await place().sync(testApp(), [reader]);
    const { database, table } = place();
    await database
      .knex(table('entities'))
      .where({ external_id: 'item-0000' })
      .update({ raw_payload: '{"other":true}', updated_at: new Date(Date.now() + 1_000).toISOString() });
    const { result } = await place().sync(testApp(), [reader]);
    expect(result).toMatchObject({ updated: 1, unchanged: 1 });
    expect(await place().stored('shop_item')).toMatchObject({ 'item-0000': { n: 0 } });
  });
});

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

describe('a sync', () => {
  test('lists a bounded number of problems and counts all of them', async () => {
    const { openAppPlace } = await import('../../support/apps/app-place.ts');
    const place = await openAppPlace({ file: ':memory:' });
    const bad = Array.from({ length: 150 }, (_, index) => item(`bad-${index}`, '{"a":"\\u0000"}'));
    const { result } = await place.sync(testApp(), [listing(pagesOf(bad, 50))]);
    expect(result.errors).toBe(150);
    expect(result.problems).toHaveLength(100);
    await place.close();
  });
});
