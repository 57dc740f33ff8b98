import { afterEach, describe, expect, test } from '@jest/globals';
import type { HttpSourceSpec } from '../../../src/definitions/connector/types.ts';
import { CHILD_WARNINGS_MAX } from '../../../src/rest/limits.ts';
import { failureOf } from '../../support/databases/postgres-source.ts';
import { json, raw, type ReceivedRequest, type Reply } from '../../support/http/http-server.ts';
import { RestServers } from '../../support/http/rest-servers.ts';
import { listRest, restSource } from '../../support/http/rest-source.ts';
import { readAll } from '../../support/files/read-rows.ts';

const servers = new RestServers();
afterEach(() => servers.close());

type Spec = Omit<HttpSourceSpec, 'type'>;

interface Space {
  readonly id: number;
  readonly key: string;
}

interface WikiPage {
  readonly id: number;
  readonly title: string;
  readonly at?: string;
}

/** A wiki as Confluence has it: a listing of spaces, and for each a listing of its pages, both with next links. */
class Wiki {
  spaces: Space[] = [
    { id: 1, key: 'A' },
    { id: 2, key: 'B/1' },
    { id: 3, key: 'C' },
  ];
  pages = new Map<string, readonly WikiPage[]>([
    ['A', [page(1), page(2), page(3)]],
    ['B/1', []],
    ['C', [page(4), page(5)]],
  ]);
  /** Called before each answer. */
  before: (path: string) => void = () => undefined;
  readonly size = 2;

  readonly reply: Reply = (response, request) => {
    const { pathname, searchParams } = new URL(request.url, 'http://x');
    this.before(request.url);
    const start = Number(searchParams.get('start') ?? 0);
    const since = searchParams.get('since') ?? '';
    const [, key] = /^\/spaces\/([^/]+)\/pages$/.exec(pathname) ?? [];
    const pages = key === undefined ? undefined : this.pages.get(decodeURIComponent(key));
    if (key !== undefined && pages === undefined) {
      json(404, { message: 'No such space' })(response, request);
      return;
    }
    const items: readonly object[] = pages?.filter(({ at = '' }) => at >= since) ?? this.spaces;
    const next = start + this.size < items.length ? `${pathname}?start=${start + this.size}` : null;
    json(200, {
      results: items.slice(start, start + this.size),
      ...(pages && { total: items.length }),
      next,
    })(response, request);
  };
}

const page = (id: number, at?: string): WikiPage => ({ id, title: `Page ${id}`, ...(at && { at }) });
const paths = (received: readonly ReceivedRequest[]): string[] => received.map(({ url }) => url);
const BY_LINK = { type: 'next_url', nextUrlPath: 'next' } as const;

async function wiki(more: Partial<Spec> = {}, own: Partial<NonNullable<Spec['parents']>> = {}) {
  const api = new Wiki();
  const { url, received } = await servers.answering(api.reply);
  const spec: Spec = {
    url: `${url}/spaces/{{ parent.key }}/pages`,
    pagination: BY_LINK,
    parents: { url: `${url}/spaces`, pagination: BY_LINK, ...own },
    parentFields: { space: 'key' },
    ...more,
  };
  return { api, spec, received };
}

const FIELDS = { fields: ['id', 'title', 'space'] };
const ids = (rows: readonly Readonly<Record<string, string | null>>[]) => rows.map(({ id }) => Number(id));

describe('a listing for each parent', () => {
  test.each([1, 3])(
    'is read whole, in the order of the parents, with fields of the parent, %i at a time',
    async (concurrency) => {
      const { spec, received } = await wiki({}, { concurrency });
      const { rows, end } = await listRest(spec, FIELDS);
      expect(rows.map(({ id, space }) => `${id} ${space}`)).toEqual([
        '1 "A"',
        '2 "A"',
        '3 "A"',
        '4 "C"',
        '5 "C"',
      ]);
      expect(end).toEqual({ checkpoint: undefined, truncated: false, pieced: true });
      expect(paths(received).sort()).toEqual([
        '/spaces',
        '/spaces/A/pages',
        '/spaces/A/pages?start=2',
        '/spaces/B%2F1/pages',
        '/spaces/C/pages',
        '/spaces?start=2',
      ]);
    },
  );

  test('requests as many first pages at the same time as the concurrency allows, and no more', async () => {
    const { api, spec } = await wiki({}, { concurrency: 2 });
    api.spaces = Array.from({ length: 4 }, (_, index) => ({ id: index, key: `S${index}` }));
    api.pages = new Map(api.spaces.map(({ key, id }) => [key, [page(id * 10)]]));
    const held: (() => void)[] = [];
    let most = 0;
    const server = await servers.answering((response, request) => {
      const answer = () => {
        api.reply(response, request);
      };
      if (!request.url.endsWith('/pages')) {
        answer();
        return;
      }
      held.push(answer);
      most = Math.max(most, held.length);
      // An answer comes only once a second request waits, so with one request at a time the test would not end.
      if (held.length === 2) for (const release of held.splice(0)) release();
    });
    const text = JSON.stringify(spec).replaceAll(new URL(spec.parents?.url ?? '').origin, server.url);
    const { rows } = await listRest(JSON.parse(text) as Spec, FIELDS);
    expect(ids(rows)).toEqual([0, 10, 20, 30]);
    expect(most).toBe(2);
  });

  test('sends values of the parent in the payload as JSON strings and in headers', async () => {
    const { api, spec, received } = await wiki({
      method: 'POST',
      payload: { space: ['{{ parent.key }}'], size: 5 },
      headers: { 'X-Space': 'space {{ parent.id }}', 'X-Plain': 'plain' },
    });
    api.spaces = [{ id: 7, key: 'A"B' }];
    api.pages = new Map([['A"B', [page(1)]]]);
    await listRest(spec, FIELDS);
    const [parents, child] = received;
    expect(parents?.headers).toMatchObject({ 'x-plain': 'plain' });
    expect(parents?.headers).not.toHaveProperty('x-space');
    expect(parents?.method).toBe('GET');
    expect(JSON.parse(child?.body ?? '')).toEqual({ space: ['A"B'], size: 5 });
    expect(child?.headers).toMatchObject({ 'x-plain': 'plain', 'x-space': 'space 7' });
  });

  test('reads a parent that is listed twice on one page once, and one that moved to another page truncates', async () => {
    const { api, spec, received } = await wiki();
    api.spaces = [
      { id: 1, key: 'A' },
      { id: 1, key: 'A' },
      { id: 3, key: 'C' },
    ];
    const once = await listRest(spec, FIELDS);
    expect(ids(once.rows)).toEqual([1, 2, 3, 4, 5]);
    expect(once.end.truncated).toBe(false);
    expect(paths(received).filter((path) => path === '/spaces/A/pages')).toHaveLength(1);
    api.spaces = [
      { id: 1, key: 'A' },
      { id: 3, key: 'C' },
      { id: 1, key: 'A' },
    ];
    expect((await listRest(spec, FIELDS)).end.truncated).toBe(true);
    api.spaces = [
      { id: 1, key: 'A' },
      { id: 3, key: 'C' },
      { id: 9, key: 'A' },
    ];
    expect((await listRest(spec, FIELDS)).end.truncated).toBe(false);
  });

  test('is complete when a record has two parents, and reads it once', async () => {
    const { api, spec } = await wiki();
    api.pages.set('C', [page(1), page(2), page(3)]);
    const { rows, end } = await listRest(spec, FIELDS);
    expect(rows.map(({ id, space }) => `${id} ${space}`)).toEqual(['1 "A"', '2 "A"', '3 "A"']);
    expect(end.truncated).toBe(false);
  });

  test('is incomplete when a record is on two pages of one parent', async () => {
    const { api, spec } = await wiki();
    api.pages.set('C', [page(4), page(5), page(4)]);
    const { rows, end } = await listRest(spec, FIELDS);
    expect(ids(rows)).toEqual([1, 2, 3, 4, 5]);
    expect(end.truncated).toBe(true);
  });

  test.each<[string, Partial<Spec>, Partial<NonNullable<Spec['parents']>>]>([
    ['the listing of parents', {}, { pagination: { ...BY_LINK, maxPages: 1 } }],
    ['one child listing', { pagination: { ...BY_LINK, maxPages: 1 } }, {}],
  ])('is incomplete when %s is cut off', async (_, more, own) => {
    const { spec } = await wiki(more, own);
    expect((await listRest(spec, FIELDS)).end.truncated).toBe(true);
  });

  test('is incomplete when the API has more children of one parent than it returned', async () => {
    const { spec } = await wiki({ pagination: { type: 'none' } });
    expect((await listRest(spec, FIELDS)).end.truncated).toBe(true);
  });

  test.each([undefined, [404]])(
    'may have children in CSV below parents in JSON, with missingStatuses %p',
    async (statuses) => {
      const { url } = await servers.answering((response, request) => {
        if (request.url === '/spaces') json(200, [{ key: 'A' }, { key: 'B' }])(response, request);
        else
          raw(200, `id,title\n${request.url.at(-1)}1,a\n`, { 'content-type': 'text/csv' })(response, request);
      });
      const { rows } = await listRest(
        {
          url: `${url}/export/{{ parent.key }}`,
          responseFormat: 'csv',
          parents: { url: `${url}/spaces`, ...(statuses && { missingStatuses: statuses }) },
          parentFields: { space: 'key' },
        },
        FIELDS,
      );
      expect(rows).toEqual([
        { id: '"A1"', title: '"a"', space: '"A"' },
        { id: '"B1"', title: '"a"', space: '"B"' },
      ]);
    },
  );

  test('ends at once when the run is aborted', async () => {
    const { api, spec } = await wiki({}, { concurrency: 3 });
    const stop = new AbortController();
    const server = await servers.answering((response, request) => {
      if (request.url.endsWith('/C/pages')) stop.abort(new Error('the run was stopped'));
      else if (!request.url.endsWith('/pages')) api.reply(response, request);
    });
    const text = JSON.stringify(spec).replaceAll(new URL(spec.parents?.url ?? '').origin, server.url);
    const { source } = restSource(JSON.parse(text) as Spec, FIELDS);
    await expect(readAll(source, undefined, stop.signal)).rejects.toThrow('the run was stopped');
  });

  test('logs a warning of its listings only some times', async () => {
    const { api, spec } = await wiki({ pagination: { ...BY_LINK, maxPages: 1 } });
    api.spaces = Array.from({ length: 2 * CHILD_WARNINGS_MAX }, (_, id) => ({ id, key: `S${id}` }));
    api.pages = new Map(api.spaces.map(({ key, id }) => [key, [page(id), page(id + 100), page(id + 200)]]));
    const { source, lines } = restSource(spec, FIELDS);
    expect((await readAll(source)).end.truncated).toBe(true);
    expect(lines.filter((line) => line.startsWith('warn'))).toHaveLength(CHILD_WARNINGS_MAX + 1);
  });
});

describe('a parent that is removed while its siblings are read', () => {
  test('fails the run with the name of the parent', async () => {
    const { api, spec } = await wiki();
    api.pages.delete('B/1');
    const error = await failureOf(() => listRest(spec, FIELDS));
    expect(error.code).toBe('SOURCE_REFUSED');
    expect(error.message).toContain('404 Not Found');
    expect(error.message).toContain('id "2", key "B/1"');
    expect(error.hint).toContain('source.parents.missingStatuses');
  });

  test('has no children, and the listing is complete, when missingStatuses has the status', async () => {
    const { api, spec } = await wiki({}, { missingStatuses: [404] });
    api.pages.delete('A');
    const { rows, end } = await listRest(spec, FIELDS);
    expect(ids(rows)).toEqual([4, 5]);
    expect(end.truncated).toBe(false);
  });

  test('fails the run when it is gone after its first page', async () => {
    const { api, spec } = await wiki({}, { missingStatuses: [404] });
    api.before = (url) => {
      if (url.endsWith('start=2') && url.includes('/A/')) api.pages.delete('A');
    };
    expect((await failureOf(() => listRest(spec, FIELDS))).message).toContain('404 Not Found');
  });

  test('proves nothing when the API says so of every parent', async () => {
    const { api, spec } = await wiki({}, { missingStatuses: [404] });
    api.pages.clear();
    expect((await listRest(spec, FIELDS)).end.truncated).toBe(true);
  });

  test('is not missing when the status is a rate limit', async () => {
    const { api, spec } = await wiki({}, { missingStatuses: [403] });
    const server = await servers.answering((response, request) => {
      if (request.url.endsWith('/pages')) json(403, {}, { 'x-ratelimit-remaining': '0' })(response, request);
      else api.reply(response, request);
    });
    const url = `${server.url}/spaces/{{ parent.key }}/pages`;
    const limited = { ...spec, url, parents: { url: `${server.url}/spaces`, missingStatuses: [403] } };
    expect((await failureOf(() => listRest(limited, FIELDS))).code).toBe('SOURCE_RATE_LIMITED');
  });
});

describe('changes of a listing for each parent', () => {
  const changes = async () => {
    const { api, spec, received } = await wiki();
    api.pages.set('A', [page(1, '2024-01-02T00:00:00Z'), page(2, '2024-01-02T00:01:00Z')]);
    api.pages.set('C', [page(4, '2024-01-02T00:02:00Z'), page(1, '2024-01-02T00:00:00Z')]);
    const source: Spec = {
      ...spec,
      url: `${spec.url}?since=:watermark`,
      // Offsets count records, so a record that occurs again may have moved.
      pagination: { type: 'offset', offsetField: 'start', totalPath: 'total' },
      watermarkField: 'at',
      watermarkLag: 0,
    };
    return { api, source, received };
  };
  const fields = { fields: ['id', 'title', 'at'] };

  test('are read twice, and a record of two parents does not keep the checkpoint from moving', async () => {
    const { api, source } = await changes();
    const first = await listRest(source, fields);
    expect(ids(first.rows)).toEqual([2, 4, 1]);
    expect(first.end).toEqual({ checkpoint: '2024-01-02T00:02:00Z', truncated: false });
    api.pages.set('A', [page(1, '2024-01-02T00:00:00Z'), page(2, '2024-01-02T00:09:00Z')]);
    const second = await listRest(source, fields, first.end.checkpoint);
    expect(ids(second.rows)).toEqual([2, 4]);
    expect(second.end.checkpoint).toBe('2024-01-02T00:09:00Z');
  });

  test('keep the checkpoint when the listing of parents is incomplete', async () => {
    const { api, source } = await changes();
    api.spaces = [
      { id: 1, key: 'A' },
      { id: 3, key: 'C' },
      { id: 1, key: 'A' },
    ];
    expect((await listRest(source, fields)).end).toMatchObject({ checkpoint: undefined, truncated: true });
  });

  test('are requested from the listing of parents when :watermark is there', async () => {
    const { api, source, received } = await changes();
    const { origin } = new URL(source.parents?.url ?? '');
    api.pages.set('A', [page(1, '2024-01-02T00:00:00Z')]);
    const spec: Spec = {
      ...source,
      url: `${origin}/spaces/{{ parent.key }}/pages`,
      parents: { url: `${origin}/spaces?changed=:watermark` },
    };
    api.spaces = [{ id: 1, key: 'A' }];
    const { end } = await listRest(spec, fields, '2024-01-01T00:00:00Z');
    expect(paths(received)[0]).toBe('/spaces?changed=2023-12-31T23%3A59%3A59Z');
    expect(end.checkpoint).toBe('2024-01-02T00:00:00Z');
  });
});

describe('bad input of a listing for each parent', () => {
  test.each<[string, Space[], string, RegExp]>([
    [
      'reaches nothing',
      [{ id: 1, key: 'A' }],
      '{{ parent.nope }}',
      /no field "parent\.nope"\. The parent has the fields id, key\./,
    ],
    [
      'has an empty value',
      [{ id: 1, key: '' }],
      '{{ parent.key }}',
      /source\.url cannot be filled from a parent: one of its values is empty/,
    ],
    ['has two dots', [{ id: 1, key: '..' }], '{{ parent.key }}', /would change the path/],
    ['is an object', [{ id: 1, key: 'A' }], '{{ parent }}', /is an object/],
  ])('is refused when a value of the address %s', async (_, spaces, template, message) => {
    const { api, spec } = await wiki();
    api.spaces = spaces;
    const url = spec.url?.replace('{{ parent.key }}', template) ?? '';
    const error = await failureOf(() => listRest({ ...spec, url }, FIELDS));
    expect(error.code).toBe('SOURCE_REQUEST_UNFILLED');
    expect(error.message).toMatch(message);
  });

  test('is encoded, so that a value with slashes, a query or another origin stays one segment of the path', async () => {
    const { api, spec, received } = await wiki();
    const keys = ['a/../../b', '?x=1#y', '//127.0.0.2:1/', '@127.0.0.2', 'ü%2e'];
    api.spaces = keys.map((key, id) => ({ id, key }));
    api.pages = new Map(keys.map((key, id) => [key, [page(id)]]));
    const { rows } = await listRest(spec, FIELDS);
    expect(rows).toHaveLength(keys.length);
    expect(paths(received).filter((path) => path.endsWith('/pages'))).toEqual(
      keys.map((key) => `/spaces/${encodeURIComponent(key)}/pages`),
    );
  });

  test('is refused when a header cannot contain the value', async () => {
    const { api, spec } = await wiki({ headers: { 'X-Space': '{{ parent.key }}' } });
    api.spaces = [{ id: 1, key: 'A\r\nX-Admin: 1' }];
    const error = await failureOf(() => listRest(spec, FIELDS));
    expect(error.message).toMatch(/source\.headers\.X-Space .* characters that a header cannot contain/);
  });

  test('is refused when there are more parents than maxParents', async () => {
    const { spec } = await wiki({}, { maxParents: 2 });
    const error = await failureOf(() => listRest(spec, FIELDS));
    expect(error.code).toBe('SOURCE_PARENTS_TOO_MANY');
    expect(error.hint).toContain('source.parents.maxParents');
  });
});
