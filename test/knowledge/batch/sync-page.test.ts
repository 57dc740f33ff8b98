import { afterEach, describe, expect, test } from '@jest/globals';
import type { KnowledgeConfig } from '../../../src/definitions/knowledge-source/types.ts';
import { knowledgePlace, type KnowledgePlace } from '../../support/knowledge/knowledge-place.ts';
import {
  someProducts,
  startProducts,
  type ProductsApi,
  type ProductsOptions,
} from '../../stand-ins/rest/products-api.ts';
import { configFor } from '../../contracts/knowledge/passes.contract.ts';
import { startServer, json, type Reply, type TestServer } from '../../support/http/http-server.ts';

let place: KnowledgePlace | undefined;
const servers: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await place?.close();
  place = undefined;
  for (const server of servers.splice(0)) await server.close();
});

interface Scene {
  readonly place: KnowledgePlace;
  readonly api: ProductsApi;
  readonly id: string;
}

async function listing(
  options: ProductsOptions,
  config: Partial<KnowledgeConfig> = {},
  more: Parameters<typeof knowledgePlace>[1] = {},
): Promise<Scene> {
  const api = await startProducts(options);
  servers.push(api);
  place = await knowledgePlace({ file: ':memory:' }, more);
  return { place, api, id: await place.apply({ ...configFor(api, options.style), ...config }) };
}

async function served(
  replies: readonly Reply[],
  config: Partial<KnowledgeConfig> = {},
  more: Parameters<typeof knowledgePlace>[1] = {},
): Promise<{ place: KnowledgePlace; server: TestServer; id: string }> {
  const server = await startServer(...replies);
  servers.push(server);
  place = await knowledgePlace({ file: ':memory:' }, more);
  const id = await place.apply({ baseUrl: `${server.url}/items`, itemsPath: 'items', ...config });
  return { place, server, id };
}

const titled = (...titles: string[]) => titles.map((title) => ({ title }));

describe('the end of a listing by offset', () => {
  test('is its total, although the API caps the size of its pages', async () => {
    const { place, api, id } = await listing({ products: someProducts(95), style: 'skip', cap: 30 });
    expect((await place.pass(id)).map(({ next }) => next)).toEqual(['30', '60', '90', null]);
    expect(await place.contents()).toHaveLength(95);
    expect(api.received).toHaveLength(4);
  });

  test('is a short page without a total', async () => {
    const { place, id } = await listing(
      { products: someProducts(70), style: 'skip', total: false },
      { totalPath: null },
    );
    expect((await place.pass(id)).map(({ items }) => items)).toEqual([50, 20]);
  });

  test('is not a page that is as short as the first one, because the API may cap the size', async () => {
    const { place, id } = await listing(
      { products: someProducts(70), style: 'skip', total: false, cap: 30 },
      { totalPath: null },
    );
    expect((await place.pass(id)).map(({ items }) => items)).toEqual([30, 30, 10]);
    expect(await place.contents()).toHaveLength(70);
  });

  test('is not a short page that says that there is more', async () => {
    const { place, id } = await listing(
      {
        products: someProducts(34),
        style: 'skip',
        total: false,
        cap: 17,
        change: (body) => ({ ...body, has_more: body['skip'] === 0 }),
      },
      { totalPath: null },
    );
    expect((await place.pass(id)).map(({ items }) => items)).toEqual([17, 17, 0]);
    expect(await place.contents()).toHaveLength(34);
  });

  test('is an error if the API does not apply the parameter of the offset', async () => {
    const ignored = { products: someProducts(100), style: 'skip' as const };
    const { place, api, id } = await listing(ignored, { cursorParam: 'offset' });
    expect((await place.page(id)).next).toBe('50');
    await expect(place.page(id)).rejects.toMatchObject({
      code: 'SOURCE_PAGINATION',
      message: `The answer to GET ${api.url}?limit=50&offset=50 has skip 0, and offset=50 was requested: the API does not apply this parameter.`,
    });
    await place.apply({ ...configFor(api, 'skip'), cursorParam: 'offset', currentOffsetPath: null });
    await place.page(id);
    await expect(place.page(id)).rejects.toThrow('has the same items as the page before');
  });

  test('is an error if the total that is configured does not exist', async () => {
    const { place, id } = await listing(
      { products: someProducts(10), style: 'skip' },
      { totalPath: 'count' },
    );
    await expect(place.page(id)).rejects.toMatchObject({ code: 'SOURCE_PAGINATION' });
  });
});

describe('the end of a listing by pages', () => {
  test.each([
    ['no parameter for the size', { pageSizeParam: null, defaultPageSize: null }],
    ['a cap of the API', {}],
  ])('is a page shorter than the first one with %s', async (_, config) => {
    const { place, id } = await listing({ products: someProducts(70), style: 'page', cap: 30 }, config);
    expect((await place.pass(id)).map(({ items }) => items)).toEqual([30, 30, 10]);
  });

  test('is the only page of a source that says nothing about pages', async () => {
    const { place, server, id } = await served([json(200, titled('one', 'two'))], { itemsPath: null });
    expect(await place.page(id)).toMatchObject({ done: true, items: 2, next: null });
    expect(server.received.map(({ url }) => url)).toEqual(['/items']);
  });

  test('is an error if the API sends its first page again and again', async () => {
    const { place, id } = await served([json(200, { items: titled('a', 'b') })], {
      cursorParam: 'p',
      pageSizeParam: 'n',
      defaultPageSize: 2,
    });
    expect((await place.page(id)).next).toBe('2');
    await expect(place.page(id)).rejects.toThrow(
      'has the same items as the page before, so the API does not apply the parameter p',
    );
  });
});

describe('the cursor of a listing', () => {
  test('may be a number, whose digits are kept', async () => {
    const { place, server, id } = await served(
      [json(200, { items: titled('a'), next: 12345678901234 }), json(200, { items: titled('b'), next: 0 })],
      { nextCursorPath: 'next', cursorParam: 'after' },
    );
    expect((await place.page(id)).next).toBe('12345678901234');
    expect(await place.page(id)).toMatchObject({ done: true, next: null });
    expect(server.received[1]?.url).toBe('/items?after=12345678901234');
  });

  test.each([null, '', false, undefined])('ends the listing if it is %s', async (next) => {
    const { place, id } = await served([json(200, { items: titled('a'), next })], { nextCursorPath: 'next' });
    expect((await place.page(id)).done).toBe(true);
  });

  test('is sent as it is, whatever its characters are', async () => {
    const cursor = 'a+b/c=&?ä "x" {y}';
    const { place, server, id } = await served(
      [json(200, { items: titled('a'), meta: { next: cursor } }), json(200, { items: [], meta: {} })],
      { nextCursorPath: '$.meta.next', cursorParam: 'after' },
    );
    expect((await place.page(id)).next).toBe(cursor);
    await place.page(id);
    expect(new URL(server.received[1]?.url ?? '', server.url).searchParams.get('after')).toBe(cursor);
  });

  test.each([true, { page: 2 }, ['x']])('is an error if it is %j', async (next) => {
    const { place, id } = await served([json(200, { items: titled('a'), next })], { nextCursorPath: 'next' });
    await expect(place.page(id)).rejects.toMatchObject({ code: 'SOURCE_PAGINATION' });
  });

  test('may be an address on the same host, which keeps the query of baseUrl', async () => {
    const { place, server, id } = await served(
      [
        (response, request) => {
          json(200, { items: titled('a'), next: `http://${request.headers.host ?? ''}/more?at=x2` })(
            response,
            request,
          );
        },
        json(200, { items: titled('b') }),
      ],
      { nextCursorPath: 'next' },
    );
    await place.apply({ baseUrl: `${server.url}/items?lang=de`, itemsPath: 'items', nextCursorPath: 'next' });
    expect((await place.page(id)).next).toBe(`${server.url}/more?at=x2`);
    expect((await place.page(id)).done).toBe(true);
    expect(server.received[1]?.url).toBe('/more?at=x2&lang=de');
  });

  test('is refused and gets no key if it is an address on another host', async () => {
    const thief = await startServer(json(200, { items: [] }));
    servers.push(thief);
    const { place, id } = await served(
      [json(200, { items: titled('a'), next: `${thief.url}/steal` })],
      {
        nextCursorPath: 'next',
        requiresAuth: true,
        headersTemplate: { 'X-Key': '{{API_KEY}}' },
        provider: 'api',
      },
      { secrets: { api: 'the-key-4711' } },
    );
    await place.page(id);
    await expect(place.page(id)).rejects.toMatchObject({ code: 'SOURCE_PAGINATION' });
    await expect(place.page(id)).rejects.toThrow('which is another server and is sent no credentials');
    expect(thief.received).toEqual([]);
  });

  test('is an error if it repeats within a pass, however long the circle is', async () => {
    const circle = (length: number): Reply => {
      let page = 0;
      return (response, request) => {
        page += 1;
        json(200, { items: titled(`item ${page}`), next: `c${page % length}` })(response, request);
      };
    };
    for (const length of [1, 3, 7]) {
      const { place, server, id } = await served([circle(length)], {
        nextCursorPath: 'next',
        cursorParam: 'after',
      });
      await expect(place.pass(id)).rejects.toThrow('leads back to a page of this pass');
      expect(server.received.length).toBeLessThan(4 * length + 3);
      await place.close();
    }
    place = undefined;
  });

  test('may lead to a page with the same items, which are known', async () => {
    const { place, id } = await served(
      [
        json(200, { items: titled('a'), next: 'x' }),
        json(200, { items: titled('a'), next: 'y' }),
        json(200, { items: titled('b'), next: null }),
      ],
      { nextCursorPath: 'next' },
    );
    expect((await place.pass(id)).map(({ counts }) => counts.known)).toEqual([0, 1, 0]);
  });

  test('is missing for an error if the page says that there is more', async () => {
    const { place, id } = await served([json(200, { items: titled('a'), next_cursor: 'x' })], {
      nextCursorPath: 'next',
    });
    await expect(place.page(id)).rejects.toThrow('so there are more pages than this one');
  });
});

describe('an answer that is not a page', () => {
  test.each<[string, Reply, string]>([
    ['a body without the items', json(200, { message: 'maintenance' }), 'SOURCE_RECORDS_MISSING'],
    ['an error with status 200', json(200, { error: { message: 'no' } }), 'SOURCE_REFUSED'],
    [
      'HTML',
      (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>'),
      'SOURCE_ANSWER_INVALID',
    ],
    ['half a JSON', (response) => response.writeHead(200).end('{"items":[{"title":"a'), 'SOURCE_LOST'],
    ['a 304 that was not asked for', (response) => response.writeHead(304).end(), 'SOURCE_ANSWER_INVALID'],
    [
      'a redirect to another host',
      (response) => response.writeHead(302, { location: 'http://other.invalid/' }).end(),
      'SOURCE_REDIRECT',
    ],
  ])('is an error for %s', async (_, reply, code) => {
    const { place, id } = await served([reply]);
    await expect(place.page(id)).rejects.toMatchObject({ code });
    expect((await place.knowledge.source(id)).cursor).toMatchObject({
      lastStatus: 'error',
      pages: 0,
      inProgress: false,
    });
    expect(await place.contents()).toEqual([]);
  });

  test('is explained with the names of config', async () => {
    const { place, id } = await served([json(200, { rows: [] })]);
    await expect(place.page(id)).rejects.toMatchObject({
      hint: 'Say where the list of records is with config.itemsPath, for example data.items, and $ for a response that is one record.',
    });
  });
});

describe('conditional requests', () => {
  const options = (): ProductsOptions => ({ products: someProducts(3), style: 'skip', etag: '"v1"' });

  test('are not sent by a source that does not ask for them', async () => {
    const { place, api, id } = await listing(options());
    await place.pass(id);
    await place.pass(id);
    expect(api.received.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, undefined]);
  });

  test('spare an unchanged listing of one page, of which only the time is written', async () => {
    const { place, api, id } = await listing(options(), { ifNoneMatchHeader: 'If-None-Match' });
    await place.pass(id);
    const before = await place.database.knex('kb_rest_cursors').first();
    place.now = new Date('2026-11-21T12:00:00Z');
    expect(await place.page(id)).toMatchObject({ done: true, items: 0, next: null, status: 304 });
    expect(api.received.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"v1"']);
    expect(await place.database.knex('kb_rest_cursors').first()).toEqual({
      ...before,
      last_http_status: 304,
      last_synced_at: '2026-11-21T12:00:00.000Z',
    });
    expect(await place.database.knex('kb_sources').first('config')).toEqual({
      config: expect.not.stringContaining('v1') as unknown,
    });
  });

  test('are not sent when the roles changed, after a hold, or for a restart', async () => {
    const { place, api, id } = await listing(options(), { ifNoneMatchHeader: 'If-None-Match' });
    await place.pass(id);
    await place.apply({
      ...configFor(api, 'skip'),
      ifNoneMatchHeader: 'If-None-Match',
      allowedRolesOverride: ['admin'],
    });
    expect((await place.page(id)).status).toBe(200);
    expect((await place.page(id, { restart: true })).status).toBe(200);
    api.options.products = [];
    api.options.etag = '"v2"';
    expect((await place.page(id)).holdReason).not.toBeNull();
    expect((await place.page(id, { allowDeletes: 3 })).counts.deleted).toBe(3);
  });

  test('are not sent for pages, so pages that share an ETag are all read', async () => {
    const { place, api, id } = await listing(
      { products: someProducts(120), style: 'skip', etag: '"v1"' },
      { ifNoneMatchHeader: 'If-None-Match', ifModifiedSinceHeader: 'If-Modified-Since' },
    );
    await place.pass(id);
    await place.pass(id);
    expect(await place.contents()).toHaveLength(120);
    expect(api.received.map(({ headers }) => headers['if-none-match'])).toEqual(Array(6).fill(undefined));
  });
});

describe('requests', () => {
  test('ask for at most 100 items, and have no key if none is required', async () => {
    const { place, api, id } = await listing(
      { products: someProducts(10), style: 'skip' },
      {
        defaultPageSize: 5_000,
        headersTemplate: { Accept: 'application/json', 'X-Tenant': 'acme' },
        provider: 'x',
      },
    );
    await place.page(id);
    expect(api.received[0]?.url).toBe('/products?limit=100&skip=0');
    expect(api.received[0]?.headers['x-tenant']).toBe('acme');
  });

  test.each([
    [{ secretRef: 'mine', provider: 'other' }, 'mine'],
    [{ provider: 'other' }, 'other'],
    [{}, 'rest'],
  ])('have the key of secretRef, else of provider, else of "rest": %j', async (names, name) => {
    const { place, api, id } = await listing(
      { products: someProducts(10), style: 'skip' },
      { requiresAuth: true, headersTemplate: { Authorization: 'Bearer {{API_KEY}}' }, ...names },
      { secrets: { [name]: `key-of-${name}-1` } },
    );
    await place.page(id);
    expect(api.received[0]?.headers.authorization).toBe(`Bearer key-of-${name}-1`);
  });

  test('are not sent where the policy forbids it', async () => {
    const refused = new Error('The policy does not allow this host.');
    const { place, api, id } = await listing(
      { products: [], style: 'skip' },
      {},
      {
        accessOf: () =>
          Promise.resolve({
            permit: {
              server: () => {
                throw refused;
              },
              inClear: () => false,
            },
            secret: () => 'the-key-4711',
          }),
      },
    );
    await expect(place.page(id)).rejects.toThrow(refused.message);
    expect(api.received).toEqual([]);
  });

  test('with a key are not sent without encryption to another machine', async () => {
    const { place, id } = await listing(
      { products: [], style: 'skip' },
      { baseUrl: 'http://api.invalid/x', requiresAuth: true, headersTemplate: { 'X-Key': '{{API_KEY}}' } },
      { secrets: { rest: 'the-key-4711' } },
    );
    await expect(place.page(id)).rejects.toMatchObject({ code: 'KNOWLEDGE_SOURCE_INVALID' });
  });
});

describe('a secret', () => {
  test('is in no answer, table, log line or error, whatever the API repeats', async () => {
    const key = 'canary-5f2c9a71d3e8';
    const query = 'canary-query-77aa88bb99';
    const config = {
      requiresAuth: true,
      headersTemplate: { Authorization: 'Bearer {{API_KEY}}' },
      nextCursorPath: 'next',
    };
    const { place, server, id } = await served(
      [
        json(200, { items: titled('a'), next: 'c1' }),
        json(400, { message: `bad key ${key} ${Buffer.from(key).toString('base64')} ${query}` }),
        json(200, { error: `key ${key}` }),
        json(200, { items: titled('b'), next: `after-${key}` }),
      ],
      config,
      { secrets: { rest: key } },
    );
    await place.apply({ ...config, baseUrl: `${server.url}/items?api_key=${query}`, itemsPath: 'items' });
    const seen: unknown[] = [await place.page(id)];
    for (let failures = 0; failures < 3; failures++) {
      const error: unknown = await place.page(id).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Error);
      const { message, hint, cause } = error as Error & { hint: string };
      seen.push(message, hint, cause, await place.knowledge.source(id));
    }
    for (const table of ['kb_rest_cursors', 'kb_docs', 'kb_chunks', 'kb_set_aside'])
      seen.push(await place.database.knex(table).select('*'));
    const everything = JSON.stringify(seen) + place.lines.join('\n');
    expect(everything).toContain('bad key');
    expect(everything).not.toContain(key);
    expect(everything).not.toContain(query);
    expect(everything).not.toContain(Buffer.from(key).toString('base64'));
    expect(server.received).toHaveLength(4);
  });
});
