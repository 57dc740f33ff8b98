import { afterEach, describe, expect, test } from '@jest/globals';
import { knowledgePlace, type KnowledgePlace } from '../../support/knowledge/knowledge-place.ts';
import { someProducts, startProducts, type ProductsApi } from '../../stand-ins/rest/products-api.ts';
import type { MakeDatabase } from './knowledge-scene.ts';
import { configFor } from './passes.contract.ts';

export function describeLeavingContract(engine: string, makeDatabase: MakeDatabase): void {
  describe(`items that leave a knowledge source on ${engine}`, () => {
    let place: KnowledgePlace;
    let api: ProductsApi;
    const open = async (count: number): Promise<string> => {
      api = await startProducts({ products: someProducts(count), style: 'skip' });
      place = await knowledgePlace(await makeDatabase());
      const id = await place.apply(configFor(api, 'skip'));
      await place.pass(id);
      return id;
    };
    afterEach(async () => {
      await place.close();
      await api.close();
    });

    test('leave at the end of the pass, and a document without chunks with them', async () => {
      const id = await open(60);
      place.now = new Date('2026-11-21T12:00:00Z');
      api.options.products = [
        ...someProducts(60).slice(1),
        { id: 61, title: 'New', description: 'One more.' },
      ];
      const [first, last] = await place.pass(id);
      expect(first?.counts.deleted).toBe(0);
      expect(last?.counts).toMatchObject({ added: 1, deleted: 1, held: 0 });
      expect(await place.contents()).not.toContain('Product 1\n\nThe description of product number 1.');
      expect(await place.knowledge.source(id)).toMatchObject({ documents: 2, chunks: 60 });
      api.options.products = someProducts(60).slice(1);
      await place.pass(id);
      expect(await place.knowledge.source(id)).toMatchObject({ documents: 1, chunks: 59 });
    });

    test('are held when there are suspiciously many of them, until an operator allows it', async () => {
      const id = await open(120);
      api.options.products = someProducts(60);
      const held = (await place.pass(id)).at(-1);
      expect(held).toMatchObject({ done: true, counts: { deleted: 0, held: 60 } });
      expect(held?.holdReason).toBe(
        '60 deletes are more than 30 (the larger of 25 and 25 % of 120 known chunks)',
      );
      expect(await place.knowledge.source(id)).toMatchObject({
        chunks: 120,
        cursor: { lastStatus: 'held', heldDeletes: 60, holdReason: held?.holdReason },
      });
      expect((await place.pass(id, { allowDeletes: 59 })).at(-1)?.counts).toMatchObject({
        deleted: 0,
        held: 60,
      });
      expect((await place.pass(id, { allowDeletes: 60 })).at(-1)?.counts).toMatchObject({
        deleted: 60,
        held: 0,
      });
      expect(await place.knowledge.source(id)).toMatchObject({
        chunks: 60,
        cursor: { lastStatus: 'ok', heldDeletes: 0, holdReason: null },
      });
    });

    test('are held when the listing is empty, however few they are', async () => {
      const id = await open(3);
      api.options.products = [];
      expect((await place.pass(id)).at(-1)).toMatchObject({
        items: 0,
        counts: { deleted: 0, held: 3 },
        holdReason: 'the source returned no rows at all, and 3 chunks are known',
      });
      expect(await place.contents()).toHaveLength(3);
    });

    test('are held at the limits of the source itself', async () => {
      const id = await open(10);
      await place.apply(configFor(api, 'skip'), { deleteLimit: { count: 1, ratio: 0 } });
      api.options.products = someProducts(8);
      expect((await place.pass(id)).at(-1)?.counts).toMatchObject({ deleted: 0, held: 2 });
      api.options.products = someProducts(9);
      expect((await place.pass(id)).at(-1)?.counts).toMatchObject({ deleted: 1, held: 0 });
    });

    test('stay when the total changed while the pages were read', async () => {
      const id = await open(120);
      api.options.products = someProducts(119);
      await place.page(id);
      api.options.products = someProducts(118);
      const end = (await place.pass(id)).at(-1);
      expect(end).toMatchObject({
        counts: { deleted: 0, held: 2 },
        holdReason: 'the listing of the source was not complete',
      });
      expect((await place.pass(id)).at(-1)?.counts).toMatchObject({ deleted: 2, held: 0 });
    });

    test('stay when an empty page ends the listing before its total', async () => {
      const id = await open(60);
      api.options.change = (body) => ({ ...body, total: 60, products: [] });
      expect((await place.pass(id)).at(-1)).toMatchObject({
        counts: { deleted: 0, held: 60 },
        holdReason: 'the listing of the source was not complete',
      });
    });

    test('stay when the last page says that there is more', async () => {
      const id = await open(20);
      api.options.products = someProducts(19);
      api.options.change = (body) => ({ ...body, has_more: true });
      expect((await place.pass(id)).at(-1)).toMatchObject({ counts: { deleted: 0, held: 1 } });
    });

    test('stay while the pass is not complete, and when it ends in an error', async () => {
      const id = await open(60);
      api.options.products = someProducts(55);
      await place.page(id);
      api.faults.push((response) => response.writeHead(400).end('{}'));
      await expect(place.page(id)).rejects.toMatchObject({ code: 'SOURCE_REFUSED' });
      expect(await place.contents()).toHaveLength(60);
      expect((await place.page(id)).counts).toMatchObject({ deleted: 5 });
    });

    test('leave only when the last of two items with the same text is gone', async () => {
      const id = await open(30);
      const same = { title: 'Same', description: 'The same text.' };
      api.options.products = [...someProducts(30), { id: 31, ...same }, { id: 32, ...same }];
      expect((await place.pass(id)).at(-1)?.counts).toMatchObject({ added: 1 });
      api.options.products = [...someProducts(30), { id: 32, ...same }];
      expect((await place.pass(id)).at(-1)?.counts).toMatchObject({ deleted: 0 });
      api.options.products = someProducts(30);
      expect((await place.pass(id)).at(-1)?.counts).toMatchObject({ deleted: 1 });
    });

    test('leave other sources alone', async () => {
      const id = await open(10);
      const other = await place.apply(configFor(api, 'skip'), { name: 'other', title: 'Other' });
      await place.pass(other);
      api.options.products = someProducts(9);
      await place.pass(id);
      expect(await place.knowledge.source(other)).toMatchObject({ chunks: 10 });
      expect(await place.knowledge.source(id)).toMatchObject({ chunks: 9 });
    });
  });
}
