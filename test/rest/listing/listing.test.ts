import { afterEach, describe, expect, test } from '@jest/globals';
import type { PaginationSpec } from '../../../src/definitions/rest/types.ts';
import { json, type Reply } from '../../support/http/http-server.ts';
import { failureOf } from '../../support/databases/postgres-source.ts';
import { readAll } from '../../support/files/read-rows.ts';
import { listRest, numbered, PAGINATION, restSource } from '../../support/http/rest-source.ts';
import { RestServers } from '../../support/http/rest-servers.ts';

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
    const spec = { ...CURSOR, inclusive: true };
    const { read } = await listing(spec, page([1, 2], { next: 2 }), page([2, 3], { next: null }));
    expect(await read()).toEqual({ ids: [1, 2, 3], truncated: false });
    const other = await listing(spec, page([1, 2], { next: 2 }), page([1, 2, 3], { next: null }));
    expect(await other.read()).toEqual({ ids: [1, 2, 3], truncated: true });
  });

  test.each<[string, PaginationSpec, readonly Reply[]]>([
    ['a cursor', CURSOR, [page([1, 2], { next: 'b' }), page([2, 3], { next: null })]],
    [
      'an address',
      { type: 'next_url', nextUrlPath: 'next' },
      [page([1, 2], { next: '?page=2' }), page([2, 3], { next: null })],
    ],
    [
      'a Link header',
      { type: 'link_header' },
      [page([1, 2], {}, { link: '<?page=2>; rel="next"' }), page([2, 3])],
    ],
    [
      'a cursor in a header',
      { type: 'cursor', cursorField: 'c', nextCursorHeader: 'X-After' },
      [page([1, 2], {}, { 'x-after': '2' }), page([2, 3])],
    ],
    [
      'pages between which one more is',
      CURSOR,
      [page([1], { next: 'b' }), page([2], { next: 'c' }), page([1, 3], { next: null })],
    ],
  ])('in which records moved past %s returns each once and is not complete', async (_, spec, replies) => {
    const { read } = await listing(spec, ...replies);
    expect(await read()).toEqual({ ids: [1, 2, 3], truncated: true });
  });

  test('by a record that moved and changed has it once, and is not complete', async () => {
    const seen = (id: number, views: number) => ({ id, name: `row ${id}`, views });
    const server = await servers.answering(
      json(200, [seen(1, 1), seen(2, 1)]),
      json(200, [seen(2, 2), seen(3, 2)]),
      json(200, []),
    );
    const { rows, end } = await listRest(
      { url: server.url, pagination: { type: 'page' } },
      { fields: ['id', 'name', 'views'] },
    );
    expect([rows.map(({ id }) => id), end.truncated]).toEqual([['1', '2', '3'], true]);
  });

  test('counts a record that came again once for the total', async () => {
    const spec = { ...CURSOR, totalPath: 'total', inclusive: true };
    const { read } = await listing(
      spec,
      page([1, 2], { total: 4, next: 'b' }),
      page([2, 3], { total: 4, next: null }),
    );
    expect(await read()).toEqual({ ids: [1, 2, 3], truncated: true });
  });

  test('by an API that does not heed the page, though each answer has a counter, fails', async () => {
    let views = 0;
    const counter: Reply = (response, request) => {
      views += 1;
      json(200, [
        { id: 1, name: 'a', views },
        { id: 2, name: 'b', views },
      ])(response, request);
    };
    const server = await servers.answering(counter);
    const error = await failureOf(() =>
      listRest({ url: server.url, pagination: { type: 'page' } }, { fields: ['id', 'name', 'views'] }),
    );
    expect(error).toMatchObject({ code: 'SOURCE_PAGINATION', message: expect.stringContaining('not heed') });
    expect(server.received.length).toBeLessThanOrEqual(3);
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
    ['nextRecordsUrl', page([1], { nextRecordsUrl: '/q/01g-100' })],
    ['odata.nextLink', page([1], { 'odata.nextLink': 'https://x' })],
    ['next_page_uri', page([1], { next_page_uri: '/x?Page=1' })],
    ['continuationToken', page([1], { continuationToken: 'abc' })],
    ['offset', page([1], { offset: 'itr1/rec1' })],
    ['more: true', page([1], { more: true })],
    ['last: false', page([1], { last: false })],
    ['isLast: false', page([1], { isLast: false })],
    ['meta.is_last: false', page([1], { meta: { is_last: false } })],
    ['done: false', page([1], { done: false })],
    ['end_of_stream: false', page([1], { after_cursor: 'x', end_of_stream: false })],
    ['IsTruncated: true', page([1], { IsTruncated: true })],
    ['remaining', page([1], { cursor: 0, count: 1, remaining: 5 })],
    ['meta.items_remaining', page([1], { meta: { items_remaining: '5' } })],
    [
      'links',
      page([1], {
        links: [
          { rel: 'self', href: 'x' },
          { rel: 'next', href: 'y' },
        ],
      }),
    ],
    ['meta.pagination.next_url', page([1], { meta: { pagination: { next_url: 'x' } } })],
    ['a header X-Next-Page', page([1], {}, { 'x-next-page': '2' })],
  ];

  test.each(MORE)('is noticed where the place of the next page is a header: %s', async (sign, reply) => {
    for (const spec of [
      { type: 'cursor', cursorField: 'c', nextCursorHeader: 'X-Next-Curser' },
      ...(sign === 'a Link header' ? [] : [{ type: 'link_header' } as const]),
    ] as const) {
      const { read } = await listing(spec, reply);
      await expect(read()).rejects.toMatchObject({ code: 'SOURCE_PAGINATION' });
    }
  });

  const PARTS: readonly (readonly [string, Reply])[] = [
    ['206', json(206, [record(1)])],
    ['206', json(206, [record(1)], { 'content-range': 'items 0-0/*' })],
    ['Content-Range', json(206, [record(1)], { 'content-range': 'items 0-0/5' })],
    ['X-Total-Count', json(200, [record(1)], { 'x-total-count': '5' })],
    ['X-WP-Total', json(200, [record(1)], { 'x-wp-total': '5' })],
    ['X-WP-TotalPages', json(200, [record(1)], { 'x-wp-totalpages': '2' })],
    ['Total-Count', json(200, [record(1)], { 'total-count': '5' })],
    ['total', page([1], { total: 5, skip: 0, limit: 1 })],
    ['count', page([1], { count: '5' })],
    ['@odata.count', page([1], { '@odata.count': 5 })],
    ['totalElements', page([1], { totalElements: 5, number: 0 })],
    ['meta.total_count', page([1], { meta: { total_count: 5 } })],
    ['meta.pagination.total', page([1], { meta: { pagination: { total: 5 } } })],
    ['page.totalPages', page([1], { page: { totalPages: 2 } })],
    ['incomplete_results', page([1], { total_count: 1, incomplete_results: true })],
    ['timed_out', page([1], { timed_out: true })],
    ['_shards.failed', page([1], { _shards: { total: 2, successful: 1, failed: 1 } })],
  ];

  test.each(PARTS)('is not complete where it says of how much it is a part: %s', async (sign, reply) => {
    for (const pagination of [undefined, { type: 'link_header' }, CURSOR, { type: 'none' }] as const) {
      const { read, lines } = await listing(pagination, reply);
      expect(await read()).toEqual({ ids: [1], truncated: true });
      expect(lines.join('\n')).toContain(`"sign":"${sign}"`);
    }
  });

  test.each([...PARTS, ['meta.next', page([1], { meta: { next: 'x' } })] as const])(
    'is complete where the connector says that the sign means nothing: %s',
    async (sign, reply) => {
      const server = await servers.answering(reply);
      const { end } = await listRest({ url: server.url, ignoreSigns: [sign.toLowerCase()] });
      expect(end.truncated).toBe(false);
    },
  );

  test.each<[string, PaginationSpec | undefined, readonly Reply[]]>([
    ['the same number', undefined, [page([1, 2], { total: 2, count: 2, totalPages: 1 })]],
    ['fewer', undefined, [page([1, 2], { count: 1 })]],
    ['a Content-Range of all', undefined, [json(206, [record(1)], { 'content-range': 'items 0-0/1' })]],
    ['a total of something else', undefined, [page([1], { user: { total: 9 }, quota: { count: 7 } })]],
    ['a sum', undefined, [page([1], { total: 17.5 })]],
    ['nothing remaining', undefined, [page([1], { remaining: 0, rateLimit: { remaining: 4999 } })]],
    ['records on a page', undefined, [page([1, 2, 3], { page_count: 3 })]],
    ['all of several pages', CURSOR, [page([1], { next: 'a', total: 2 }), page([2], { total: 2 })]],
    ['more, when one was added', CURSOR, [page([1], { next: 'a', total: 2 }), page([2], { total: 3 })]],
    ['an end of the stream', undefined, [page([1], { end_of_stream: true, after_cursor: 'x', last: true })]],
    ['an empty link', undefined, [page([1], { links: { next: { href: null } }, next_offset: -1 })]],
  ])('is complete where it says %s', async (_, pagination, replies) => {
    const { read } = await listing(pagination, ...replies);
    expect(await read()).toMatchObject({ truncated: false });
  });

  test('is not complete where fewer records came than there were at first', async () => {
    const { read } = await listing(CURSOR, page([1], { next: 'a', total: 3 }), page([2], { total: 2 }));
    expect(await read()).toEqual({ ids: [1, 2], truncated: true });
  });

  test('is not complete where a page has as many records as were asked for, and no place of a next one', async () => {
    const spec = { ...CURSOR, nextCursorPath: 'hits.sort', pageSizeField: 'size', pageSize: 2 };
    const { read, lines } = await listing(spec, page([1, 2]));
    expect(await read()).toEqual({ ids: [1, 2], truncated: true });
    expect(lines.join('\n')).toContain('"sign":"pageSize"');
    const told = await listing(spec, page([1, 2], { total: 2 }));
    expect(await told.read()).toEqual({ ids: [1, 2], truncated: false });
  });

  test('is not complete where records are deep in the answer, and their number beside them', async () => {
    const hits = { total: { value: 50, relation: 'eq' }, hits: [record(1)] };
    const server = await servers.answering(json(200, { took: 1, hits }));
    const { source, lines } = restSource({ url: server.url, recordsPath: 'hits.hits' });
    expect((await readAll(source)).end.truncated).toBe(true);
    expect(lines.join('\n')).toContain('"sign":"hits.total.value"');
  });

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
  ])('is accepted when there is %s of it', async (_, reply) => {
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

  const LINKS = {
    next_url: { spec: NEXT, next },
    link_header: {
      spec: { type: 'link_header' },
      next: (link: string) => page([1], {}, { link: `<${link}>; rel="next"` }),
    },
  } as const;
  const KINDS = ['next_url', 'link_header'] as const;
  const last = page([2], { links: {} });

  describe.each(KINDS)('of type %s', (kind) => {
    const { spec, next } = LINKS[kind];

    test.each([
      ['/articles?page_info=a%2Bb', '/articles?page_info=a%2Bb'],
      ['?p=2', '/articles?p=2'],
      ['more?space=OTHER&p=2#x', '/more?space=OTHER&p=2'],
      ['/articles/pages/2', '/articles/pages/2'],
    ])('is requested as it is, with a warning when it lacks a parameter: %s', async (link, asked) => {
      const { read, server, lines } = await listing(spec, next(link), last);
      expect(await read()).toEqual({ ids: [1, 2], truncated: false });
      expect(server.received[1]?.url).toBe(asked);
      expect(lines.join('\n').includes('"missing":["space"]')).toBe(!link.includes('space'));
    });

    test('is requested as it is without a warning when keepQuery is false', async () => {
      const { read, server, lines } = await listing({ ...spec, keepQuery: false }, next('?p=2'), last);
      await read();
      expect(server.received[1]?.url).toBe('/articles?p=2');
      expect(lines.join('\n')).not.toContain('keepQuery');
    });

    test.each([
      ['/articles?p=2', '/articles?p=2&space=ENG'],
      ['more?space=OTHER&p=2#x', '/more?space=OTHER&p=2'],
      ['?%73pace=OTHER', '/articles?%73pace=OTHER'],
    ])('gets the parameters that it lacks when keepQuery is true: %s', async (link, asked) => {
      const { read, server, lines } = await listing({ ...spec, keepQuery: true }, next(link), last);
      expect(await read()).toEqual({ ids: [1, 2], truncated: false });
      expect(server.received[1]?.url).toBe(asked);
      expect(lines.join('\n')).not.toContain('keepQuery');
    });
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

  test('keeps the size of a page that was asked for when keepQuery is true', async () => {
    const { read, server } = await listing(
      { ...NEXT, keepQuery: true, pageSizeField: 'limit', pageSize: 50 },
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

  test.each([400, 404, 410, 422])('begins again when its place has expired: %d', async (status) => {
    const server = await servers.start({ records: numbered(5), style: 'cursor', pageSize: 1 });
    const { end } = await listRest(spec(server.url));
    server.faults.push(json(status, { error: { code: 'resyncRequired' } }));
    const { source, lines } = restSource(spec(server.url));
    const { rows } = await readAll(source, end.checkpoint);
    expect(rows.map(({ id }) => id)).toEqual(['1', '2']);
    expect(lines.join('\n')).toContain('refused the place where the last run stopped');
  });

  test('begins again when its place is refused with success, and fails when the first page is refused too', async () => {
    const server = await servers.start({ records: numbered(5), style: 'cursor', pageSize: 1 });
    const { end } = await listRest(spec(server.url));
    server.faults.push(json(200, { ok: false, error: 'invalid_cursor' }));
    expect((await listRest(spec(server.url), {}, end.checkpoint)).rows).toHaveLength(2);
    server.faults.push(json(410, {}), json(410, {}));
    const error = await failureOf(() => listRest(spec(server.url), {}, end.checkpoint));
    expect(error).toMatchObject({ code: 'SOURCE_REFUSED' });
    server.faults.push(json(200, { nothing: true }));
    const other = await failureOf(() => listRest(spec(server.url), {}, end.checkpoint));
    expect(other.hint).toContain('--full');
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
