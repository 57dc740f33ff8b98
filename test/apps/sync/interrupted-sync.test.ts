import { expect, test } from '@jest/globals';
import { testApp } from '../../support/apps/app-place.ts';
import { cutOffAt } from '../../support/apps/cut-off.ts';
import { describeOnEachEngine } from '../../support/apps/each-engine.ts';
import { item, listing, pageOf, pagesOf } from '../../support/apps/listed-items.ts';
import { many } from '../../support/apps/sync-cases.ts';

/** A changed, an unchanged and a new entity; two of five known ones are gone. */
const API = [item('item-0000', { n: 'changed' }), ...many(3).slice(1), item('new')];
const EXPECTED = { 'item-0000': 'changed', 'item-0001': 1, 'item-0002': 2, new: undefined };

describeOnEachEngine('a sync that is cut off', (place) => {
  for (const when of ['before', 'after'] as const) {
    test(`ends right when it is run again, cut off ${when} any of its statements`, async () => {
      let cut = 0;
      for (let statement = 1, reached = true; reached; statement++) {
        await place().clear();
        await place().sync(testApp(), [listing(pagesOf(many(5), 3))]);
        const state = await place().state('shop_item');
        reached = await cutOffAt(place().database, statement, when, () =>
          place().sync(testApp(), [listing(pagesOf(API, 2))], { mode: 'full' }),
        );
        await free();
        const moved = (await place().state('shop_item')) !== state;
        const stored = await place().stored('shop_item');
        // The state moves only together with the last page.
        expect(Object.keys(stored)).toContain(moved ? 'new' : 'item-0004');
        await place().sync(
          testApp(),
          [listing((since) => (since === undefined ? pagesOf(API, 2) : [pageOf([])]))],
          {
            mode: moved ? 'incremental' : 'full',
          },
        );
        const payloads = Object.entries(await place().stored('shop_item'));
        expect(
          Object.fromEntries(payloads.map(([id, payload]) => [id, (payload as { n?: unknown }).n])),
        ).toEqual(EXPECTED);
        if (reached) cut++;
      }
      expect(cut).toBeGreaterThan(15);
    }, 60_000);
  }

  /** The process of the test did not end, so its lease is still held. */
  async function free(): Promise<void> {
    await place()
      .database.knex('connector_leases')
      .where({ kind: 'app' })
      .update({ run_id: null, expires_at: 0 });
  }
});
