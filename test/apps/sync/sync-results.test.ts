import { describe, expect, test } from '@jest/globals';
import { openAppPlace, testApp } from '../../support/apps/app-place.ts';
import { describeOnEachEngine } from '../../support/apps/each-engine.ts';
import { item, listing, pageOf, pagesOf } from '../../support/apps/listed-items.ts';
import { failingAt, many } from '../../support/apps/sync-cases.ts';

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

describe('a sync', () => {
  test('lists a bounded number of problems and counts all of them', async () => {
    const place = await openAppPlace({ file: ':memory:' });
    const bad = Array.from({ length: 150 }, (_, index) => item(`bad-${index}`, '{"a":"\\u0000"}'));
    const { result } = await place.sync(testApp(), [listing(pagesOf(bad, 50))]);
    expect(result.errors).toBe(150);
    expect(result.problems).toHaveLength(100);
    await place.close();
  });
});
