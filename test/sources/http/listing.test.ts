import { afterEach, describe, expect, test } from '@jest/globals';
import type { PaginationSpec } from '../../../src/connector/types.ts';
import { json, type Reply } from '../../support/http-server.ts';
import { failureOf } from '../../support/postgres-source.ts';
import { readAll } from '../../support/read-rows.ts';
import { listRest, numbered, PAGINATION, restSource } from '../../support/rest-source.ts';
import { RestServers } from '../../support/rest-servers.ts';

const servers = new RestServers();
afterEach(() => servers.close());

const record = (id: number) => ({ id, name: `row ${id}` });
const page = (ids: readonly number[], more: Readonly<Record<string, unknown>> = {}, headers = {}): Reply =>
  json(200, { data: ids.map(record), ...more }, headers);

const CURSOR: PaginationSpec = { type: 'cursor', cursorField: 'cursor', nextCursorPath: 'next' };

/** Reads what a server answers, in this order. */
async function listing(pagination: PaginationSpec | undefined, ...replies: readonly Reply[]) {
  const server = await servers.answering(...replies);
  const url = `${server.url}/articles?space=ENG`;
  const { source, lines } = restSource({ url, ...(pagination === undefined ? {} : { pagination }) });
  const read = async () => {
    const { rows, end } = await readAll(source);
    return { ids: rows.map(({ id }) => Number(id)), truncated: end.truncated };
  };
  return { server, url, lines, read };
}

describe('a listing by cursor ends', () => {
  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['null', { next: null }],
    ['an empty text', { next: '' }],
    ['false', { next: false }],
    ['zero', { next: 0 }],
    ['nothing', {}],
  ])('with %s in place of a cursor', async (_, last) => {
    const { read, server } = await listing(CURSOR, page([1], { next: 7 }), page([2], last));
    expect(await read()).toEqual({ ids: [1, 2], truncated: false });
    expect(server.received[1]?.url).toBe('/articles?space=ENG&cursor=7');
  });

  test('when the API says that there is no more, though it repeats its cursor', async () => {
    const spec = { ...CURSOR, hasMorePath: 'more' };
    const { read } = await listing(
      spec,
      page([1], { next: 'a', more: true }),
      page([2], { next: 'a', more: false }),
    );
    expect(await read()).toEqual({ ids: [1, 2], truncated: false });
  });

  test('at a page without records that repeats its cursor, and not at one with another cursor', async () => {
    const { read } = await listing(
      CURSOR,
      page([1], { next: 'a' }),
      page([], { next: 'b' }),
      page([2], { next: 'c' }),
      page([], { next: 'c' }),
    );
    expect(await read()).toEqual({ ids: [1, 2], truncated: false });
  });
});

describe('a listing does not go in circles', () => {
  test.each<[string, PaginationSpec, readonly Reply[], RegExp]>([
    ['its own cursor', CURSOR, [page([1], { next: 'a' }), page([2], { next: 'a' })], /leads back/],
    [
      'an earlier cursor',
      CURSOR,
      [page([1], { next: 'a' }), page([2], { next: 'b' }), page([3], { next: 'a' })],
      /leads back to a page that was read before/,
    ],
    [
      'its own address',
      { type: 'next_url', nextUrlPath: 'next' },
      [page([1], { next: '?p=2' }), page([2], { next: '?p=2' })],
      /leads back/,
    ],
    ['the same records', CURSOR, [page([1], { next: 'a' }), page([1], { next: 'b' })], /the same records/],
    ['every number of a page', { type: 'page' }, [page([1, 2])], /does not heed which page/],
    ['every offset', { type: 'offset' }, [page([1, 2])], /does not heed which page/],
  ])('when the API answers the same to %s', async (_, spec, replies, words) => {
    const { read, server } = await listing(spec, ...replies);
    const error = await failureOf(read);
    expect(error).toMatchObject({ code: 'SOURCE_PAGINATION', message: expect.stringMatching(words) });
    expect(error.hint).toContain('source.pagination');
    expect(server.received.length).toBeLessThanOrEqual(3);
  });
});

describe('a listing that is cut off', () => {
  test('at its hard maximum is not complete, and says so', async () => {
    const endless: Reply = (response, request) => {
      const number = Number(new URL(request.url, 'http://x').searchParams.get('page'));
      page([number])(response, request);
    };
    const { read, lines, server } = await listing({ type: 'page', maxPages: 3 }, endless);
    expect(await read()).toEqual({ ids: [1, 2, 3], truncated: true });
    expect(server.received).toHaveLength(3);
    expect(lines.join('\n')).toMatch(/warn the listing is cut off.*"maxPages":3/);
  });

  test('before the total that the API names is not complete', async () => {
    for (const spec of [
      { type: 'offset', totalPath: 'total' },
      { ...CURSOR, totalPath: 'total' },
    ] as const) {
      const { read, lines } = await listing(spec, page([1], { total: 5, next: 'a' }), page([], { total: 5 }));
      expect(await read()).toEqual({ ids: [1], truncated: true });
      expect(lines.join('\n')).toContain('fewer records than the API says');
    }
  });

  test('by records that moved to the next page has each once, and is not complete', async () => {
    const spec = { type: 'offset', totalPath: 'total' } as const;
    const { read, lines } = await listing(spec, page([1, 2, 3], { total: 5 }), page([3, 4], { total: 5 }));
    expect(await read()).toEqual({ ids: [1, 2, 3, 4], truncated: true });
    expect(lines.join('\n')).toContain('records moved from page to page');
  });

  test('where the API says that there is more is not complete', async () => {
    const spec = { type: 'page', hasMorePath: 'more' } as const;
    const { read, lines } = await listing(spec, page([1], { more: true }), page([], { more: true }));
    expect(await read()).toEqual({ ids: [1], truncated: true });
    expect(lines.join('\n')).toContain('the API says that there is more');
  });

  test('by no movement at all is complete, where each page begins with the end of the one before', async () => {
    const { read } = await listing(CURSOR, page([1, 2], { next: 2 }), page([2, 3], { next: null }));
    expect(await read()).toEqual({ ids: [1, 2, 3], truncated: false });
  });
});

describe('an API with more pages than the connector knows of', () => {
  const MORE: readonly (readonly [string, Reply])[] = [
    ['next_cursor', page([1], { next_cursor: 'x' })],
    ['meta.nextPageToken', page([1], { meta: { nextPageToken: 'x' } })],
    ['@odata.nextLink', page([1], { '@odata.nextLink': 'https://x' })],
    ['_links.next', page([1], { _links: { next: { href: 'x' } } })],
    ['paging.has_more', page([1], { paging: { has_more: true } })],
    ['a Link header', page([1], {}, { link: '<?p=2>; rel="next"' })],
  ];

  test.each(MORE)('is not taken for one page: %s', async (sign, reply) => {
    const { read } = await listing(undefined, reply);
    await expect(read()).rejects.toMatchObject({
      code: 'SOURCE_PAGINATION',
      message: expect.stringContaining(`has ${sign}`),
    });
  });

  test.each(MORE)(
    'is read for one page if the connector wants that, and deletes nothing: %s',
    async (_, reply) => {
      const { read } = await listing({ type: 'none' }, reply);
      expect(await read()).toEqual({ ids: [1], truncated: true });
    },
  );

  test('is noticed when the name of the cursor is misspelt', async () => {
    const { read } = await listing({ ...CURSOR, nextCursorPath: 'nxt' }, page([1], { next: 'x' }));
    await expect(read()).rejects.toMatchObject({ message: expect.stringContaining('has next,') });
  });

  test.each<[string, Reply]>([
    ['no sign', page([1], { meta: { count: 1 } })],
    ['an end', page([1], { next_cursor: null, has_more: false, next: '' })],
    ['a previous page', page([1], { prev_cursor: 'x' }, { link: '<?p=0>; rel="prev"' })],
  ])('is no matter where there is %s of it', async (_, reply) => {
    const { read } = await listing(undefined, reply);
    expect(await read()).toEqual({ ids: [1], truncated: false });
  });

  test('fails where it says that there is more, and not where', async () => {
    const spec = { ...CURSOR, hasMorePath: 'more' };
    const { read } = await listing(spec, page([1], { next: null, more: true }));
    await expect(read()).rejects.toMatchObject({
      message: expect.stringContaining('there is more, and not where'),
    });
  });
});

describe('the address of a next page', () => {
  const NEXT: PaginationSpec = { type: 'next_url', nextUrlPath: 'links.next' };
  const next = (link: string) => page([1], { links: { next: link } });

  test.each([
    ['/articles?p=2', '/articles?p=2&space=ENG'],
    ['?p=2', '/articles?p=2&space=ENG'],
    ['more?space=OTHER&p=2#x', '/more?space=OTHER&p=2'],
  ])('may be relative, and loses no parameter of the connector: %s', async (link, asked) => {
    const { read, server } = await listing(NEXT, next(link), page([2], { links: {} }));
    expect(await read()).toEqual({ ids: [1, 2], truncated: false });
    expect(server.received[1]?.url).toBe(asked);
  });

  test.each([
    'http://evil.example.com/x',
    '//evil.example.com/x',
    'ftp://x',
    'http://user:pw@127.0.0.1/',
    'http://%',
  ])('may not lead to another server: %s', async (link) => {
    const { read, server } = await listing(NEXT, next(link), page([2]));
    await expect(read()).rejects.toMatchObject({ code: 'SOURCE_PAGINATION' });
    expect(server.received).toHaveLength(1);
  });

  test('keeps the size of a page that was asked for', async () => {
    const { read, server } = await listing(
      { ...NEXT, pageSizeField: 'limit', pageSize: 50 },
      page([1], { links: { next: '?p=2' } }),
      page([2], { links: { next: '?p=3&limit=10' } }),
      page([3], { links: {} }),
    );
    expect(await read()).toEqual({ ids: [1, 2, 3], truncated: false });
    expect(server.received.map(({ url }) => url)).toEqual([
      '/articles?space=ENG&limit=50',
      '/articles?p=2&space=ENG&limit=50',
      '/articles?p=3&limit=10&space=ENG',
    ]);
  });

  test('may not lead to another port of the same host', async () => {
    const other = await servers.answering(page([2]));
    const { read } = await listing(NEXT, next(`${other.url}/articles`));
    await expect(read()).rejects.toMatchObject({
      message: expect.stringContaining(`leads on to ${other.url}, which is another server`),
    });
    expect(other.received).toEqual([]);
  });
});

describe('a listing by number', () => {
  test('may begin at page 0, and ends where the API says', async () => {
    const spec = { type: 'page', pageField: 'p', startPage: 0, totalPagesPath: 'pages' } as const;
    const { read, server } = await listing(spec, page([1], { pages: 2 }), page([2], { pages: '2' }));
    expect(await read()).toEqual({ ids: [1, 2], truncated: false });
    expect(server.received.map(({ url }) => url)).toEqual([
      '/articles?space=ENG&p=0',
      '/articles?space=ENG&p=1',
    ]);
  });

  test.each<PaginationSpec>([
    { type: 'page', totalPagesPath: 'pages' },
    { type: 'offset', totalPath: 'pages' },
  ])('fails where the number is not there that ends it: %j', async (spec) => {
    const { read } = await listing(spec, page([1], { pages: 'many' }));
    await expect(read()).rejects.toMatchObject({ message: expect.stringContaining('no number at pages') });
  });
});

describe('a resumable listing', () => {
  const spec = (url: string) => ({ url, resumable: true, pagesPerRun: 2, pagination: PAGINATION.cursor! });

  test('goes on in the next run, fetches no page twice, and begins again after its end', async () => {
    const server = await servers.start({ records: numbered(5), style: 'cursor', pageSize: 1 });
    const runs: (readonly number[])[] = [];
    let checkpoint: string | undefined;
    for (let run = 0; run < 4; run++) {
      const { rows, end } = await listRest(spec(server.url), {}, checkpoint);
      runs.push(rows.map(({ id }) => Number(id)));
      expect(end.recurring).toBe(true);
      checkpoint = end.checkpoint;
    }
    expect(runs).toEqual([[1, 2], [3, 4], [5], [1, 2]]);
    expect(server.received).toHaveLength(7);
    expect(restSource(spec(server.url)).source.listing).toBe('delta');
  });

  test('begins again when what it asks for is something else', async () => {
    const server = await servers.start({ records: numbered(5), style: 'cursor', pageSize: 1 });
    const { end } = await listRest(spec(server.url), {}, undefined);
    const other = await listRest(spec(`${server.url}?space=ENG`), {}, end.checkpoint);
    expect(other.rows.map(({ id }) => id)).toEqual(['1', '2']);
    const broken = await listRest(spec(server.url), {}, '2024-01-02');
    expect(broken.rows.map(({ id }) => id)).toEqual(['1', '2']);
  });

  test('keeps what it has when the API wants to be left alone, and the next run is told when to come', async () => {
    const server = await servers.start({ records: numbered(5), style: 'cursor', pageSize: 1 });
    const limit = json(429, {}, { 'retry-after': '3600' });
    server.faults.push(undefined, limit, limit);
    const { rows, end } = await listRest(spec(server.url));
    expect(rows.map(({ id }) => id)).toEqual(['1']);
    const error = await failureOf(() => listRest(spec(server.url), {}, end.checkpoint));
    expect(error).toMatchObject({ code: 'SOURCE_RATE_LIMITED', exit: 75 });
    expect(error.nextRunAfter).toEqual(new Date('2026-11-20T13:00:00Z'));
    const { rows: rest } = await listRest(spec(server.url), {}, end.checkpoint);
    expect(rest.map(({ id }) => id)).toEqual(['2', '3']);
  });
});
