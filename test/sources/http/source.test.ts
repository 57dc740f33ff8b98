import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sourceContract } from '../../contracts/source.contract.ts';
import type { Style } from '../../stand-ins/rest/pages.ts';
import { startRest } from '../../stand-ins/rest/rest-stand-in.ts';
import { json, raw } from '../../support/http/http-server.ts';
import { listRest, numbered, PAGINATION, restSource } from '../../support/http/rest-source.ts';
import { readAll } from '../../support/files/read-rows.ts';
import { RestServers } from '../../support/http/rest-servers.ts';

const servers = new RestServers();
const start = (...options: Parameters<RestServers['start']>) => servers.start(...options);
afterEach(() => servers.close());

const pagination = (style: Style) => {
  const spec = PAGINATION[style];
  return spec === undefined ? {} : { pagination: spec };
};

for (const style of ['whole', 'cursor', 'link_header', 'offset'] as const) {
  sourceContract(`An API of style ${style}`, {
    make: async (rows) => {
      const server = await start({ records: numbered(rows), style, pageSize: 700 });
      return restSource({ url: server.url, ...pagination(style) }).source;
    },
  });
}

const STYLES = Object.keys(PAGINATION) as Style[];
const ids = (rows: readonly Readonly<Record<string, string | null>>[]) => rows.map(({ id }) => id);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => String(index + 1));

describe('a listing', () => {
  test('of any style, any page size and any number of records has each record once', async () => {
    const records: string[] = [];
    const cases = fc.record({
      style: fc.constantFrom(...STYLES),
      count: fc.nat(12),
      pageSize: fc.integer({ min: 1, max: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ style, count, pageSize }) => {
        records.splice(0, Infinity, ...numbered(count));
        const server = await startRest({ records, style, pageSize });
        try {
          const { rows, end } = await listRest({ url: server.url, ...pagination(style) });
          expect(ids(rows)).toEqual(upTo(count));
          expect(end).toMatchObject({ checkpoint: undefined, truncated: false });
        } finally {
          await server.close();
        }
      }),
      { numRuns: 60 },
    );
  });

  test.each(STYLES.filter((style) => style !== 'whole'))(
    'of style %s keeps the query of the address on every page',
    async (style) => {
      const server = await start({ records: numbered(5), style, pageSize: 2 });
      const url = `${server.url}?q=a%20b+c&$filter=x%2Cy&space=ENG`;
      await listRest({ url, ...pagination(style) });
      expect(server.received.length).toBeGreaterThanOrEqual(3);
      for (const { url: asked } of server.received) {
        const { searchParams } = new URL(asked, server.origin);
        expect(searchParams.getAll('q')).toEqual(['a b c']);
        expect(searchParams.getAll('$filter')).toEqual(['x,y']);
        expect(searchParams.getAll('space')).toEqual(['ENG']);
      }
    },
  );

  test('adds the cursor to the query, and changes no letter of it', async () => {
    const server = await start({ records: numbered(3), style: 'cursor', pageSize: 2 });
    await listRest({ url: `${server.url}?q=a%20b+c&$filter=x%2Cy`, ...pagination('cursor') });
    expect(server.received[1]?.url).toBe('/articles?q=a%20b+c&$filter=x%2Cy&cursor=c2');
  });

  test('may be asked for by POST, with the page in the payload', async () => {
    const server = await start({ records: numbered(5), style: 'cursor', pageSize: 2 });
    const { rows } = await listRest({
      url: server.url,
      method: 'POST',
      payload: { filter: { status: ['published'] }, size: 2 },
      ...pagination('cursor'),
    });
    expect(ids(rows)).toEqual(upTo(5));
    expect(server.received.map(({ method, body }): unknown[] => [method, JSON.parse(body)])).toEqual([
      ['POST', { filter: { status: ['published'] }, size: 2 }],
      ['POST', { filter: { status: ['published'] }, size: 2, cursor: 'c2' }],
      ['POST', { filter: { status: ['published'] }, size: 2, cursor: 'c4' }],
    ]);
    expect(server.received[0]?.headers['content-type']).toBe('application/json');
  });

  test('sends a cursor back in every digit and of its own kind, also inside the payload', async () => {
    const server = await servers.answering(
      json(200, { data: [{ id: 1, name: 'x' }], next: { after: [1, 'x'] } }),
      raw(200, '{"data":[{"id":2,"name":"y"}],"next":12345678901234567890}'),
      json(200, { data: [{ id: 3, name: 'z' }], next: 'end\n"' }),
      json(200, { data: [], next: null }),
    );
    await listRest({
      url: server.url,
      method: 'POST',
      payload: { page: { size: 1 }, 'x.y': 1 },
      pagination: { type: 'cursor', cursorField: 'page.cursor', nextCursorPath: 'next' },
    });
    expect(server.received.map(({ body }) => body)).toEqual([
      '{"page":{"size":1},"x.y":1}',
      '{"page":{"size":1,"cursor":{"after":[1,"x"]}},"x.y":1}',
      '{"page":{"size":1,"cursor":12345678901234567890},"x.y":1}',
      '{"page":{"size":1,"cursor":"end\\n\\""},"x.y":1}',
    ]);
  });

  test('sends the payload of a GET, the size of a page and the headers of the connector', async () => {
    const server = await start({ records: numbered(3), style: 'offset', pageSize: 2 });
    await listRest({
      url: server.url,
      payload: { status: 'published', tags: ['a', 'b'], deep: { x: 1 } },
      headers: { 'Accept-Language': 'en', Accept: 'application/vnd.kb+json' },
      pagination: { type: 'offset', pageSizeField: 'limit', pageSize: 2 },
    });
    const [first] = server.received;
    expect(decodeURIComponent(first?.url ?? '')).toBe(
      '/articles?status=published&tags=a&tags=b&deep={"x":1}&limit=2&offset=0',
    );
    expect(first?.headers).toMatchObject({ 'accept-language': 'en', accept: 'application/vnd.kb+json' });
  });

  test('goes on where the API says, though it sends fewer records than asked for', async () => {
    const server = await start({ records: numbered(7), style: 'offset', pageSize: 2 });
    const spec = { type: 'offset', pageSizeField: 'limit', pageSize: 500 } as const;
    const { rows } = await listRest({ url: server.url, pagination: spec });
    expect(ids(rows)).toEqual(upTo(7));
  });
});

describe('values', () => {
  test('arrive with every digit, and fields inside others by their path', async () => {
    const records = [
      '{ "id" : 12345678901234567890, "price": 1.50, "author": {"name": "Mei", "id": 9007199254740993}, "a.b": 1, "tags": ["x", "y"], "no": null }',
    ];
    const server = await start({ records, style: 'whole' });
    const fields = ['id', 'price', 'author.id', 'author', 'a.b', 'tags', 'no'];
    const { columns, rows, json } = await listRest({ url: server.url }, { fields });
    expect(columns).toEqual(fields.map((name) => ({ name, kind: 'json' })));
    expect(rows).toEqual([
      {
        id: '12345678901234567890',
        price: '1.50',
        'author.id': '9007199254740993',
        author: '{"name": "Mei", "id": 9007199254740993}',
        'a.b': '1',
        tags: '["x", "y"]',
        no: null,
      },
    ]);
    expect(json[0]?.['id']).toBe('12345678901234567890');
  });

  test('of a key with dots come before those inside another one, and the last of equal keys counts', async () => {
    const records = ['{"a.b":1,"a":{"b":2}}', '{"a":{"b":2},"a.b":1}', '{"a":{"b":3},"a":{"b":4}}'];
    const server = await start({ records, style: 'whole' });
    const { rows } = await listRest({ url: server.url }, { fields: ['a.b'] });
    expect(rows.map((row) => row['a.b'])).toEqual(['1', '1', '4']);
  });

  test('that only some records have are absent in the others', async () => {
    const server = await start({ records: ['{"id":1}', '{"id":2,"name":"x"}', '7'], style: 'whole' });
    const { rows, end } = await listRest({ url: server.url });
    expect(rows).toEqual([
      { id: '1', name: '' },
      { id: '2', name: '"x"' },
      { id: '', name: '' },
    ]);
    expect(end.truncated).toBe(false);
  });

  test('that only conditions ask for are warned about when no record has them', async () => {
    const server = await start({ records: ['{"id":1}'], style: 'whole' });
    const { source, lines } = restSource({ url: server.url }, { optional: new Set(['name']) });
    expect((await readAll(source)).rows).toEqual([{ id: '1', name: '' }]);
    expect(lines.filter((line) => line.includes('conditions'))).toEqual([
      expect.stringContaining('{"fields":["name"]}'),
    ]);
    const columns = await source.columns(new AbortController().signal);
    expect(columns.map(({ name }) => name)).toEqual(['id', 'name']);
  });

  test('that no record of a whole listing has are an error that names them', async () => {
    const server = await start({ records: ['{"id":1,"nme":"x"}'], style: 'whole' });
    await expect(listRest({ url: server.url })).rejects.toMatchObject({
      code: 'SOURCE_COLUMN_MISSING',
      message: expect.stringContaining('"name"'),
    });
    const { source } = restSource({ url: server.url });
    const columns = await source.columns(new AbortController().signal);
    expect(columns.map(({ name }) => name)).toEqual(['id']);
  });
});
