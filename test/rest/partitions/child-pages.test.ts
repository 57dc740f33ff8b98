import { afterEach, describe, expect, test } from '@jest/globals';
import type { HttpSourceSpec } from '../../../src/definitions/connector/types.ts';
import { failureOf } from '../../support/databases/postgres-source.ts';
import { json, type ReceivedRequest, type Reply } from '../../support/http/http-server.ts';
import { RestServers } from '../../support/http/rest-servers.ts';
import { listRest } from '../../support/http/rest-source.ts';

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
    json(200, { results: items.slice(start, start + this.size), total: items.length, next })(response, request);
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
      expect(rows.map(({ id, space }) => `${id} ${space}`)).toEqual(['1 "A"', '2 "A"', '3 "A"', '4 "C"', '5 "C"']);
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

  test('requests at most as many first pages ahead as the concurrency allows', async () => {
    const { api, spec } = await wiki({}, { concurrency: 2 });
    api.spaces = Array.from({ length: 9 }, (_, index) => ({ id: index, key: `S${index}` }));
    api.pages = new Map(api.spaces.map(({ key, id }) => [key, [page(id * 10)]]));
    const open = new Set<string>();
    let most = 0;
    const server = await servers.answering((response, request) => {
      open.add(request.url);
      most = Math.max(most, open.size);
      setImmediate(() => {
        open.delete(request.url);
        api.reply(response, request);
      });
    });
    const moved = JSON.parse(JSON.stringify(spec).replaceAll(new URL(spec.parents!.url).origin, server.url)) as Spec;
    const { rows } = await listRest(moved, FIELDS);
    expect(rows).toHaveLength(9);
    expect(most).toBeLessThanOrEqual(3);
  });
});
