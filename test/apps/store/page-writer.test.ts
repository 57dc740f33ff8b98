import { expect, test } from '@jest/globals';
import { EntityStore } from '../../../src/apps/store/entity-store.ts';
import { fencedLeases } from '../../../src/state/leases/fenced-lease.ts';
import { describeOnEachEngine } from '../../support/apps/each-engine.ts';
import { item } from '../../support/apps/listed-items.ts';
import { many } from '../../support/apps/sync-cases.ts';

describeOnEachEngine('the store of entities', (place) => {
  test('writes a page of more entities than one statement takes', async () => {
    const { database } = place();
    const lease = await fencedLeases(database)('shop', 'run');
    const rows = { appKey: 'shop', collectionKey: 'shop_item' };
    const store = new EntityStore(database, rows, { lease, apiVersion: null, ignoreFields: undefined });
    const stored = await store.storePage({ records: many(1_700), deletedIds: [] });
    expect([stored.created.length, stored.updated.length, stored.unchanged.length]).toEqual([1_700, 0, 0]);
    const again = await store.storePage({ records: [...many(1_699), item('new')], deletedIds: [] });
    expect([again.created.length, again.updated.length, again.unchanged.length]).toEqual([1, 0, 1_699]);
    await lease.release();
  });

  test('finds the records that only the database refuses, and stores the others', async () => {
    const { database } = place();
    if (database.embedded) return;
    // An index of the operator's own cannot have so long a value.
    await database.knex.raw(`create index long_names on supasaasy.entities ((raw_payload ->> 'name'))`);
    const lease = await fencedLeases(database)('shop', 'run');
    const rows = { appKey: 'shop', collectionKey: 'shop_item' };
    const store = new EntityStore(database, rows, { lease, apiVersion: null, ignoreFields: undefined });
    const long = Array.from({ length: 4_000 }, (_, index) => index.toString(36)).join('');
    const records = [...many(20), item('long-1', { name: long }), item('long-2', { name: long })];
    const stored = await store.storePage({ records, deletedIds: [] });
    expect(stored.created).toHaveLength(20);
    expect(stored.refused.map(({ externalId }) => externalId)).toEqual(['long-1', 'long-2']);
    expect(await place().rows('shop_item')).toHaveLength(20);
    await lease.release();
    await database.knex.raw('drop index supasaasy.long_names');
  });
});
