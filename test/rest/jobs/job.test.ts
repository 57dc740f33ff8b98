import { afterEach, describe, expect, test } from '@jest/globals';
import type { JobSpec } from '../../../src/definitions/rest/types.ts';
import type { RestSpec } from '../../support/http/rest-source.ts';
import { failureOf } from '../../support/databases/postgres-source.ts';
import { readAll } from '../../support/files/read-rows.ts';
import { drop, json, raw, type Reply } from '../../support/http/http-server.ts';
import { restSource } from '../../support/http/rest-source.ts';
import { RestServers } from '../../support/http/rest-servers.ts';

const servers = new RestServers();
afterEach(() => servers.close());

interface BulkApi {
  /** The replies to polls, the last one again and again. */
  readonly polls: readonly Reply[];
  /** Replies to the first requests for results, in place of the usual ones. */
  readonly results?: readonly Reply[];
  readonly start?: Partial<JobSpec['start']>;
  readonly resultUrlPath?: string;
  readonly spec?: Partial<RestSpec>;
}

/** A query job as that of Salesforce Bulk API 2.0: CSV, with the place of the next part in a header. */
async function bulkApi({ polls, results = [], start = {}, resultUrlPath, spec = {} }: BulkApi) {
  let started = 0;
  let asked = 0;
  let read = 0;
  const parts: Readonly<Record<string, Reply>> = {
    '': raw(200, 'Id,Name\n1,"a, b"\n2,b\n', { 'content-type': 'text/csv', 'sforce-locator': 'MTAw' }),
    MTAw: raw(200, 'Id,Name\n3,c\n', { 'content-type': 'text/csv', 'sforce-locator': 'null' }),
  };
  const server = await servers.answering((response, request) => {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    if (request.method === 'POST')
      json(200, { id: `750/${++started}`, state: 'UploadComplete' })(response, request);
    else if (pathname.endsWith('/results')) {
      const reply = results[read++] ?? parts[searchParams.get('locator') ?? ''] ?? json(404, {});
      reply(response, request);
    } else (polls[Math.min(asked++, polls.length - 1)] ?? json(404, {}))(response, request);
  });
  const url = `${server.url}/jobs/query`;
  const made = restSource(
    {
      url: `${url}/{{ job.id }}/results`,
      secretRef: 'token',
      responseFormat: 'csv',
      pagination: { type: 'cursor', cursorField: 'locator', nextCursorHeader: 'Sforce-Locator' },
      watermarkField: 'Name',
      watermarkStart: 'A',
      job: {
        start: { url, payload: { operation: 'query', query: 'SELECT Id FROM Account' }, ...start },
        poll: {
          url: `${url}/{{job.id}}`,
          statusPath: 'state',
          doneValues: ['JobComplete'],
          failedValues: ['Failed', 'Aborted'],
          timeoutSeconds: 120,
        },
        ...(resultUrlPath === undefined ? {} : { resultUrlPath }),
      },
      ...spec,
    },
    { fields: ['Id', 'Name'], secrets: { token: 'canary-token' } },
  );
  return { server, ...made };
}

const state = (text: string, more: object = {}, headers = {}) => json(200, { state: text, ...more }, headers);

describe('a job', () => {
  test('is started, polled until it is complete, and its whole result is read', async () => {
    const { server, source, waits } = await bulkApi({
      polls: [state('InProgress'), state('InProgress', {}, { 'retry-after': '20' }), state('JobComplete')],
    });
    const { rows, end } = await readAll(source);
    expect(rows.map(({ Id, Name }) => [Id, Name])).toEqual([
      ['"1"', '"a, b"'],
      ['"2"', '"b"'],
      ['"3"', '"c"'],
    ]);
    expect(end.truncated).toBe(false);
    expect(waits).toEqual([5_000, 20_000]);
    const lines = server.received.map(({ method, url }) => `${method} ${url}`);
    expect(lines).toEqual([
      'POST /jobs/query',
      ...Array<string>(3).fill('GET /jobs/query/750%2F1'),
      'GET /jobs/query/750%2F1/results',
      'GET /jobs/query/750%2F1/results?locator=MTAw',
    ]);
    for (const { headers } of server.received) expect(headers.authorization).toBe('Bearer canary-token');
    expect(JSON.parse(server.received[0]?.body ?? '')).toMatchObject({ operation: 'query' });
  });

  test('asks for changes since the watermark of the last run, with a job of its own in each run', async () => {
    const { server, source } = await bulkApi({
      polls: [state('JobComplete')],
      start: { payload: { query: "SELECT Id FROM Account WHERE Name > ':watermark'" } },
    });
    const { end } = await readAll(source);
    expect(end).toMatchObject({ checkpoint: 'c', truncated: false });
    await readAll(source, end.checkpoint);
    const queries = server.received.filter(({ method }) => method === 'POST').map(({ body }) => body);
    expect(queries).toEqual([expect.stringContaining("Name > 'A'"), expect.stringContaining("Name > 'c'")]);
    expect(server.received.at(-1)?.url).toContain('/750%2F2/results');
  });

  test('that was interrupted in the middle of its result is started again, and nothing is committed', async () => {
    const { server, source } = await bulkApi({
      polls: [state('JobComplete')],
      results: [raw(200, 'Id,Name\n1,a\n', { 'sforce-locator': 'MTAw' }), drop, drop, drop],
    });
    expect(await failureOf(() => readAll(source))).toMatchObject({ code: 'SOURCE_LOST' });
    expect((await readAll(source)).rows).toHaveLength(3);
    expect(server.received.filter(({ method }) => method === 'POST')).toHaveLength(2);
    expect(server.received.at(-1)?.url).toBe('/jobs/query/750%2F2/results?locator=MTAw');
  });

  test('whose result is at an address of the response is read there, on the same server only', async () => {
    const at = (link: string) =>
      bulkApi({
        polls: [state('JobComplete', { result: { url: link } })],
        resultUrlPath: 'result.url',
        spec: { responseFormat: 'json', pagination: { type: 'none' } },
        results: [json(200, [{ Id: 7, Name: 'x' }])],
      });
    const own = await at('/files/9/results');
    expect((await readAll(own.source)).rows.map(({ Id }) => Id)).toEqual(['7']);
    const other = await servers.answering(json(200, []));
    const elsewhere = await at(`${other.url}/x?X-Amz-Signature=canary`);
    const error = await failureOf(() => readAll(elsewhere.source));
    expect(error).toMatchObject({
      code: 'SOURCE_REDIRECT',
      message: expect.stringContaining(`The result of the job is at ${other.url}, which is another server`),
    });
    expect(error.message).not.toContain('canary');
    expect(other.received).toEqual([]);
  });

  test.each<[string, BulkApi, string, RegExp]>([
    [
      'failed',
      { polls: [state('Failed', { errorMessage: 'INVALID_FIELD: Nam canary-token' })] },
      'SOURCE_REFUSED',
      /750\/1 ended in the state "Failed": .*INVALID_FIELD: Nam \[redacted\]/,
    ],
    [
      'never ends',
      { polls: [state('InProgress')] },
      'SOURCE_TIMEOUT',
      /not ended within 120 s; its state is "InProgress"/,
    ],
    [
      'has no state',
      { polls: [json(200, { status: 'x' })] },
      'SOURCE_ANSWER_INVALID',
      /without the state of the job at state. It has: status\./,
    ],
    [
      'has no id',
      {
        polls: [],
        start: { idPath: 'job.key' },
      },
      'SOURCE_ANSWER_INVALID',
      /without the id of a job at job\.key\. It has: id, state\./,
    ],
    [
      'has no result address',
      { polls: [state('JobComplete')], resultUrlPath: 'link' },
      'SOURCE_ANSWER_INVALID',
      /no address of the result at link/,
    ],
  ])('that %s is an error with the words of the API', async (_, given, code, message) => {
    const { source, server } = await bulkApi(given);
    const error = await failureOf(() => readAll(source));
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(error.message).not.toContain('canary');
    expect(server.received.some(({ url }) => url.endsWith('/results'))).toBe(false);
  });
});
