import { afterEach, describe, expect, test } from '@jest/globals';
import type { PaginationSpec } from '../../../src/definitions/rest/types.ts';
import { failureOf } from '../../support/databases/postgres-source.ts';
import { readAll } from '../../support/files/read-rows.ts';
import { json, type Reply } from '../../support/http/http-server.ts';
import { listRest, numbered, restSource, type RestSpec } from '../../support/http/rest-source.ts';
import { RestServers } from '../../support/http/rest-servers.ts';

const servers = new RestServers();
afterEach(() => servers.close());

const page = (ids: readonly number[], more: Readonly<Record<string, unknown>> = {}, headers = {}): Reply =>
  json(200, { data: ids.map((id) => ({ id, name: `row ${id}` })), ...more }, headers);
const COMPLETE = (...ids: readonly number[]) => ({ ids, truncated: false });
const PARTIAL = (...ids: readonly number[]) => ({ ids, truncated: true });

async function read(spec: Omit<RestSpec, 'url'> & { readonly path?: string }, ...replies: readonly Reply[]) {
  const server = await servers.answering(...replies);
  const { path = '/articles', ...rest } = spec;
  const { rows, end } = await readAll(restSource({ url: `${server.url}${path}`, ...rest }).source);
  const listed = { ids: rows.map(({ id }) => Number(id)), truncated: end.truncated };
  return { listed, asked: server.received.map(({ url }) => url), received: server.received, end };
}

const listed = async (pagination: PaginationSpec, ...replies: readonly Reply[]) =>
  (await read({ pagination }, ...replies)).listed;
const failure = async (spec: Parameters<typeof read>[0], ...replies: readonly Reply[]) =>
  await failureOf(() => read(spec, ...replies));

describe('a flag of the last page', () => {
  const ALWAYS: PaginationSpec = { type: 'next_url', nextUrlPath: 'next', lastPagePath: 'end' };

  test.each([true, 'true', 'Yes', 1])('ends a listing with a next address when it is %j', async (end) => {
    const pages = [page([1], { next: '?p=2', end: false }), page([2], { next: '?p=2', end })];
    expect(await listed(ALWAYS, ...pages)).toEqual(COMPLETE(1, 2));
  });

  test('does not end a listing, and is an error, when it is neither true nor false', async () => {
    const error = await failure({ pagination: ALWAYS }, page([1], { next: '?p=2', end: 7 }));
    expect(error).toMatchObject({ code: 'SOURCE_PAGINATION', message: expect.stringContaining('at end') });
  });

  test('is an error when it is false and there is no next page', async () => {
    const error = await failure({ pagination: ALWAYS }, page([1], { next: null, end: false }));
    expect(error.message).toContain('says at end that there is more, and not where');
  });

  test('is what the hint names when an API without it always has a next page', async () => {
    const pagination = { type: 'next_url', nextUrlPath: 'next' } as const;
    const error = await failure({ pagination }, page([1], { next: '?p=2' }), page([2], { next: '?p=2' }));
    expect(error.hint).toContain('pagination.lastPagePath');
  });
});

describe('a short page', () => {
  const SHORT = { endsOnShortPage: true, pageSize: 2 } as const;

  test.each<[PaginationSpec, Readonly<Record<string, unknown>>]>([
    [{ type: 'page', ...SHORT }, {}],
    [{ type: 'offset', ...SHORT }, {}],
    [{ type: 'next_url', nextUrlPath: 'next_page', ...SHORT }, { next_page: '?p=2' }],
    [
      { type: 'cursor', cursorField: 'c', nextCursorPath: 'meta.next.token', ...SHORT },
      { meta: { next: { token: 'x' } } },
    ],
  ])('ends a listing without another request: %j', async (pagination, more) => {
    const refused = json(404, {});
    const { listed, asked } = await read({ pagination }, page([1, 2], more), page([3], more), refused);
    expect([listed, asked.length]).toEqual([COMPLETE(1, 2, 3), 2]);
  });

  test('does not end a listing whose flag says that there is more', async () => {
    const pagination = { type: 'page', hasMorePath: 'more', ...SHORT } as const;
    const pages = [page([1], { more: true }), page([2, 3], { more: false })];
    expect(await listed(pagination, ...pages)).toEqual(COMPLETE(1, 2, 3));
  });

  test('does not make a listing complete when the API reports more records or pages', async () => {
    for (const more of [{ total: 5 }, { has_more: true }, { totalPages: 2 }]) {
      expect(await listed({ type: 'page', ...SHORT }, page([1], more))).toEqual(PARTIAL(1));
    }
  });
});

describe('a status for a page after the last one', () => {
  const ENDS = (type: 'page' | 'offset', ...endStatuses: readonly number[]): PaginationSpec => ({
    type,
    endStatuses,
  });
  const full = page([1, 2]);

  test.each([400, 404, 422])('ends a listing of pages and of offsets: %d', async (status) => {
    for (const type of ['page', 'offset'] as const) {
      const { listed, end } = await read({ pagination: ENDS(type, status) }, full, json(status, {}), full);
      expect(listed).toEqual(COMPLETE(1, 2));
      expect(end.checkpoint).toBeUndefined();
    }
  });

  test('is a failure on the first page, and while the first page is refused too', async () => {
    for (const replies of [[json(404, {})], [full, json(404, {})]]) {
      const error = await failure({ pagination: ENDS('page', 404) }, ...replies);
      expect(error.code).toBe('SOURCE_REFUSED');
    }
  });

  test('is a failure when it is another status, with a hint that names the key', async () => {
    const error = await failure({ pagination: ENDS('page', 404) }, full, json(422, {}), full);
    expect(error.code).toBe('SOURCE_REFUSED');
    expect(error.hint).toContain('source.pagination.endStatuses');
  });

  test('does not make a listing complete when the page before says that there is more', async () => {
    for (const [more, spec] of [
      [{ more: true }, { hasMorePath: 'more' }],
      [{ total: 4 }, {}],
      [{ next: '?page=2' }, {}],
    ] as const) {
      const pagination = { ...ENDS('page', 404), ...spec };
      expect(await listed(pagination, page([1, 2], more), json(404, {}), full)).toEqual(PARTIAL(1, 2));
    }
  });

  test('does not make the first page one that a later run may take as the whole listing', async () => {
    const tagged = page([1, 2], {}, { etag: '"a"' });
    const { end } = await read({ pagination: ENDS('page', 404) }, tagged, json(404, {}), tagged);
    expect(end.checkpoint).toBeUndefined();
  });

  test('ends a resumed listing, and the next run begins again', async () => {
    const records = numbered(4);
    const server = await servers.start({ records, style: 'page_ends_with_404', pageSize: 2 });
    const spec = { url: server.url, resumable: true, pagesPerRun: 2, pagination: ENDS('page', 404) };
    const runs: number[] = [];
    let checkpoint: string | undefined;
    for (let run = 0; run < 3; run++) {
      const { rows, end } = await listRest(spec, {}, checkpoint);
      runs.push(rows.length);
      checkpoint = end.checkpoint;
    }
    expect(runs).toEqual([4, 0, 4]);
  });
});

describe('a total', () => {
  test.each<[PaginationSpec, Readonly<Record<string, string>>]>([
    [{ type: 'page', totalHeader: 'X-WP-Total' }, { 'x-wp-total': '3' }],
    [{ type: 'page', totalPagesHeader: 'X-WP-TotalPages' }, { 'x-wp-totalpages': '2' }],
    [{ type: 'offset', totalHeader: 'X-Total-Count' }, { 'x-total-count': '3' }],
    [{ type: 'offset', totalHeader: 'Content-Range' }, { 'content-range': 'items 0-1/3' }],
  ])('in a header ends a listing without another request: %j', async (pagination, headers) => {
    const { listed, asked } = await read({ pagination }, page([1, 2], {}, headers), page([3], {}, headers));
    expect([listed, asked.length]).toEqual([COMPLETE(1, 2, 3), 2]);
    const error = await failure({ pagination }, page([1, 2]));
    expect(error.message).toContain('has no number in the header');
  });

  test('in the body ends a listing of pages, also one that another run began', async () => {
    const pagination = { type: 'page', totalPath: 'total' } as const;
    const reply: Reply = (response, request) => {
      const number = Number(new URL(request.url, 'http://x').searchParams.get('page'));
      const beyond = number > 3;
      (beyond ? json(400, {}) : page(number === 3 ? [5] : [number * 2 - 1, number * 2], { total: 5 }))(
        response,
        request,
      );
    };
    const server = await servers.answering(reply);
    const spec = { url: server.url, pagination };
    expect((await listRest(spec)).rows).toHaveLength(5);
    const parts = { ...spec, resumable: true, pagesPerRun: 1 };
    const counts: number[] = [];
    for (let checkpoint: string | undefined; counts.length < 4;) {
      const { rows, end } = await listRest(parts, {}, checkpoint);
      counts.push(rows.length);
      checkpoint = end.checkpoint;
    }
    expect(counts).toEqual([2, 2, 1, 2]);
  });

  test('in a header makes a listing with fewer records incomplete', async () => {
    const headers = { 'x-count': '9' };
    const pages = [page([1, 2], {}, headers), page([], {}, headers)];
    expect(await listed({ type: 'offset', totalHeader: 'X-Count' }, ...pages)).toEqual(PARTIAL(1, 2));
  });
});

describe('the last record as the cursor', () => {
  const LAST: PaginationSpec = { type: 'cursor', cursorField: 'after', nextCursorPath: 'data[-1].id' };

  test.each<[PaginationSpec, readonly Reply[]]>([
    [{ ...LAST, hasMorePath: 'more' }, [page([1, 2], { more: true }), page([3], { more: false })]],
    [LAST, [page([1, 2]), page([3]), page([])]],
    [{ ...LAST, endsOnShortPage: true, pageSize: 2 }, [page([1, 2]), page([3])]],
  ])('leads to the end: %j', async (pagination, replies) => {
    const { listed, asked } = await read({ pagination }, ...replies);
    expect(listed).toEqual(COMPLETE(1, 2, 3));
    expect(asked).toEqual(['/articles', '/articles?after=2', '/articles?after=3'].slice(0, replies.length));
  });

  test('is an error when records do not have it', async () => {
    const error = await failure({ pagination: { ...LAST, nextCursorPath: 'data[-1].key' } }, page([1, 2]));
    expect(error).toMatchObject({
      code: 'SOURCE_PAGINATION',
      message: expect.stringContaining('data[-1].key'),
    });
  });
});

describe('the address of a next page', () => {
  const BASED: PaginationSpec = { type: 'next_url', nextUrlPath: 'next', nextUrlBasePath: 'base' };

  test.each([
    ['/rest/content?start=2', '/wiki', '/wiki/rest/content?start=2'],
    ['rest/content', '/wiki/', '/wiki/rest/content'],
    ['?start=2', '/wiki/content', '/wiki/content?start=2'],
  ])('%s is appended to the base %s', async (next, base, asked) => {
    const result = await read({ pagination: BASED }, page([1], { next, base }), page([2]));
    expect(result.asked[1]).toBe(asked);
  });

  test('needs a base when the definition names one, and may not leave the origin with it', async () => {
    const without = await failure({ pagination: BASED }, page([1], { next: '/x' }));
    expect(without.message).toContain('no address at base');
    const evil = await failure({ pagination: BASED }, page([1], { next: '/x', base: 'http://evil.test' }));
    expect(evil.message).toContain('leads on to http://evil.test, which is another server');
  });

  test('is rewritten when it begins as the definition says, and is checked after that', async () => {
    const reply = (next: string | null): Reply => page([next === null ? 2 : 1], { next });
    const server = await servers.answering(reply('http://kb-internal:8080/list?p=2'), reply(null));
    const rule = (to: string): PaginationSpec => ({
      type: 'next_url',
      nextUrlPath: 'next',
      rewriteNextUrl: { from: 'http://kb-internal:8080/', to },
    });
    const { rows } = await listRest({ url: server.url, pagination: rule(`${server.url}/kb/`) });
    expect([rows.length, server.received[1]?.url]).toEqual([2, '/kb/list?p=2']);
    const other = await servers.answering(reply('http://kb-internal:8080/@evil.test/'), reply(null));
    await expect(
      listRest({ url: other.url, pagination: rule(other.url.replace(/\/$/, '')) }),
    ).rejects.toThrow();
    expect(other.received).toHaveLength(1);
  });

  test('is what the hint is about when the API refuses it or it leads to another server', async () => {
    const pagination = { type: 'next_url', nextUrlPath: 'next' } as const;
    const refused = await failure({ pagination }, page([1], { next: '/x' }), json(404, {}));
    expect(refused.hint).toContain('source.pagination.nextUrlBasePath or rewriteNextUrl');
    const elsewhere = await failure({ pagination }, page([1], { next: 'http://internal.test/' }));
    expect(elsewhere.hint).toContain('source.pagination.rewriteNextUrl');
  });
});

describe('the parameters of a page', () => {
  const CURSOR: PaginationSpec = {
    type: 'cursor',
    cursorField: 'after',
    nextCursorPath: 'next',
    pageSizeField: 'size',
    pageSize: 9,
  };
  const pages = [page([1], { next: 'a/ä?' }), page([2], { next: null })];

  test('are sent in the query of a POST whose body stays as it is', async () => {
    const spec = {
      method: 'POST',
      payload: { q: 1 },
      pagination: { ...CURSOR, parametersIn: 'query' },
    } as const;
    const { received } = await read(spec, ...pages);
    expect(received.map(({ url, body }) => [url, body])).toEqual([
      ['/articles?size=9', '{"q":1}'],
      ['/articles?size=9&after=a%2F%C3%A4%3F', '{"q":1}'],
    ]);
  });

  test('are sent in headers, and a value that a header cannot contain is an error', async () => {
    const spec = {
      pagination: { ...CURSOR, cursorField: 'X-Continuation', parametersIn: 'header' },
    } as const;
    const { received } = await read(spec, ...pages);
    expect(received.map(({ url, headers }) => [url, headers['x-continuation'], headers['size']])).toEqual([
      ['/articles', undefined, '9'],
      ['/articles', Buffer.from('a/ä?', 'latin1').toString('latin1'), '9'],
    ]);
    const error = await failure(spec, page([1], { next: 'a\r\nX-Evil: 1' }));
    expect(error).toMatchObject({
      code: 'SOURCE_PAGINATION',
      message: expect.stringContaining('a header cannot contain'),
    });
  });

  test('are sent in the path, and a value that would change the path is an error', async () => {
    const cursor = { type: 'cursor', cursorField: 'after', nextCursorPath: 'next' } as const;
    const spec = { path: '/list/{after}?{x}', pagination: { ...cursor, parametersIn: 'path' } } as const;
    const { asked } = await read(spec, ...pages);
    expect(asked).toEqual(['/list/?{x}', '/list/a%2F%C3%A4%3F?{x}']);
    for (const next of ['..', '.']) {
      expect((await failure(spec, page([1], { next }))).message).toContain('would change the path');
    }
  });

  test('are sent in a form with the payload, and replace its values', async () => {
    const spec = {
      method: 'POST',
      payload: { after: '', tags: ['a', 'b c'] },
      payloadFormat: 'form',
      pagination: CURSOR,
    } as const;
    const { received } = await read(spec, ...pages);
    expect(received.map(({ body }) => body)).toEqual([
      'after=&tags=a&tags=b+c&size=9',
      'tags=a&tags=b+c&size=9&after=a%2F%C3%A4%3F',
    ]);
    expect(received[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded');
  });

  test('are variables of a GraphQL query, whose errors with status 200 are a refusal', async () => {
    const answer = (id: number, hasNextPage: boolean): Reply =>
      json(200, {
        data: { issues: { nodes: [{ id, name: 'x' }], pageInfo: { hasNextPage, endCursor: `c${id}` } } },
      });
    const spec = {
      method: 'POST',
      payload: {
        query: 'query($after: String) { issues(after: $after) { … } }',
        variables: { first: 1, after: null },
      },
      recordsPath: 'data.issues.nodes',
      pagination: {
        type: 'cursor',
        cursorField: 'variables.after',
        nextCursorPath: 'data.issues.pageInfo.endCursor',
        hasMorePath: 'data.issues.pageInfo.hasNextPage',
      },
    } as const;
    const { listed, received } = await read(spec, answer(1, true), answer(2, false));
    expect(listed).toEqual(COMPLETE(1, 2));
    const variables = received.map(({ body }) => (JSON.parse(body) as { variables: unknown }).variables);
    expect(variables).toEqual([
      { first: 1, after: null },
      { first: 1, after: 'c1' },
    ]);
    const error = await failure(
      spec,
      json(200, { data: null, errors: [{ message: 'Field "x" is unknown' }] }),
    );
    expect(error).toMatchObject({ code: 'SOURCE_REFUSED', message: expect.stringContaining('Field') });
  });

  test.each(['header', 'path'] as const)(
    'that an API ignores are noticed by its repeated page: %s',
    async (parametersIn) => {
      const pagination = { type: 'page', parametersIn } as const;
      const error = await failure({ path: '/{page}', pagination }, page([1, 2]));
      expect(error.message).toContain('does not heed which page');
    },
  );
});

describe('a constant cursor', () => {
  const SCROLL: PaginationSpec = {
    type: 'cursor',
    cursorField: 'scroll',
    nextCursorPath: 'scroll',
    constantCursor: true,
  };

  test('leads from page to page until one has no records', async () => {
    const pages = [[1, 2], [3], []].map((ids) => page(ids, { scroll: 'a b' }));
    const { listed: found, asked } = await read({ pagination: SCROLL }, ...pages);
    expect(found).toEqual(COMPLETE(1, 2, 3));
    expect(asked).toEqual(['/articles', '/articles?scroll=a%20b', '/articles?scroll=a%20b']);
  });

  test('keeps its digits when it is a number', async () => {
    const reply: Reply = (response, { url }) => {
      const data = url.includes('scroll=9007199254740993') ? '' : '{"id":1,"name":"row 1"}';
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(`{"data":[${data}],"scroll":9007199254740993}`);
    };
    expect((await read({ pagination: SCROLL }, reply)).listed).toEqual(COMPLETE(1));
  });

  test('does not hide a listing that goes in circles', async () => {
    const error = await failure({ pagination: SCROLL }, page([1], { scroll: 'a' }));
    expect(error).toMatchObject({ code: 'SOURCE_PAGINATION' });
  });
});

describe('a sign of missing records that the definition names', () => {
  const STATUS: PaginationSpec = { type: 'none', incompletePath: 'status.type' };

  test.each([
    [undefined, 'cut', true],
    [undefined, true, true],
    [undefined, null, false],
    [undefined, '', false],
    [['incomplete'], 'incomplete', true],
    [['incomplete'], 'complete', false],
    [['true'], true, true],
  ])('counts with the values %j and the status %j', async (incompleteValues, type, truncated) => {
    const pagination = { ...STATUS, ...(incompleteValues === undefined ? {} : { incompleteValues }) };
    expect(await listed(pagination, page([1], { status: { type } }))).toEqual({ ids: [1], truncated });
  });

  test('counts on the first page, too', async () => {
    const pages: PaginationSpec = { ...STATUS, type: 'cursor', nextCursorPath: 'next', cursorField: 'c' };
    const cut = page([1], { next: 'a', status: { type: 'incomplete' } });
    expect(await listed(pages, cut, page([2], { status: { type: '' } }))).toEqual(PARTIAL(1, 2));
  });
});
