import { afterEach, describe, expect, test } from '@jest/globals';
import type { HttpSourceSpec } from '../../../src/definitions/connector/types.ts';
import { mayBeConditional } from '../../../src/rest/listing/conditional.ts';
import { sourceContract } from '../../contracts/source.contract.ts';
import { json, raw } from '../../support/http/http-server.ts';
import { listRest, numbered, PAGINATION, restSource } from '../../support/http/rest-source.ts';
import { RestServers } from '../../support/http/rest-servers.ts';

const servers = new RestServers();
afterEach(() => servers.close());

const UNCHANGED = { checkpoint: undefined, truncated: false, unchanged: true };

sourceContract('An API that is asked by condition', {
  make: async (rows) => {
    const server = await servers.start({ records: numbered(rows), style: 'whole', validator: 'etag' });
    return restSource({ url: server.url }).source;
  },
});

describe.each(['etag', 'last-modified'] as const)('an API with %s', (validator) => {
  const header = validator === 'etag' ? 'if-none-match' : 'if-modified-since';

  test('is read whole, then says that nothing changed, then is read whole once something has', async () => {
    const records = numbered(3);
    const server = await servers.start({ records, style: 'whole', validator });
    const first = await listRest({ url: server.url });
    expect(first.rows).toHaveLength(3);
    const { checkpoint } = first.end;
    expect(await listRest({ url: server.url }, {}, checkpoint)).toMatchObject({ rows: [], end: UNCHANGED });

    records.pop();
    const third = await listRest({ url: server.url }, {}, checkpoint);
    expect(third.rows).toHaveLength(2);
    expect(third.end.unchanged).toBeUndefined();
    expect(third.end.checkpoint).not.toBe(checkpoint);
    expect(await listRest({ url: server.url }, {}, third.end.checkpoint)).toMatchObject({ end: UNCHANGED });
    const asked = server.received.map(({ headers }) => headers[header] !== undefined);
    expect(asked).toEqual([false, true, true, true]);
  });

  test('that lists nothing says that nothing changed about that', async () => {
    const server = await servers.start({ records: [], style: 'whole', validator });
    const { rows, end } = await listRest({ url: server.url });
    expect(rows).toEqual([]);
    expect(end.unchanged).toBeUndefined();
    expect(await listRest({ url: server.url }, {}, end.checkpoint)).toMatchObject({ end: UNCHANGED });
  });
});

describe('a listing is kept in mind', () => {
  const checkpointOf = async (
    style: keyof typeof PAGINATION,
    count: number,
    more: Partial<HttpSourceSpec> = {},
  ) => {
    const server = await servers.start({ records: numbered(count), style, pageSize: 5, validator: 'etag' });
    const pagination = PAGINATION[style];
    const spec = { url: server.url, ...(pagination === undefined ? {} : { pagination }), ...more };
    return (await listRest(spec)).end.checkpoint;
  };

  test.each(['whole', 'cursor', 'next_url', 'page_total', 'offset_total'] as const)(
    'when it was one page: %s',
    async (style) => {
      expect(await checkpointOf(style, 3)).toEqual(expect.stringContaining('"etag"'));
    },
  );

  test.each(['cursor', 'next_url', 'page', 'page_total', 'offset', 'offset_total'] as const)(
    'never when it was more than one: %s',
    async (style) => {
      expect(await checkpointOf(style, 6)).toBeUndefined();
    },
  );

  test.each(['link_header', 'cursor_header'] as const)(
    'never when a header would say that there are more pages: %s',
    async (style) => {
      expect(await checkpointOf(style, 3)).toBeUndefined();
    },
  );

  test('never when it was cut off, or asked for by POST', async () => {
    const cut = { ...PAGINATION.cursor, type: 'cursor', maxPages: 1 } as const;
    expect(await checkpointOf('cursor', 6, { pagination: cut })).toBeUndefined();
    expect(await checkpointOf('whole', 3, { method: 'POST' })).toBeUndefined();
  });

  test('never with a tag that repeats a secret', async () => {
    const server = await servers.answering(raw(200, '[{"id":1,"name":"x"}]', { etag: '"for-tok-canary"' }));
    const spec = { url: server.url, secretRef: 'kb' };
    const { end } = await listRest(spec, { secrets: { kb: 'tok-canary' } });
    expect(end.checkpoint).toBeUndefined();
  });
});

describe('a condition', () => {
  const changes: readonly (readonly [string, Partial<HttpSourceSpec>])[] = [
    ['the query of the address', { url: '?status=draft' }],
    ['a header', { headers: { 'Accept-Language': 'de' } }],
    ['the payload', { payload: { space: 'ENG' } }],
    ['the list', { recordsPath: 'data' }],
    ['who asks', { secretRef: 'kb' }],
  ];

  test.each(changes)('is left out once the connector asks in another way: %s', async (_, change) => {
    const server = await servers.start({ records: numbered(2), style: 'cursor', validator: 'etag' });
    const secrets = { kb: 'tok' };
    const { end } = await listRest({ url: server.url }, { secrets });
    const other = { ...change, url: `${server.url}${change.url ?? ''}` };
    const { rows } = await listRest(other, { secrets }, end.checkpoint);
    expect(rows).toHaveLength(2);
    expect(server.received.at(-1)?.headers).not.toHaveProperty('if-none-match');
  });

  test.each([undefined, '', 'null', '7', '{"request":"x","next":"c2"}', '2026-01-01T00:00:00Z'])(
    'is left out when the checkpoint is one of another kind: %s',
    async (checkpoint) => {
      const server = await servers.start({ records: numbered(2), style: 'whole', validator: 'etag' });
      expect((await listRest({ url: server.url }, {}, checkpoint)).rows).toHaveLength(2);
      expect(server.received[0]?.headers).not.toHaveProperty('if-none-match');
    },
  );

  test('is in no request for another page, nor in one for the columns', async () => {
    const records = numbered(2);
    const server = await servers.start({ records, style: 'cursor', pageSize: 2, validator: 'etag' });
    const spec = { url: server.url, pagination: PAGINATION.cursor! };
    const { end } = await listRest(spec);
    records.splice(0, 2, ...numbered(3));
    expect((await listRest(spec, {}, end.checkpoint)).rows).toHaveLength(3);
    await restSource(spec).source.columns(new AbortController().signal);
    const asked = server.received.map(({ headers }) => headers['if-none-match'] !== undefined);
    expect(asked).toEqual([false, true, false, false]);
  });

  test('is sent with the next attempt as well, and an unrequested 304 is an error', async () => {
    const server = await servers.start({ records: numbered(2), style: 'whole', validator: 'etag' });
    const { end } = await listRest({ url: server.url });
    server.faults.push(json(503, {}));
    expect(await listRest({ url: server.url }, {}, end.checkpoint)).toMatchObject({ end: UNCHANGED });
    server.faults.push(raw(304, ''));
    await expect(listRest({ url: server.url })).rejects.toMatchObject({ code: 'SOURCE_ANSWER_INVALID' });
  });

  test('that the API ignores does no harm', async () => {
    const page = raw(200, '[{"id":1,"name":"x"}]', { etag: '"same"' });
    const server = await servers.answering(page, page);
    const { end } = await listRest({ url: server.url });
    const second = await listRest({ url: server.url }, {}, end.checkpoint);
    expect(second.rows).toHaveLength(1);
    expect(second.end).toEqual(end);
  });
});

describe('a listing may be asked for by condition', () => {
  test.each<[boolean, Partial<HttpSourceSpec>]>([
    [true, {}],
    [true, { method: 'GET', headers: { Accept: 'application/json' } }],
    [true, { pagination: { type: 'cursor', nextCursorPath: 'next' } }],
    [true, { pagination: { type: 'page', totalPagesPath: 'pages' } }],
    [true, { headers: { 'Cache-Control': 'max-age=60', 'X-If': 'no-cache' } }],
    [false, { headers: { 'cache-control': 'max-age=0, No-Cache' } }],
    [false, { method: 'POST' }],
    [false, { pagination: { type: 'link_header' } }],
    [false, { pagination: { type: 'cursor', nextCursorHeader: 'X-Next' } }],
    [false, { headers: { 'If-None-Match': '"mine"' } }],
    [false, { headers: { 'if-modified-since': 'Fri, 20 Nov 2026 11:58:59 GMT' } }],
  ])('%s: %j', (expected, spec) => {
    expect(mayBeConditional({ url: 'http://127.0.0.1/', ...spec })).toBe(expected);
  });
});
