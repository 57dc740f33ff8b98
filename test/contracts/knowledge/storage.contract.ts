import { afterEach, describe, expect, test } from '@jest/globals';
import type { Embedder } from '../../../src/knowledge/embedder.ts';
import { sleep } from '../../../src/core/retry.ts';
import { knowledgePlace, type KnowledgePlace } from '../../support/knowledge/knowledge-place.ts';
import { testEmbedder, vectorOf } from '../../support/knowledge/test-embedder.ts';
import { someProducts, startProducts, type ProductsApi } from '../../stand-ins/rest/products-api.ts';
import type { MakeDatabase } from './knowledge-scene.ts';
import { configFor } from './passes.contract.ts';

interface ChunkRow {
  content: string;
  allowed_roles: unknown;
  metadata: unknown;
  chunk_idx: number;
  doc_id: string;
  tenant_id: string;
  embedder: string;
}

const parsed = (value: unknown): unknown => (typeof value === 'string' ? JSON.parse(value) : value);

export function describeStorageContract(engine: string, makeDatabase: MakeDatabase): void {
  describe(`what a knowledge source stores on ${engine}`, () => {
    let place: KnowledgePlace;
    let api: ProductsApi;
    const open = async (
      products: unknown[],
      more: Parameters<typeof knowledgePlace>[1] = {},
    ): Promise<string> => {
      api = await startProducts({ products, style: 'skip' });
      place = await knowledgePlace(await makeDatabase(), more);
      return place.apply(configFor(api, 'skip'));
    };
    const chunks = (): Promise<ChunkRow[]> =>
      place.database.knex('kb_chunks').orderBy(['doc_id', 'chunk_idx']).select<ChunkRow[]>('*');
    const rolesOfAll = async () => (await chunks()).map(({ allowed_roles }) => parsed(allowed_roles));
    afterEach(async () => {
      await place.close();
      await api.close();
    });

    test('is a document per day whose chunks are numbered on, with hash, source, item and embedder', async () => {
      const id = await open(someProducts(3));
      await place.pass(id);
      api.options.products = [...someProducts(3), { title: 'Later', description: 'On the same day.' }];
      place.now = new Date('2026-11-20T23:59:59.999Z');
      await place.pass(id);
      place.now = new Date('2026-11-21T00:00:00Z');
      api.options.products = [...api.options.products, { title: 'Next', description: 'On the next day.' }];
      await place.pass(id);
      const documents = await place.database.knex('kb_docs').orderBy('sync_day').select('*');
      expect(documents).toMatchObject([
        { title: 'Products — Sync 2026-11-20', status: 'ready', tenant_id: 'acme', source_id: id },
        { title: 'Products — Sync 2026-11-21', status: 'ready', tenant_id: 'acme', source_id: id },
      ]);
      const rows = await chunks();
      expect(rows.filter(({ doc_id }) => doc_id === documents[0]?.id).map((row) => row.chunk_idx)).toEqual([
        0, 1, 2, 3,
      ]);
      expect(rows.filter(({ doc_id }) => doc_id === documents[1]?.id)).toMatchObject([
        { content: 'Next\n\nOn the next day.', chunk_idx: 0, tenant_id: 'acme' },
      ]);
      const next = rows.find(({ content }) => content.startsWith('Next'));
      expect(parsed(next?.metadata)).toEqual({
        contentHash: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
        sourceId: id,
        itemIndex: 4,
        embedder: 'test-embedder',
      });
    });

    test('is a document per item with its title and its link if the source has idField', async () => {
      const id = await open([
        { id: 7, title: 'Seven', description: 'Text of seven.' },
        { id: 12345678901234567890n.toString(), title: 'Äh', description: 'Text.' },
      ]);
      const config = {
        ...configFor(api, 'skip'),
        idField: 'id',
        titleField: 'title',
        uriTemplate: 'https://x.test/p/{{ id }}?t={{ title }}',
      };
      await place.apply(config);
      await place.pass(id);
      const documents = () =>
        place.database.knex('kb_docs').orderBy('item_id').select('title', 'uri', 'item_id', 'sync_day');
      expect(await documents()).toEqual([
        {
          title: 'Äh',
          uri: 'https://x.test/p/12345678901234567890?t=%C3%84h',
          item_id: '12345678901234567890',
          sync_day: null,
        },
        { title: 'Seven', uri: 'https://x.test/p/7?t=Seven', item_id: '7', sync_day: null },
      ]);
      expect((await chunks()).map(({ metadata }) => parsed(metadata))).toContainEqual(
        expect.objectContaining({ itemId: '7' }),
      );
      await place.apply(
        { ...config, textFields: ['description'], titleField: 'description' },
        { deleteLimit: { count: 9 } },
      );
      await place.pass(id);
      expect((await documents()).map(({ title }) => title)).toEqual(['Text.', 'Text of seven.']);
      expect(await place.contents()).toEqual(expect.arrayContaining(['Text.', 'Text of seven.']));
      expect(await place.contents()).toHaveLength(2);
    });

    test('names the item that has no id, and stores nothing of its page', async () => {
      const id = await open([{ id: 1, title: 'a' }, { title: 'b' }]);
      await place.apply({ ...configFor(api, 'skip'), idField: 'id' });
      await expect(place.page(id)).rejects.toThrow(/Item 2 of the page has no text or number .* at id/);
      expect(await place.contents()).toEqual([]);
    });

    test('has the vector of each text', async () => {
      const id = await open(someProducts(2));
      await place.pass(id);
      const [row] = await place.database
        .knex('kb_chunks')
        .where({ chunk_idx: 0 })
        .select<{ embedding: Buffer; content: string }[]>('*');
      const bytes = Buffer.from(row?.embedding ?? []);
      const vector = Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(at * 4));
      expect(vector).toEqual([...vectorOf(row?.content ?? '')]);
    });

    test('has a text that several items share once, in a page and across pages', async () => {
      const same = { title: 'Same', description: 'text' };
      const id = await open([same, same, ...someProducts(50), same]);
      await place.pass(id);
      expect(place.embedder.texts.filter((text) => text.startsWith('Same'))).toHaveLength(1);
      expect((await place.contents()).filter((text) => text.startsWith('Same'))).toHaveLength(1);
    });

    test('has the roles of the override, of the source, or the usual ones, and narrows them without embedding', async () => {
      const id = await open(someProducts(2));
      await place.pass(id);
      expect(await rolesOfAll()).toEqual([
        ['support', 'operations', 'admin'],
        ['support', 'operations', 'admin'],
      ]);
      place.embedder.texts.length = 0;
      await place.apply(configFor(api, 'skip'), { defaultAllowedRoles: ['admin', 'say "hi", {x}'] });
      await place.pass(id);
      expect(await rolesOfAll()).toEqual([
        ['admin', 'say "hi", {x}'],
        ['admin', 'say "hi", {x}'],
      ]);
      await place.apply(
        { ...configFor(api, 'skip'), allowedRolesOverride: [] },
        { defaultAllowedRoles: ['admin'] },
      );
      await place.pass(id);
      expect(await rolesOfAll()).toEqual([[], []]);
      expect(place.embedder.texts).toEqual([]);
    });

    test('moves to another tenant with its source', async () => {
      const id = await open(someProducts(2));
      await place.pass(id);
      await place.apply(configFor(api, 'skip'), { tenantId: 'other' });
      expect((await chunks()).map(({ tenant_id }) => tenant_id)).toEqual(['other', 'other']);
      await place.database.knex('kb_sources').update({ tenant_id: 'third' });
      await place.pass(id);
      expect((await chunks()).map(({ tenant_id }) => tenant_id)).toEqual(['third', 'third']);
      expect(await place.database.knex('kb_docs').select('tenant_id')).toEqual([{ tenant_id: 'third' }]);
    });

    test('has no chunk of an item without text', async () => {
      const id = await open([{ id: 1 }, { id: 2, title: '  ' }, { id: 3, title: null, description: 'x' }]);
      expect((await place.pass(id)).at(-1)).toMatchObject({ items: 3, counts: { added: 1 } });
      expect(await place.contents()).toEqual(['x']);
    });

    test('has texts with characters that no database stores', async () => {
      const id = await open([{ title: 'a\0b', description: '\ud83d' }]);
      await place.pass(id);
      expect(await place.contents()).toEqual(['a\uFFFDb\n\n\uFFFD']);
      expect((await place.pass(id)).at(-1)?.counts).toMatchObject({ added: 0, known: 1 });
    });

    test('sets a refused text aside once, stores the rest, and tries again with another embedder', async () => {
      const id = await open(someProducts(3));
      place.embedder.refuses = (text) => (text.startsWith('Product 2') ? 'too odd' : undefined);
      expect((await place.pass(id)).at(-1)?.counts).toEqual({
        added: 2,
        known: 0,
        deleted: 0,
        held: 0,
        setAside: 1,
      });
      expect(await place.database.knex('kb_set_aside').select('item', 'reason', 'embedder')).toEqual([
        { item: 'item 2', reason: 'too odd', embedder: 'test-embedder' },
      ]);
      expect((await place.knowledge.source(id)).cursor).toMatchObject({ lastStatus: 'ok', setAside: 1 });
      place.embedder.texts.length = 0;
      expect((await place.pass(id)).at(-1)?.counts).toMatchObject({ added: 0, known: 2, setAside: 1 });
      expect(place.embedder.texts).toEqual([]);
      api.options.products = [...someProducts(3).slice(0, 1), ...someProducts(3).slice(2)];
      await place.pass(id);
      expect((await place.knowledge.source(id)).cursor).toMatchObject({ setAside: 0 });
    });

    test('gets new vectors in place when the embedder changes, which deletes nothing', async () => {
      const address = await makeDatabase();
      api = await startProducts({ products: someProducts(60), style: 'skip' });
      place = await knowledgePlace(address);
      const id = await place.apply(configFor(api, 'skip'));
      await place.pass(id);
      const before = (await chunks()).map(({ content, doc_id }) => [content, doc_id]);
      await place.close();
      place = await knowledgePlace(address, { embedder: testEmbedder('another-embedder') });
      const pages = await place.pass(id);
      expect(pages.map(({ counts }) => counts.added)).toEqual([50, 10]);
      expect(pages.at(-1)?.counts).toMatchObject({ deleted: 0, held: 0 });
      const rows = await chunks();
      expect(rows.map(({ content, doc_id }) => [content, doc_id])).toEqual(before);
      expect(new Set(rows.map(({ embedder }) => embedder))).toEqual(new Set(['another-embedder']));
    });

    test('is not doubled by two batches at once: one of them is refused', async () => {
      const id = await open(someProducts(120));
      const results = await Promise.allSettled([place.page(id), place.page(id), place.page(id)]);
      const refused = results.filter((result) => result.status === 'rejected');
      expect(refused.length).toBeGreaterThan(0);
      for (const { reason } of refused) expect(reason).toMatchObject({ code: 'LEASE_HELD' });
      await place.pass(id);
      expect(await place.contents()).toHaveLength(120);
      expect((await place.knowledge.source(id)).cursor).toMatchObject({ items: 120 });
    });

    test('is not written by a batch whose lease another process has taken', async () => {
      const slow: Embedder = {
        name: 'test-embedder',
        async embed(texts, signal) {
          await place.database.knex('connector_leases').update({ fence: 99, run_id: 'another' });
          await sleep(1, signal);
          return texts.map((text) => ({ vector: vectorOf(text) }));
        },
      };
      const id = await open(someProducts(3), { embedder: { ...testEmbedder(), ...slow } });
      await expect(place.page(id)).rejects.toMatchObject({ code: 'LEASE_LOST' });
      expect(await place.contents()).toEqual([]);
      expect((await place.knowledge.source(id)).cursor).toBeNull();
    });

    test('is not written if the cursor moved while the page was read', async () => {
      const id = await open(someProducts(120));
      await place.page(id);
      const embed = place.embedder.embed.bind(place.embedder);
      Object.assign(place.embedder, {
        embed: async (...args: Parameters<typeof embed>) => {
          await place.database.knex('kb_rest_cursors').update({ next_cursor: '100' });
          return embed(...args);
        },
      });
      await expect(place.page(id)).rejects.toMatchObject({ code: 'LEASE_LOST' });
      expect(await place.contents()).toHaveLength(50);
    });

    test('is deleted with its source, and nothing of other sources', async () => {
      const id = await open(someProducts(10));
      const other = await place.apply(configFor(api, 'skip'), { name: 'other', title: 'Other' });
      place.embedder.refuses = (text) => (text.startsWith('Product 2\n') ? 'no' : undefined);
      await place.pass(id);
      await place.pass(other);
      expect(await place.knowledge.remove(id)).toEqual({ chunks: 9, documents: 1 });
      await expect(place.knowledge.source(id)).rejects.toMatchObject({ code: 'KNOWLEDGE_SOURCE_UNKNOWN' });
      expect(await place.knowledge.sources()).toMatchObject([{ id: other, chunks: 9, documents: 1 }]);
      for (const table of ['kb_chunks', 'kb_docs', 'kb_set_aside', 'kb_rest_cursors']) {
        expect(await place.database.knex(table).where({ source_id: id })).toEqual([]);
        expect(await place.database.knex(table).where({ source_id: other })).not.toEqual([]);
      }
      await expect(place.knowledge.remove(id)).rejects.toMatchObject({ code: 'KNOWLEDGE_SOURCE_UNKNOWN' });
    });

    test('is not deleted while a batch of the source is in progress', async () => {
      const id = await open(someProducts(10));
      place.embedder.faults.push(async () => {
        await expect(place.knowledge.remove(id)).rejects.toMatchObject({ code: 'LEASE_HELD' });
        throw new Error('the end of this batch');
      });
      await expect(place.page(id)).rejects.toThrow('the end of this batch');
    });

    test('is one row per definition, however often it is applied', async () => {
      const id = await open([]);
      const definition = {
        apiVersion: 'sync.gemini.io/v1alpha1',
        kind: 'KnowledgeSource',
        metadata: { name: 'products' },
        spec: { type: 'rest', title: 'Products', tenantId: 'acme', config: configFor(api, 'skip') },
      } as const;
      expect(await place.knowledge.apply(definition)).toEqual({ id, action: 'unchanged' });
      const changed = { ...definition, spec: { ...definition.spec, title: 'Wares' } };
      expect(await place.knowledge.apply(changed)).toEqual({ id, action: 'updated' });
      expect(await place.knowledge.source('products')).toMatchObject({
        id,
        title: 'Wares',
        name: 'products',
      });
      const others = { ...definition, metadata: { name: 'new' } };
      const applied = await Promise.all([place.knowledge.apply(others), place.knowledge.apply(others)]);
      expect(new Set(applied.map((one) => one.id)).size).toBe(1);
      expect(await place.knowledge.sources()).toHaveLength(2);
    });

    test('of another program is checked when it is used, and the problem is shown', async () => {
      await open(someProducts(2));
      const { knex } = place.database;
      const insert = async (config: string | null) => {
        await knex('kb_sources').where({ tenant_id: 'foreign' }).delete();
        await knex('kb_sources').insert({ tenant_id: 'foreign', title: 'Foreign', config });
        return (await knex('kb_sources').where({ tenant_id: 'foreign' }).first('id'))?.id ?? '';
      };
      const good = await insert(
        JSON.stringify({ ...configFor(api, 'skip'), ownKey: { of: 'the other program' } }),
      );
      expect((await place.page(good)).counts.added).toBe(2);
      const bad = await insert(JSON.stringify({ ...configFor(api, 'skip'), defaultPageSize: '50' }));
      const message = `The knowledge source Foreign (${bad}) cannot be used: config.defaultPageSize must be a whole number from 1 on.`;
      await expect(place.page(bad)).rejects.toMatchObject({ code: 'KNOWLEDGE_SOURCE_INVALID', message });
      expect(await place.knowledge.source(bad)).toMatchObject({
        problem: 'config.defaultPageSize must be a whole number from 1 on',
        cursor: { lastStatus: 'error', lastError: message },
      });
      const empty = await insert(null);
      await expect(place.page(empty)).rejects.toThrow('config is not an object');
    });
  });
}
