import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { json, type Reply, type TestServer } from '../../../support/http/http-server.ts';
import { RestServers } from '../../../support/http/rest-servers.ts';
import { temporaryFolders } from '../../../support/files/temporary-folder.ts';
import { runHere } from '../../../support/processes/run-here.ts';

const SECRET = 'kb-secret-5f2c9a71';

const servers = new RestServers();
const folders = temporaryFolders();
afterEach(() => servers.close());
afterAll(() => {
  folders.removeAll();
});

const page = (id: number, next: string | null): Reply =>
  json(
    200,
    {
      meta: { next },
      articles: [
        { id, title: `Article ${id}`, body: null, extra: 1 },
        { id: id + 1, body: SECRET },
      ],
    },
    { 'X-RateLimit-Remaining': '57', 'Set-Cookie': 'session=1' },
  );

async function tried(
  server: TestServer,
  args: readonly string[] = [],
  { source = 'recordsPath: articles', policy = '' } = {},
): Promise<Awaited<ReturnType<typeof runHere>> & { readonly files: readonly string[] }> {
  const cwd = folders.make();
  await writeFile(
    join(cwd, 'kb.yaml'),
    `apiVersion: sync.gemini.io/v1alpha1
kind: Connector
metadata: {name: kb}
spec:
  mode: rest_pull
  source:
    type: http
    url: ${server.url}/articles
    secretRef: kb
    auth: {type: api_key, in: query, name: key}
    pagination: {type: cursor, cursorField: cursor, nextCursorPath: meta.next}
    ${source}
  mapping: {idField: id, titleField: title, contentTemplate: "{{ body }}", metadataFields: [space]}
  output: {bucket: gs://company-gemini-sync, prefix: kb, format: ndjson}
  gemini: {projectId: my-project, location: global, dataStoreId: kb-ds}
  reconciliation: {deletePolicy: never_delete}
`,
  );
  if (policy !== '') await writeFile(join(cwd, 'policy.yaml'), policy);
  const result = await runHere(['validate', '--try', 'kb.yaml', ...args], {
    cwd,
    env: { SECRET_KB: SECRET, ...(policy === '' ? {} : { POLICY_FILE: 'policy.yaml' }) },
  });
  return { ...result, files: readdirSync(cwd) };
}

const masked = (text: string) =>
  text.replaceAll(/in \d+ ms/g, 'in 1 ms').replaceAll(/127\.0\.0\.1:\d+/g, 'API');

describe('validate --try', () => {
  test('shows requests, responses and the first rows of two pages, without secrets, and writes nothing', async () => {
    const server = await servers.answering(page(1, 'c2'), page(3, SECRET), page(5, null));
    const { exitCode, stdout, stderr, files } = await tried(server);
    expect(masked(stdout)).toBe(
      [
        'GET http://API/articles',
        '  accept: application/json',
        '  user-agent: gemini-sync-bridge',
        '  ?key: [redacted]',
        '→ 200  123 bytes in 1 ms',
        '  content-type: application/json; charset=UTF-8',
        '  x-ratelimit-remaining: 57',
        'Page 1: 2 records',
        'Next page: "c2"',
        '',
        'GET http://API/articles?cursor=c2',
        '  ?key: [redacted]',
        '→ 200  139 bytes in 1 ms',
        '  content-type: application/json; charset=UTF-8',
        '  x-ratelimit-remaining: 57',
        'Page 2: 2 records',
        'Next page: not shown, because the place of the next page contains a secret or a part of one',
        '',
        'field  row 1      row 2       row 3',
        'id     1          2           3',
        'title  Article 1  (absent)    Article 3',
        'body   (null)     [redacted]  (null)',
        'space  (absent)   (absent)    (absent)',
        '',
        'No record has: space. A run fails if none has them.',
        'The records also have: extra',
        '',
        '4 records on 2 pages; there are more pages. Nothing was written.',
        '',
      ].join('\n'),
    );
    expect([exitCode, stderr, files]).toEqual([0, '', ['kb.yaml']]);
    expect(stdout).not.toContain(SECRET);
    expect(server.received.map(({ url }) => url)).toEqual([
      `/articles?key=${SECRET}`,
      `/articles?cursor=c2&key=${SECRET}`,
    ]);
  });

  test('writes one object for programs, with as many pages as it is asked for', async () => {
    const server = await servers.answering(page(1, 'c2'), page(3, null));
    const { exitCode, stdout } = await tried(server, ['--json', '--pages', '3']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      outcome: 'ended',
      steps: [
        {
          requests: [{ status: 200, response_headers: { 'x-ratelimit-remaining': '57' } }],
          page: { records: 2 },
        },
        { requests: [{ url: `${server.url}/articles?cursor=c2` }], page: { records: 2, next: null } },
      ],
      rows: [{ fields: { id: '1', title: 'Article 1', body: null } }, { fields: { id: '2' } }, {}],
      missing_fields: ['space'],
      error: null,
    });
  });

  test('shows the response and its keys when the path of the records is wrong', async () => {
    const { exitCode, stdout, stderr } = await tried(await servers.answering(page(1, null)), [], {
      source: 'recordsPath: items',
    });
    expect(exitCode).toBe(78);
    expect(stdout).toContain('→ 200  ');
    expect(stderr).toMatch(/SOURCE_RECORDS_MISSING.*has no items\. It has: meta, articles\./);
  });

  test('shows the pages before an error, does not retry, and exits as a run would', async () => {
    const server = await servers.answering(page(1, 'c2'), json(503, { message: `busy, ${SECRET}` }));
    const { exitCode, stdout, stderr } = await tried(server);
    expect(exitCode).toBe(75);
    expect(stdout).toMatch(/Page 1: 2 records[^]*→ 503 {2}/);
    expect(stderr).toContain('SOURCE_UNREACHABLE');
    expect(stdout + stderr).not.toContain(SECRET);
    expect(server.received).toHaveLength(2);
  });

  test('sends nothing to a host that the policy does not allow', async () => {
    const server = await servers.answering(page(1, null));
    const policy = `apiVersion: sync.gemini.io/v1alpha1
kind: Policy
rules:
  - connectors: ['*']
    secrets: [kb]
    hosts: [kb.example.com]
    buckets: [gs://company-gemini-sync]
    dataStores: [my-project/global/*]
`;
    const { exitCode, stderr } = await tried(server, [], { policy });
    expect([exitCode, server.received]).toEqual([77, []]);
    expect(stderr).toMatch(/POLICY_REFUSED[^]*spec\.source\.url/);
  });

  test('refuses a connector that does not read an API, before it needs a secret', async () => {
    const cwd = join(import.meta.dirname, '../../../..');
    const { exitCode, stderr } = await runHere(['validate', '--try', 'connectors/hr-employees.yaml'], {
      cwd,
    });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('hr-employees is a sql_pull connector');
  });
});
