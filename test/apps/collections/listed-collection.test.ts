import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BridgeError } from '../../../src/core/errors.ts';
import { openApp, readCollection, type Reading } from '../../support/http/app-readers.ts';
import { json, raw, type ReceivedRequest, type Reply } from '../../support/http/http-server.ts';
import { RestServers } from '../../support/http/rest-servers.ts';
import { restSurroundings } from '../../support/http/rest-surroundings.ts';
import type { AppCollection, AppSpec } from '../../../src/definitions/app/types.ts';

const servers = new RestServers();
afterEach(() => servers.close());

const SINCE = new Date('2026-11-20T11:30:00.500Z');
const KEY = 'shop-secret-key-123';

const queryOf = ({ url }: ReceivedRequest) => new URL(url, 'http://x').searchParams;

/** Products as DummyJSON lists them: by offset, with a total. */
function products(all: readonly unknown[], pageMax = 100): Reply {
  return (response, request) => {
    const query = queryOf(request);
    const skip = Number(query.get('skip') ?? 0);
    const limit = Math.min(Number(query.get('limit') ?? 30), pageMax);
    const page = all.slice(skip, skip + limit);
    json(200, { products: page, total: all.length, skip, limit: page.length })(response, request);
  };
}

const OFFSET = {
  type: 'offset',
  offsetField: 'skip',
  totalPath: 'total',
  pageSizeField: 'limit',
  pageSize: 2,
} as const;

const PRODUCTS: AppCollection = {
  key: 'shop_product',
  path: '/products',
  recordsPath: 'products',
  pagination: OFFSET,
};

interface Opened {
  readonly read: (since?: Date) => Promise<Reading>;
  readonly received: ReceivedRequest[];
  readonly lines: readonly string[];
}

async function open(collection: AppCollection, reply: Reply, spec: Partial<AppSpec> = {}): Promise<Opened> {
  const { url, received } = await servers.answering(reply);
  const app = openApp({ baseUrl: url, secretRef: 'key', ...spec, collections: [collection] }, { key: KEY });
  const reader = app.of(collection.key);
  return { read: (since) => readCollection(reader, since), received, lines: app.lines };
}

const ids = (count: number) => Array.from({ length: count }, (_, index) => ({ id: index + 1 }));

describe('a collection', () => {
  test('Full sync handles pagination: reads every page by offset, with the bytes of each record', async () => {
    const body = (records: string) =>
      raw(200, `{"products":[${records}],"total":3}`, { 'content-type': 'application/json' });
    const { url, received } = await servers.answering(
      body('{"id": 1, "price": 1.10},{"id":9007199254740993,"n":1e400}'),
      body('{"id":"3"}'),
    );
    const app = openApp({ baseUrl: `${url}/v2/`, collections: [PRODUCTS] });
    const { payloads, end, pages } = await readCollection(app.of('shop_product'));
    expect([...payloads]).toEqual([
      ['1', '{"id": 1, "price": 1.10}'],
      ['9007199254740993', '{"id":9007199254740993,"n":1e400}'],
      ['3', '{"id":"3"}'],
    ]);
    expect(end).toMatchObject({ incomplete: undefined, partial: false });
    expect(pages).toBe(2);
    expect(received.map(({ url: address }) => address)).toEqual([
      '/v2/products?limit=2&skip=0',
      '/v2/products?limit=2&skip=2',
    ]);
  });

  test('reads any number of records in pages of any size', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(9), fc.integer({ min: 1, max: 4 }), async (count, size) => {
        const collection = { ...PRODUCTS, pagination: { ...OFFSET, pageSize: 3 } };
        const { read } = await open(collection, products(ids(count), size));
        const reading = await read();
        expect(reading.ids).toEqual(ids(count).map(({ id }) => String(id)));
        expect(reading.end.incomplete).toBeUndefined();
        await servers.close();
      }),
      { numRuns: 15 },
    );
  });

  test('sends the headers of the app and of the collection, and the key as a bearer token', async () => {
    const collection = { ...PRODUCTS, headers: { 'X-Two': '2' } };
    const { read, received } = await open(collection, products(ids(1)), {
      headers: { 'X-One': '1', 'X-Two': '1' },
    });
    await read();
    expect(received[0]?.headers).toMatchObject({
      'x-one': '1',
      'x-two': '2',
      authorization: `Bearer ${KEY}`,
    });
  });

  test('names records without a usable id by page and position, and reads the others', async () => {
    const all = [{ id: 1 }, { id: null }, { id: '' }, 'text', { id: { a: 1 } }, { id: true }, { id: 'ok' }];
    const { read } = await open(PRODUCTS, products(all));
    const { ids: found, unusable } = await read();
    expect(found).toEqual(['1', 'ok']);
    expect(unusable.map(({ code, message }) => [code, message.split('.')[0]])).toEqual([
      ['APP_RECORD_UNUSABLE', 'Record 2 of page 1 has no text or number at id, which is its id'],
      ['APP_RECORD_UNUSABLE', 'Record 1 of page 2 has no text or number at id, which is its id'],
      ['APP_RECORD_UNUSABLE', 'Record 2 of page 2 is not an object'],
      ['APP_RECORD_UNUSABLE', 'Record 1 of page 3 has no text or number at id, which is its id'],
      ['APP_RECORD_UNUSABLE', 'Record 2 of page 3 has no text or number at id, which is its id'],
    ]);
  });

  test.each([
    [{ archived_at: '2026-01-02T03:04:05+01:00' }, '2026-01-02T02:04:05.000Z'],
    [{ archived_at: 1_700_000_000 }, '2023-11-14T22:13:20.000Z'],
    [{ archived_at: 1_700_000_000_123 }, '2023-11-14T22:13:20.123Z'],
    [{ archived_at: true }, null],
    [{ archived_at: 1 }, null],
    [{ archived_at: 'yes' }, null],
    [{ archived_at: false }, undefined],
    [{ archived_at: 0 }, undefined],
    [{ archived_at: null }, undefined],
    [{ archived_at: '' }, undefined],
    [{}, undefined],
  ])('reads whether a record is archived, and since when: %j', async (fields, expected) => {
    const collection = { ...PRODUCTS, archivedField: 'archived_at' };
    const { read } = await open(collection, products([{ id: 'a', ...fields }]));
    expect((await read()).archived.get('a')).toBe(expected);
  });

  test('Incremental sync uses timestamp: sends the time less the overlap, and nothing in a full sync', async () => {
    const { read, received } = await open(
      { ...PRODUCTS, incremental: { parameter: 'updated_since' } },
      products(ids(1)),
    );
    await read();
    await read(SINCE);
    expect(received.map((request) => queryOf(request).get('updated_since'))).toEqual([
      null,
      '2026-11-20T11:25:00Z',
    ]);
  });

  test.each([
    ['iso8601', 'second', '2026-11-20T11:20:00Z'],
    ['epoch_seconds', 'second', 1_795_173_600],
    ['epoch_ms', 'second', 1_795_173_600_000],
    ['iso8601', 'minute', '2026-11-20T11:19:00Z'],
    ['date', 'day', '2026-11-19'],
    ['epoch_seconds', 'day', 1_795_046_400],
  ] as const)('sends the time as %s with the granularity %s', async (format, granularity, expected) => {
    const collection: AppCollection = {
      ...PRODUCTS,
      method: 'POST',
      updatedField: 'at',
      payload: { page: { size: 2 }, keep: 'a:since', mode: 'x' },
      pagination: { type: 'none' },
      incremental: {
        format,
        granularity,
        overlap: '10m',
        parameter: 'query.since',
        payload: { page: { from: ':since' }, text: 'after :since', list: [{ at: ':since' }] },
      },
    };
    const { read, received } = await open(collection, products(ids(1)));
    await read();
    await read(SINCE);
    const [full, changed] = received.map(({ body }) => JSON.parse(body) as unknown);
    // Everything that mentions the time is left out when everything is read.
    expect(full).toEqual({ page: { size: 2 }, mode: 'x' });
    expect(changed).toEqual({
      page: { size: 2, from: expected },
      keep: `a${expected}`,
      mode: 'x',
      text: `after ${expected}`,
      list: [{ at: expected }],
      query: { since: expected },
    });
  });

  test('leaves query parameters with the time out of the path in a full sync', async () => {
    const collection: AppCollection = {
      ...PRODUCTS,
      path: '/products?state=all&since=:since',
      incremental: { format: 'iso8601' },
    };
    const { read, received } = await open(collection, products(ids(1)));
    await read();
    await read(SINCE);
    expect(received.map(({ url }) => url)).toEqual([
      '/products?state=all&limit=2&skip=0',
      '/products?state=all&since=2026-11-20T11%3A25%3A00Z&limit=2&skip=0',
    ]);
  });

  test('asks for everything since 1970 in a full sync when the time is outside of the query', async () => {
    const collection: AppCollection = {
      ...PRODUCTS,
      path: '/changed/:since/products',
      incremental: { format: 'epoch_seconds' },
    };
    const { read, received } = await open(collection, products(ids(1)));
    await read();
    expect(received[0]?.url).toBe('/changed/0/products?limit=2&skip=0');
  });

  test('leaves out only records that were certainly known, when the API rounds times', async () => {
    const record = fc.record({
      minutes: fc.integer({ min: -20, max: 20 }),
      seconds: fc.integer({ min: 0, max: 59 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 8 }), async (changes) => {
        const from = SINCE.getTime() - 5 * 60_000;
        const all = changes.map(({ minutes, seconds }, index) => {
          const changedMs = from + minutes * 60_000 + seconds * 1_000;
          const rounded = Math.floor(changedMs / 60_000) * 60_000;
          return { id: String(index), changedMs, edited: new Date(rounded).toISOString() };
        });
        const reply: Reply = (response, request) => {
          const asked = queryOf(request).get('since') ?? '';
          const found = all.filter(({ edited }) => Date.parse(edited) >= Date.parse(asked));
          json(200, { products: found })(response, request);
        };
        const { read } = await open(
          {
            ...PRODUCTS,
            pagination: { type: 'none' },
            updatedField: 'edited',
            incremental: { parameter: 'since', granularity: 'minute' },
          },
          reply,
        );
        const { ids: found } = await read(SINCE);
        await servers.close();
        const idsOf = (isMeant: (changedMs: number) => boolean) =>
          all.filter(({ changedMs }) => isMeant(changedMs)).map(({ id }) => id);
        expect(found).toEqual(expect.arrayContaining(idsOf((changedMs) => changedMs >= from)));
        expect(idsOf((changedMs) => changedMs < from - 60_000).filter((id) => found.includes(id))).toEqual(
          [],
        );
      }),
      { numRuns: 25 },
    );
  });

  test.each([
    ['has fewer records than its total', OFFSET, { products: [], total: 4 }],
    ['says that it is truncated', { type: 'none' }, { products: [{ id: 1 }], truncated: true, total: 1 }],
    [
      'has a status of the definition',
      { type: 'none', incompletePath: 'state', incompleteValues: ['cut'] },
      { products: [], state: 'cut' },
    ],
  ] as const)('reports a listing as incomplete that %s', async (_, pagination, body) => {
    const { read } = await open({ ...PRODUCTS, pagination }, json(200, body));
    expect((await read()).end.incomplete).toContain('more entities than it listed');
  });

  test('reports a listing as incomplete that is longer than maxPages', async () => {
    const { read } = await open({ ...PRODUCTS, pagination: { ...OFFSET, maxPages: 2 } }, products(ids(5)));
    const { ids: found, end } = await read();
    expect(found).toHaveLength(4);
    expect(end.incomplete).toContain('maxPages');
  });

  /** Four records in pages of two; after the first page another record is added before them. No total gives the move away. */
  function moving(): Reply {
    const all = ids(4);
    return (response, request) => {
      const skip = Number(queryOf(request).get('skip') ?? 0);
      json(200, { products: all.slice(skip, skip + 2) })(response, request);
      if (skip === 0) all.unshift({ id: 99 });
    };
  }

  test('reports a listing as incomplete when records moved from page to page', async () => {
    const { type, offsetField, pageSizeField, pageSize } = OFFSET;
    const pagination = { type, offsetField, pageSizeField, pageSize };
    const whole = await open({ ...PRODUCTS, pagination }, moving());
    const { ids: found, end } = await whole.read();
    expect(found).toEqual(['1', '2', '2', '3', '4']);
    expect(end.incomplete).toContain('entities moved');
    const changed = await open({ ...PRODUCTS, pagination, incremental: { parameter: 'since' } }, moving());
    expect((await changed.read(SINCE)).end.incomplete).toContain('entities moved');
  });

  test('takes a record twice that changed while a listing of changes by cursor is read', async () => {
    const pages: Readonly<Record<string, object>> = {
      a: { products: [{ id: 1, n: 2 }, { id: 3 }], next: null },
      '': { products: [{ id: 1, n: 1 }, { id: 2 }], next: 'a' },
    };
    const reply: Reply = (response, request) => {
      json(200, pages[queryOf(request).get('cursor') ?? ''])(response, request);
    };
    const pagination = { type: 'cursor', nextCursorPath: 'next' } as const;
    const { read } = await open({ ...PRODUCTS, pagination, incremental: { parameter: 'since' } }, reply);
    const { ids: found, payloads, end } = await read(SINCE);
    expect(found).toEqual(['1', '2', '1', '3']);
    expect(payloads.get('1')).toContain('"n":2');
    expect(end.incomplete).toBeUndefined();
  });

  test('fails when the API answers every page with the same records', async () => {
    const { read } = await open(PRODUCTS, json(200, { products: ids(2), total: 9 }));
    await expect(read()).rejects.toMatchObject({ code: 'SOURCE_PAGINATION' });
  });

  test('fails when a page is an error with the status of a success', async () => {
    const { read } = await open(PRODUCTS, json(200, { error: 'down', products: [] }));
    await expect(read()).rejects.toMatchObject({ code: 'SOURCE_REFUSED' });
  });

  test('marks a listing as partial that its definition calls so', async () => {
    const { read } = await open({ ...PRODUCTS, listing: 'partial' }, products(ids(1)));
    expect((await read()).end).toEqual({ incomplete: undefined, partial: true });
  });

  test('is read in full without a definition of changes', () => {
    const app = openApp({ baseUrl: 'https://api.example.com', collections: [PRODUCTS] });
    expect(app.of('shop_product').modeFor('incremental', SINCE, new Date())).toEqual({
      mode: 'full',
      because: 'the collection does not define how changes are requested',
    });
  });

  test('sends nothing to another host, whatever the path is', async () => {
    const { read, received } = await open({ ...PRODUCTS, path: '//evil.example/x' }, products(ids(1)));
    await read();
    expect(received[0]?.url).toBe('/evil.example/x?limit=2&skip=0');
  });

  test('asks the permit about every address, and sends nothing that it refuses', async () => {
    const { url, received } = await servers.answering(products(ids(1)));
    const addresses: string[] = [];
    const { surroundings } = restSurroundings();
    const app = openApp(
      { baseUrl: url, collections: [PRODUCTS] },
      {},
      {
        ...surroundings,
        admit: (address) => {
          addresses.push(address);
          throw new BridgeError('POLICY_REFUSED', 'Not allowed.');
        },
      },
    );
    await expect(readCollection(app.of('shop_product'))).rejects.toMatchObject({ code: 'POLICY_REFUSED' });
    expect([addresses.length, received.length]).toEqual([1, 0]);
  });

  test('stops when it is aborted', async () => {
    const { url } = await servers.answering(products(ids(9)));
    const app = openApp({ baseUrl: url, collections: [PRODUCTS] });
    const stop = new AbortController();
    const pages = app.of('shop_product').read(undefined, stop.signal);
    await pages.next();
    stop.abort(new Error('stopped'));
    await expect(pages.next()).rejects.toThrow('stopped');
  });

  test('counts the requests of all collections of an app against one limit', async () => {
    const { url } = await servers.answering(products(ids(1)));
    const other = { ...PRODUCTS, key: 'shop_other' };
    const app = openApp(
      { baseUrl: url, rateLimit: { requestsPerSecond: 1 }, collections: [PRODUCTS, other] },
      {},
      {
        clock: { now: () => new Date(), elapsedMs: () => 0 },
      },
    );
    await readCollection(app.of('shop_product'));
    expect(app.waits).toEqual([]);
    await readCollection(app.of('shop_other'));
    expect(app.waits).toEqual([1_000]);
  });
});

describe('a message about a request of a collection', () => {
  const failing = async (
    reply: Reply,
    collection: Partial<AppCollection> = {},
    spec: Partial<AppSpec> = {},
  ) => {
    const { read } = await open({ ...PRODUCTS, ...collection }, reply, spec);
    return await read(SINCE).then(
      () => '',
      (thrown: unknown) => (thrown instanceof BridgeError ? (thrown.hint ?? '') : String(thrown)),
    );
  };
  const NOT_FOUND = json(404, {});

  test.each<[string, Reply, string]>([
    ['its path when the address is wrong', NOT_FOUND, 'Correct spec.collections[0].path;'],
    ['its records when none are found', json(200, {}), 'spec.collections[0].recordsPath'],
    ['the credentials that all collections share', json(401, {}), 'how spec.auth says'],
    ['the rate limit that all collections share', json(429, {}), 'spec.rateLimit.requestsPerMinute'],
    ['its headers when the app has none', json(406, {}), 'in spec.collections[0].headers'],
  ])('names %s', async (_, reply, hint) => {
    expect(await failing(reply)).toContain(hint);
  });

  test('names the headers of the app if it has some', async () => {
    expect(await failing(json(406, {}), {}, { headers: { accept: 'x' } })).toContain('in spec.headers');
  });

  test('names the path of an event feed', async () => {
    const hint = await failing(NOT_FOUND, {
      incremental: {
        events: {
          ...{ path: '/events', parameter: 'since', format: 'epoch_seconds', typePath: 'type' },
          ...{ objectIdPath: 'id', objectPath: '/products/{id}', keptFor: '99999d', types: ['x'] },
        },
      },
    });
    expect(hint).toContain('Correct spec.collections[0].incremental.events.path;');
  });

  test('leads to the page that explains the pagination of apps', async () => {
    const [page] = [json(200, { data: [{ id: 1 }], next: '?' })];
    const pagination = { type: 'next_url', nextUrlPath: 'next' } as const;
    const hint = await failing(page, { recordsPath: 'data', pagination });
    expect(hint).toContain('Correct spec.collections[0].pagination; docs/app-field-reference.md');
  });
});
