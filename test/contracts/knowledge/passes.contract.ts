import { afterEach, describe, expect, test } from '@jest/globals';
import type { KnowledgeConfig } from '../../../src/definitions/knowledge-source/types.ts';
import { knowledgePlace, type KnowledgePlace } from '../../support/knowledge/knowledge-place.ts';
import {
  someProducts,
  startProducts,
  type ProductsApi,
  type ProductsOptions,
} from '../../stand-ins/rest/products-api.ts';
import type { MakeDatabase } from './knowledge-scene.ts';

type Style = ProductsOptions['style'];

/** A config like that of the scenario's example, for an API of each style. */
export function configFor({ url }: ProductsApi, style: Style, size = 50): KnowledgeConfig {
  const shared = {
    baseUrl: url,
    pageSizeParam: 'limit',
    defaultPageSize: size,
    itemsPath: 'products',
    textFields: ['title', 'description'],
  };
  return {
    skip: {
      ...shared,
      cursorParam: 'skip',
      cursorStyle: 'offset' as const,
      currentOffsetPath: 'skip',
      totalPath: 'total',
      nextCursorPath: null,
    },
    page: { ...shared, cursorParam: 'page' },
    cursor: { ...shared, cursorParam: 'after', nextCursorPath: 'next' },
  }[style];
}

export function describePassContract(engine: string, makeDatabase: MakeDatabase): void {
  describe(`passes of a knowledge source on ${engine}`, () => {
    let place: KnowledgePlace;
    let api: ProductsApi | undefined;
    const open = async (options: ProductsOptions): Promise<string> => {
      api = await startProducts(options);
      place = await knowledgePlace(await makeDatabase());
      return place.apply(configFor(api, options.style));
    };
    afterEach(async () => {
      await place.close();
      await api?.close();
    });

    test.each<[Style, (string | null)[]]>([
      ['skip', ['50', '100', null]],
      ['page', ['2', '3', null]],
      ['cursor', ['c50', 'c100', null]],
    ])('reads one page per call, each page once, with pages by %s', async (style, next) => {
      const id = await open({ products: someProducts(120), style });
      const pages = await place.pass(id);
      expect(pages.map((page) => page.next)).toEqual(next);
      expect(pages.map((page) => page.items)).toEqual([50, 50, 20]);
      expect(pages.map((page) => page.done)).toEqual([false, false, true]);
      expect(pages.every((page) => page.status === 200)).toBe(true);
      expect(api?.received.map(({ url }) => url)).toHaveLength(3);
      const contents = await place.contents();
      expect(new Set(contents).size).toBe(120);
      expect(contents).toHaveLength(120);
      expect(await place.knowledge.source(id)).toMatchObject({
        chunks: 120,
        documents: 1,
        cursor: {
          nextCursor: null,
          pages: 3,
          items: 120,
          lastStatus: 'ok',
          inProgress: false,
          lastError: null,
        },
      });
    });

    test('sends no page number for the first page, and the query of baseUrl with every page', async () => {
      const id = await open({ products: someProducts(70), style: 'page' });
      if (api === undefined) throw new Error('The API did not start.');
      await place.apply({ ...configFor(api, 'page'), baseUrl: `${api.url}?lang=de%20AT` });
      await place.pass(id);
      expect(api.received.map(({ url }) => url)).toEqual([
        '/products?lang=de%20AT&limit=50',
        '/products?lang=de%20AT&limit=50&page=2',
      ]);
    });

    test('shows the address that was requested and what follows as plain text', async () => {
      const id = await open({ products: someProducts(120), style: 'skip' });
      await place.page(id);
      expect(await place.page(id)).toEqual({
        done: false,
        items: 50,
        next: '100',
        url: `${api?.url ?? ''}?limit=50&skip=50`,
        status: 200,
        counts: { added: 50, known: 0, deleted: 0, held: 0, setAside: 0 },
        holdReason: null,
        embedder: 'test-embedder',
      });
    });

    test('goes on in another process where the last one stopped', async () => {
      api = await startProducts({ products: someProducts(120), style: 'cursor' });
      const address = await makeDatabase();
      place = await knowledgePlace(address);
      const id = await place.apply(configFor(api, 'cursor'));
      await place.page(id);
      await place.close();
      place = await knowledgePlace(address);
      await place.page(id);
      await place.close();
      place = await knowledgePlace(address);
      expect((await place.page(id)).done).toBe(true);
      expect(api.received.map(({ url }) => new URL(url, api?.url).searchParams.get('after'))).toEqual([
        null,
        'c50',
        'c100',
      ]);
      expect(await place.contents()).toHaveLength(120);
    });

    test('embeds nothing and changes nothing in a second pass over the same items on another day', async () => {
      const id = await open({ products: someProducts(60), style: 'skip' });
      await place.pass(id);
      const before = await place.database.knex('kb_chunks').orderBy('id').select('id', 'doc_id', 'chunk_idx');
      place.embedder.texts.length = 0;
      place.now = new Date('2026-11-22T12:00:00Z');
      const pages = await place.pass(id);
      expect(place.embedder.texts).toEqual([]);
      expect(pages.map(({ counts }) => counts)).toEqual([
        { added: 0, known: 50, deleted: 0, held: 0, setAside: 0 },
        { added: 0, known: 10, deleted: 0, held: 0, setAside: 0 },
      ]);
      expect(
        await place.database.knex('kb_chunks').orderBy('id').select('id', 'doc_id', 'chunk_idx'),
      ).toEqual(before);
      expect(await place.knowledge.source(id)).toMatchObject({
        documents: 1,
        cursor: { pages: 2, items: 60 },
      });
    });

    test('embeds only what changed, and deletes the old chunks at the end of the pass', async () => {
      const products = someProducts(60);
      const id = await open({ products, style: 'skip' });
      await place.pass(id);
      place.embedder.texts.length = 0;
      products[3] = { id: 4, title: 'Product 4', description: 'Another text.' };
      const first = await place.page(id);
      expect(place.embedder.texts).toEqual(['Product 4\n\nAnother text.']);
      expect(first.counts).toMatchObject({ added: 1, known: 49, deleted: 0 });
      expect(await place.contents()).toContain('Product 4\n\nThe description of product number 4.');
      expect((await place.page(id)).counts).toMatchObject({ deleted: 1 });
      const contents = await place.contents();
      expect(contents).not.toContain('Product 4\n\nThe description of product number 4.');
      expect(contents).toHaveLength(60);
    });

    test('keeps the old chunks of a changed item if the new ones cannot be embedded', async () => {
      const products = someProducts(20);
      const id = await open({ products, style: 'skip' });
      await place.pass(id);
      products[3] = { id: 4, title: 'Product 4', description: 'Another text.' };
      place.embedder.faults.push(() => Promise.reject(new Error('no connection')));
      await expect(place.page(id)).rejects.toThrow('no connection');
      expect(await place.contents()).toContain('Product 4\n\nThe description of product number 4.');
      expect(await place.contents()).toHaveLength(20);
    });

    test('counts the pages and items of the pass in progress', async () => {
      const id = await open({ products: someProducts(120), style: 'skip' });
      await place.pass(id);
      await place.page(id);
      expect((await place.knowledge.source(id)).cursor).toMatchObject({
        pages: 1,
        items: 50,
        nextCursor: '50',
        inProgress: true,
      });
    });

    test('begins again at the first page when asked to, or when the listing is another one', async () => {
      const id = await open({ products: someProducts(120), style: 'skip' });
      if (api === undefined) throw new Error('The API did not start.');
      await place.page(id);
      expect((await place.page(id, { restart: true })).next).toBe('50');
      await place.apply({ ...configFor(api, 'skip'), textFields: ['description'] });
      expect((await place.page(id)).next).toBe('50');
      expect((await place.knowledge.source(id)).cursor).toMatchObject({ pages: 1, items: 50 });
    });

    test('changes only the error fields of the cursor when a page fails', async () => {
      const id = await open({ products: someProducts(120), style: 'skip' });
      await place.page(id);
      const before = await place.database.knex('kb_rest_cursors').first();
      api?.faults.push((response) => response.writeHead(404).end('{"message":"gone"}'));
      await expect(place.page(id)).rejects.toMatchObject({
        code: 'SOURCE_REFUSED',
        cause: { status: 404, next: '50', url: `${api?.url ?? ''}?limit=50&skip=50` },
      });
      const after = await place.database.knex('kb_rest_cursors').first();
      expect(after).toEqual({
        ...before,
        last_status: 'error',
        last_http_status: 404,
        last_error: expect.stringContaining('404') as unknown,
      });
      await place.page(id);
      expect((await place.knowledge.source(id)).cursor).toMatchObject({
        lastStatus: 'ok',
        lastError: null,
        pages: 2,
      });
    });

    test('does not show a source as complete whose very first page failed', async () => {
      const id = await open({ products: someProducts(10), style: 'skip' });
      api?.faults.push((response) => response.writeHead(403).end('{}'));
      await expect(place.page(id)).rejects.toMatchObject({ code: 'SOURCE_PERMISSION' });
      expect((await place.knowledge.source(id)).cursor).toMatchObject({
        lastStatus: 'error',
        lastHttpStatus: 403,
        pages: 0,
        inProgress: false,
        lastSyncedAt: null,
      });
      expect((await place.page(id)).done).toBe(true);
    });
  });
}
