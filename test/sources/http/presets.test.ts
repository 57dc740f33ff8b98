import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { loadConnector } from '../../../src/definitions/connector/load.ts';
import { mappedFields } from '../../../src/definitions/connector/mapped-fields.ts';
import { exampleOf } from '../../../src/definitions/presets/example.ts';
import { readPresets } from '../../../src/definitions/presets/read-presets.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import type { Reply, TestServer } from '../../support/http/http-server.ts';
import { RestServers } from '../../support/http/rest-servers.ts';
import { listRest } from '../../support/http/rest-source.ts';

const servers = new RestServers();
const folders = temporaryFolders();
afterEach(() => servers.close());
afterAll(() => {
  folders.removeAll();
});

type ApiRecord = Readonly<Record<string, unknown>>;

/** An API with `Link` headers, as the documentation of the preset describes it. */
interface LinkedApi {
  readonly preset: string;
  readonly records: ApiRecord[];
  readonly id: string;
  /** The parameters of the page, counted as the API counts. */
  readonly size: string;
  readonly from: (query: URLSearchParams, size: number) => number;
  readonly next: (query: URLSearchParams, size: number) => void;
  /** The records that the other parameters select, in their order; an Error for parameters that the API refuses. */
  readonly select: (records: readonly ApiRecord[], query: URLSearchParams) => readonly ApiRecord[] | Error;
  readonly body: (records: readonly ApiRecord[]) => unknown;
  readonly authorization: RegExp;
  readonly changed: ApiRecord;
  /** The records that are counted, but that the user may not read. */
  readonly hidden?: number;
}

const byPage = {
  from: (query: URLSearchParams, size: number) => (Number(query.get('page') ?? '1') - 1) * size,
  next: (query: URLSearchParams) => {
    query.set('page', String(Number(query.get('page') ?? '1') + 1));
  },
};

const text = (record: ApiRecord, key: string) => String(record[key]);
const sortedBy = (records: readonly ApiRecord[], key: string) =>
  [...records].sort((one, other) => (text(one, key) < text(other, key) ? -1 : 1));

const issue = (id: number, updated: string, state = 'open') => ({
  id,
  number: id,
  title: `Issue ${id}`,
  body: null,
  description: 'text',
  html_url: `https://example.com/${id}`,
  web_url: `https://example.com/${id}`,
  state,
  confidential: false,
  created_at: `2026-01-0${id}T00:00:00Z`,
  updated_at: updated,
});

const ISSUES = [
  issue(1, '2026-03-01T00:00:00Z', 'closed'),
  issue(2, '2026-02-01T00:00:00Z'),
  issue(3, '2026-04-01T00:00:00Z'),
];

const incident = (id: number, updated: string) => ({
  sys_id: `s${id}`,
  short_description: `Incident ${id}`,
  description: 'text',
  number: `INC${id}`,
  state: '1',
  sys_created_on: `2026-01-0${id} 00:00:00`,
  sys_updated_on: updated,
});

const APIS: readonly LinkedApi[] = [
  {
    preset: 'github-issues',
    records: ISSUES,
    id: 'number',
    size: 'per_page',
    ...byPage,
    select(records, query) {
      const since = query.get('since') ?? '';
      const states = query.get('state') === 'all' ? ['open', 'closed'] : ['open'];
      const key = query.get('sort') === 'updated' ? 'updated_at' : 'created_at';
      if (query.get('direction') !== 'asc') return new Error('The newest issues come first.');
      return sortedBy(records, key).filter(
        (record) => states.includes(text(record, 'state')) && text(record, 'updated_at') >= since,
      );
    },
    body: (records) => records,
    authorization: /^Bearer secret-of-the-api$/,
    changed: issue(2, '2026-05-01T00:00:00Z', 'closed'),
  },
  {
    preset: 'gitlab-issues',
    records: ISSUES,
    id: 'id',
    size: 'per_page',
    ...byPage,
    select(records, query) {
      if (query.get('scope') !== 'all') return new Error('Only issues of this user are listed.');
      if (query.get('sort') !== 'asc') return new Error('The newest issues come first.');
      const after = query.get('updated_after') ?? '';
      return sortedBy(records, query.get('order_by') ?? '').filter(
        (record) => text(record, 'updated_at') >= after,
      );
    },
    body: (records) => records,
    authorization: /^Bearer secret-of-the-api$/,
    changed: issue(2, '2026-05-01T00:00:00Z'),
  },
  {
    preset: 'servicenow-table',
    records: [
      incident(1, '2026-03-01 00:00:00'),
      incident(2, '2026-02-01 00:00:00'),
      incident(3, '2026-04-01 00:00:00'),
    ],
    id: 'sys_id',
    size: 'sysparm_limit',
    from: (query) => Number(query.get('sysparm_offset') ?? '0'),
    next: (query, size) => {
      query.set('sysparm_offset', String(Number(query.get('sysparm_offset') ?? '0') + size));
    },
    select(records, query) {
      const [first = '', ...others] = (query.get('sysparm_query') ?? '').split('^');
      const order = [first, ...others].find((part) => part.startsWith('ORDERBY'))?.slice('ORDERBY'.length);
      const since = /^sys_updated_on>=(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)$/.exec(first)?.[1];
      // ServiceNow ignores a condition that it cannot read.
      return sortedBy(records, order ?? '').filter(
        (record) => text(record, 'sys_updated_on') >= (since ?? ''),
      );
    },
    body: (records) => ({ result: records }),
    authorization: /^Basic c2VjcmV0LW9mLXRoZS1hcGk=$/,
    changed: incident(2, '2026-05-01 00:00:00'),
  },
];

const SECRETS = ['github-token', 'gitlab-token', 'servicenow-user'];

function answer(api: LinkedApi): Reply {
  return (response, { url, headers: sent }) => {
    const address = new URL(url, `http://${sent.host ?? ''}`);
    const query = address.searchParams;
    const size = Number(query.get(api.size) ?? '20');
    const selected = api.select(api.records, query);
    const isAuthorised = api.authorization.test(sent.authorization ?? '');
    if (selected instanceof Error || !isAuthorised) {
      response
        .writeHead(isAuthorised ? 400 : 401)
        .end(selected instanceof Error ? selected.message : 'Log in.');
      return;
    }
    const from = api.from(query, size);
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      'x-total-count': String(selected.length + (api.hidden ?? 0)),
    };
    if (from + size < selected.length) {
      api.next(query, size);
      headers['link'] = `<${address.href}>; rel="next"`;
    }
    response.writeHead(200, headers).end(JSON.stringify(api.body(selected.slice(from, from + size))));
  };
}

/** Reads the example of a preset, two records per page. */
async function read(name: string, api: LinkedApi, server: TestServer, checkpoint?: string) {
  const preset = readPresets().find((one) => one.name === name);
  if (preset === undefined) throw new Error(`There is no preset ${name}.`);
  const file = join(folders.make(), 'connector.yaml');
  const example = exampleOf(preset)
    .replace(/^( {4}url: )https:\/\/[^/]+/m, `$1${server.url}`)
    .replace('    type: http\n', '    type: http\n    pagination: {pageSize: 2}\n');
  await writeFile(file, example);
  const { spec } = await loadConnector(file);
  if (spec.source.type !== 'http') throw new Error('The example does not read an API.');
  const secrets = Object.fromEntries(SECRETS.map((ref) => [ref, 'secret-of-the-api']));
  const { rows, end } = await listRest(spec.source, { fields: mappedFields(spec), secrets }, checkpoint);
  return { ids: rows.map((row): unknown => JSON.parse(row[api.id] ?? 'null')), end };
}

describe.each(APIS.map((api) => [api.preset, api] as const))('the preset %s', (name, api) => {
  test('reads the whole listing, in the order of creation, page by page', async () => {
    const server = await servers.answering(answer(api));
    const { ids, end } = await read(name, api, server);
    expect(ids).toEqual(api.records.map((record) => record[api.id]));
    expect(end.truncated).toBe(false);
    expect(server.received).toHaveLength(2);
  });

  test('reads all changes first, and then only those since', async () => {
    const changing = { ...api, records: [...api.records] };
    const server = await servers.answering(answer(changing));
    const first = await read(`${name}-changes`, api, server);
    expect(first.ids).toHaveLength(api.records.length);
    changing.records[1] = api.changed;
    const second = await read(`${name}-changes`, api, server, first.end.checkpoint);
    // The newest record of the first run is read again, because others may have the same time.
    expect(second.ids).toEqual([api.records[2]?.[api.id], api.changed[api.id]]);
    expect(second.end.checkpoint).not.toBe(first.end.checkpoint);
  });
});

test('the preset servicenow-table takes a listing with hidden records for incomplete', async () => {
  const api = APIS.find(({ preset }) => preset === 'servicenow-table');
  if (api === undefined) throw new Error('There is no such API.');
  const server = await servers.answering(answer({ ...api, hidden: 1 }));
  const { ids, end } = await read('servicenow-table', api, server);
  expect(ids).toHaveLength(3);
  expect(end.truncated).toBe(true);
});
