import { afterEach, describe, expect, test } from '@jest/globals';
import { failureOf } from '../../support/databases/postgres-source.ts';
import { drop, json, raw, type ReceivedRequest, type Reply } from '../../support/http/http-server.ts';
import { KnownRecords } from '../../support/pipeline/known-records.ts';
import { mappingOf } from '../../support/pipeline/mapping.ts';
import { planOver, runOver } from '../../support/pipeline/planning.ts';
import { RestServers } from '../../support/http/rest-servers.ts';
import { listRest, restSource, type RestSpec } from '../../support/http/rest-source.ts';

const servers = new RestServers();
afterEach(() => servers.close());

interface Api {
  readonly name: string;
  readonly answer: (request: ReceivedRequest) => Reply;
  readonly spec: (origin: string) => RestSpec;
  readonly fields: readonly string[];
  /** The fields of all rows in their order, as JSON. */
  readonly rows: readonly (readonly string[])[];
  /** How the API refuses a request beyond its limit. */
  readonly limit: Reply;
}

const pathOf = ({ url }: ReceivedRequest) => new URL(url, 'http://x');

/** https://docs.github.com/en/rest/issues/comments: pages by Link headers, and a secondary rate limit as a 403. */
const GITHUB: Api = {
  name: 'comments of the issues of GitHub',
  answer(request) {
    const { pathname, searchParams } = pathOf(request);
    const [, issue] = /issues\/(\d+)\/comments$/.exec(pathname) ?? [];
    const all = issue === undefined ? [{ number: 1 }, { number: 2 }, { number: 3 }] : COMMENTS[issue];
    if (all === undefined) return json(404, { message: 'Not Found' });
    const page = Number(searchParams.get('page') ?? 1);
    const more = page * 2 < all.length;
    const link = more ? { link: `<${pathname}?per_page=2&page=${page + 1}>; rel="next"` } : {};
    return json(200, all.slice(page * 2 - 2, page * 2), link);
  },
  spec: (origin) => ({
    url: `${origin}/repos/o/r/issues/{{ parent.number }}/comments?per_page=2`,
    pagination: { type: 'link_header' },
    parents: {
      url: `${origin}/repos/o/r/issues?per_page=2`,
      payload: { state: 'all' },
      pagination: { type: 'link_header' },
      missingStatuses: [404, 410],
      concurrency: 2,
    },
    parentFields: { issue: 'number' },
  }),
  fields: ['id', 'body', 'issue'],
  rows: [
    ['11', '"a"', '1'],
    ['12', '"b"', '1'],
    ['13', '"c"', '1'],
    ['31', '"d"', '3'],
  ],
  limit: json(403, { message: 'You have exceeded a secondary rate limit.' }, { 'retry-after': '1' }),
};
const comment = (id: number, body: string) => ({ id, body });
const COMMENTS: Readonly<Record<string, readonly object[]>> = {
  1: [comment(11, 'a'), comment(12, 'b'), comment(13, 'c')],
  2: [],
  3: [comment(31, 'd')],
};

/** https://developers.google.com/drive/api/reference/rest/v3/files/export: one text for each file. */
const DRIVE: Api = {
  name: 'files of Google Drive, exported as text',
  answer(request) {
    const { pathname, searchParams } = pathOf(request);
    const [, id] = /files\/([\w-]+)\/export$/.exec(pathname) ?? [];
    if (id !== undefined) {
      return raw(200, `text of ${id} in ${searchParams.get('mimeType')}`, {
        'content-type': 'text/plain; charset=UTF-8',
      });
    }
    const isSecond = searchParams.get('pageToken') === 't2';
    const files = isSecond ? ['c'] : ['a', 'b'];
    return json(200, {
      files: files.map((file) => ({ id: file, name: `N${file}` })),
      ...(!isSecond && { nextPageToken: 't2' }),
    });
  },
  spec: (origin) => ({
    url: `${origin}/drive/v3/files`,
    recordsPath: 'files',
    pagination: { type: 'cursor', cursorField: 'pageToken', nextCursorPath: 'nextPageToken' },
    detail: {
      url: `${origin}/drive/v3/files/{{ record.id }}/export?mimeType=text/plain`,
      format: 'text',
      into: 'text',
    },
  }),
  fields: ['id', 'name', 'text'],
  rows: ['a', 'b', 'c'].map((id) => [`"${id}"`, `"N${id}"`, `"text of ${id} in text/plain"`]),
  limit: json(403, { error: { errors: [{ reason: 'userRateLimitExceeded' }] } }),
};

/** The Table API of ServiceNow: a listing of ids, and a record below `result`. */
const SERVICENOW: Api = {
  name: 'records of a table of ServiceNow',
  answer(request) {
    const { pathname, searchParams } = pathOf(request);
    const [, id] = /incident\/(\w+)$/.exec(pathname) ?? [];
    if (id !== undefined)
      return json(200, { result: { sys_id: id, number: `INC${id}`, description: `D${id}` } });
    const start = Number(searchParams.get('sysparm_offset') ?? 0);
    const records = ['1', '2', '3'].slice(start, start + 2).map((one) => ({ sys_id: one }));
    return json(200, { result: records }, { 'x-total-count': '3' });
  },
  spec: (origin) => ({
    url: `${origin}/api/now/table/incident?sysparm_fields=sys_id`,
    recordsPath: 'result',
    pagination: {
      type: 'offset',
      offsetField: 'sysparm_offset',
      pageSizeField: 'sysparm_limit',
      pageSize: 2,
      totalHeader: 'X-Total-Count',
    },
    detail: { url: `${origin}/api/now/table/incident/{{ record.sys_id }}`, recordPath: 'result' },
  }),
  fields: ['sys_id', 'number', 'description'],
  rows: ['1', '2', '3'].map((id) => [`"${id}"`, `"INC${id}"`, `"D${id}"`]),
  limit: json(429, { error: { message: 'Rate limit exceeded' } }),
};

async function started({ answer, spec }: Api) {
  const faults: (Reply | undefined)[] = [];
  const { url, received } = await servers.answering((response, request) => {
    (faults.shift() ?? answer(request))(response, request);
  });
  return { spec: spec(url), faults, received };
}

/** Requests before the fault: it hits a child or a detail, while others were read. */
const IN_THE_MIDDLE = 3;

describe.each([GITHUB, DRIVE, SERVICENOW].map((api) => [api.name, api] as const))('%s', (_, api) => {
  const { fields, rows, limit } = api;

  test('are read whole, also when the API reports a rate limit in between', async () => {
    const { spec, faults, received } = await started(api);
    const first = await listRest(spec, { fields });
    expect(first.rows.map((row) => fields.map((field) => row[field]))).toEqual(rows);
    expect(first.end.truncated).toBe(false);
    const requests = received.splice(0).length;
    faults.push(...Array.from({ length: IN_THE_MIDDLE }, () => undefined), limit);
    expect((await listRest(spec, { fields })).rows).toEqual(first.rows);
    expect(received).toHaveLength(requests + 1);
  });

  test('delete nothing that lives when a run was interrupted in the middle, and are read again', async () => {
    const { spec, faults } = await started(api);
    const source = () => restSource(spec, { fields, retry: { retries: 0, backoffSeconds: 0 } }).source;
    const known = new KnownRecords();
    const mapping = mappingOf({
      idField: fields[0] ?? '',
      titleField: fields[1] ?? '',
      contentTemplate: `{{ ${fields[2]} }}`,
    });
    await runOver(source(), known, { mapping });
    expect(known.byId.size).toBe(rows.length);
    faults.push(...Array.from({ length: IN_THE_MIDDLE }, () => undefined), drop);
    const error = await failureOf(() => planOver(source(), known, { mapping }));
    expect(error.code).toBe('SOURCE_LOST');
    const { found } = await runOver(source(), known, { mapping });
    expect([found.deletes, found.upserts]).toEqual([[], []]);
  });
});
