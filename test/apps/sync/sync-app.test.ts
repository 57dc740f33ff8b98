import { expect, test } from '@jest/globals';
import { BridgeError } from '../../../src/core/errors.ts';
import { openAppPlace, testApp } from '../../support/apps/app-place.ts';
import { describeOnEachEngine } from '../../support/apps/each-engine.ts';
import { item, listing, pageOf, pagesOf } from '../../support/apps/listed-items.ts';

void openAppPlace;
void BridgeError;

const many = (count: number, more: object = {}) =>
  Array.from({ length: count }, (_, index) => item(`item-${index}`, { n: index, ...more }));

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
    expect(deleted[0]).toContain('"externalId":"item-2');
    await place().sync(testApp(), [listing([pageOf([])])]);
  });
});
