import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Style } from '../../stand-ins/rest/pages.ts';
import type { RestOptions, RestStandIn } from '../../stand-ins/rest/rest-stand-in.ts';
import { TokenEndpoint } from '../../stand-ins/rest/token-endpoint.ts';
import { allText } from '../../support/files/folder-listing.ts';
import { json, raw, type Reply } from '../../support/http/http-server.ts';
import { RestServers } from '../../support/http/rest-servers.ts';
import { runCli } from '../../support/processes/run-cli.ts';
import { dumpState } from '../../support/databases/state-dump.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { workplace, type RunObject, type Workplace } from '../../support/files/workplace.ts';

const KB_REST = readFileSync(
  join(import.meta.dirname, '..', '..', '..', 'connectors', 'kb-rest.yaml'),
  'utf8',
);
const TOKEN = 'tok/canary+5a5a&x';
const TRACES = [TOKEN, 'canary', encodeURIComponent(TOKEN), Buffer.from(`sync:${TOKEN}`).toString('base64')];

const servers = new RestServers();
const folders = temporaryFolders();
afterEach(() => servers.close());
afterAll(() => {
  folders.removeAll();
});

interface Article {
  readonly id: string;
  readonly title: string;
  readonly more?: string;
}

/** As the API writes it; `id` is digits, unquoted. */
function article({ id, title, more = '' }: Article): string {
  return `{"article_id":${id},"title":${JSON.stringify(title)},"body":"About ${id}.","allowed_users":["Mei@Example.com"],
    "allowed_groups":"staff; it","category":{"name":"how-to","rank":1.50},"language":"en","updated_at":"2026-01-02T03:04:05.123456789Z"${more}}`;
}

const articles = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    article({ id: String(index + 1), title: `Article ${index + 1}` }),
  );

function documents(run: RunObject, name = 'upserts.ndjson'): Record<string, unknown>[] {
  const file = join(fileURLToPath(run.artifacts ?? ''), name);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('connectors/kb-rest.yaml', () => {
  test('syncs an API: everything, then nothing, then what changed', async () => {
    const cwd = folders.make();
    const records = [...articles(4), article({ id: '12345678901234567890', title: 'Long' })];
    const accepts = ({ headers }: { headers: Readonly<Record<string, unknown>> }) =>
      headers['authorization'] === `Bearer ${TOKEN}`;
    const server = await servers.start({ records, style: 'cursor', pageSize: 2, accepts });
    writeFileSync(join(cwd, 'kb-rest.yaml'), KB_REST.replace('https://kb.example.com/api', server.origin));
    const run = async () => {
      const env = { SECRET_KB_API_TOKEN: TOKEN };
      const { exitCode, stdout, stderr } = await runCli(
        ['run', '--connector', 'kb-rest.yaml', '--local', '--json'],
        { cwd, env },
      );
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.any(String) });
      return JSON.parse(stdout) as RunObject;
    };

    const first = await run();
    expect(first.counts).toMatchObject({ seen: 5, added: 5, quarantined: 0 });
    expect(documents(first)).toContainEqual({
      acl_groups: ['it', 'staff'],
      acl_users: ['mei@example.com'],
      checksum: expect.any(String),
      content: 'Long\n\nAbout 12345678901234567890.\n',
      doc_id: 'kb-rest:12345678901234567890',
      metadata: {
        category: { name: 'how-to', rank: 1.5 },
        language: 'en',
        updated_at: '2026-01-02T03:04:05.123456789Z',
      },
      mime_type: 'text/plain',
      op: 'UPSERT',
      title: 'Long',
      updated_at: '2026-01-02T03:04:05.123456789Z',
      uri: 'https://kb.example.com/articles/12345678901234567890',
    });
    expect(server.received.map(({ url }) => url)).toEqual([
      '/articles?status=published',
      '/articles?status=published&cursor=c2',
      '/articles?status=published&cursor=c4',
    ]);

    expect((await run()).counts).toMatchObject({ seen: 5, unchanged: 5, added: 0, changed: 0, missing: 0 });

    records[0] = article({ id: '1', title: 'Another title' });
    records[4] = article({ id: '6', title: 'New' });
    const third = await run();
    expect(third.counts).toMatchObject({
      seen: 5,
      unchanged: 3,
      added: 1,
      changed: 1,
      missing: 1,
      deleted: 1,
    });
    expect(documents(third).map(({ title }) => title)).toEqual(['Another title', 'New']);
  });
});

const MAPPING = {
  idField: 'article_id',
  titleField: 'title',
  contentTemplate: '{{ body }} {{ category.name }} {{ category.rank }}',
  metadataFields: ['category.rank'],
};

interface Api {
  readonly server: RestStandIn;
  readonly records: string[];
  readonly place: Workplace;
  readonly write: (source: Readonly<Record<string, unknown>>, deletePolicy?: string) => void;
}

let api: (style: Style, count: number, more?: Pick<RestOptions, 'tokens' | 'validator'>) => Promise<Api>;
beforeEach(() => {
  api = async (style, count, more = {}) => {
    const records = articles(count);
    const server = await servers.start({ records, style, pageSize: 2, ...more });
    const place = workplace(folders.make(), {
      LOG_LEVEL: 'debug',
      MAX_RETRIES: '1',
      RETRY_BACKOFF_SECONDS: '0',
    });
    const write: Api['write'] = (source, deletePolicy = 'auto_delete_missing') => {
      place.writeConnector({
        source: { type: 'http', url: server.url, query: undefined, secretRef: undefined, ...source },
        mapping: MAPPING,
        mode: 'rest_pull',
        reconciliation: { deletePolicy },
      });
    };
    return { server, records, place, write };
  };
});

const recordsOf = async ({ cwd }: Workplace) => (await dumpState(cwd)).record_state;

describe('a run over an API', () => {
  test('deletes nothing when the API fails in the middle, answers an error, or has nothing', async () => {
    const { server, place, write } = await api('cursor', 5);
    write({ pagination: { type: 'cursor', cursorField: 'cursor', nextCursorPath: 'meta.next_cursor' } });
    expect((await place.runJson()).result.counts).toMatchObject({ added: 5 });
    const before = await recordsOf(place);
    const endings: readonly (readonly [readonly (Reply | undefined)[], number, string | undefined])[] = [
      [[undefined, json(500, {}), json(500, {})], 75, 'SOURCE_UNREACHABLE'],
      [[undefined, raw(200, '<html>Log in</html>')], 69, 'SOURCE_ANSWER_INVALID'],
      [[json(200, { error: 'no database' })], 69, 'SOURCE_REFUSED'],
      [[json(200, { status: 'ok' })], 78, 'SOURCE_RECORDS_MISSING'],
      // An empty list might be the truth, so a person decides.
      [[json(200, { data: [], meta: { next_cursor: null } })], 3, undefined],
    ];
    for (const [faults, status, code] of endings) {
      server.faults.push(...faults);
      const { exitCode, result } = await place.runJson();
      expect([exitCode, result.error?.code]).toEqual([status, code]);
      expect(await recordsOf(place)).toEqual(before);
    }
  });

  test('is partial when the listing was cut off, and holds deletes that it would have', async () => {
    const { place, write } = await api('page', 6);
    write({ pagination: { type: 'page', maxPages: 2 } });
    const cut = await place.runJson();
    expect(cut.exitCode).toBe(4);
    expect(cut.result).toMatchObject({
      status: 'PARTIAL',
      truncated: true,
      counts: { seen: 4, added: 4, missing: 0 },
      holdReason: null,
    });
    write({ pagination: { type: 'page' } });
    expect((await place.runJson()).result).toMatchObject({ truncated: false, counts: { added: 2 } });
    write({ pagination: { type: 'page', maxPages: 2 } });
    const { exitCode, stdout } = await place.run(['--allow-deletes', '10']);
    expect(exitCode).toBe(3);
    expect(stdout).toContain('2 deletes are held: the listing of the source was not complete.');
    expect(stdout).toContain('--allow-deletes does not.');
  });

  test('reads nothing and deletes nothing when the API says that nothing changed, unless it is to read all', async () => {
    const { server, records, place, write } = await api('whole', 3, { validator: 'etag' });
    write({});
    expect((await place.runJson()).result.counts).toMatchObject({ added: 3 });
    const before = await recordsOf(place);
    for (const args of [[], ['--dry-run']]) {
      const { exitCode, result } = await place.runJson(args);
      expect(exitCode).toBe(0);
      expect(result).toMatchObject({
        status: 'SUCCESS',
        unchanged: true,
        counts: { seen: 0, missing: 0, deleted: 0, held: 0 },
      });
      expect(await recordsOf(place)).toEqual(before);
    }
    expect((await place.runJson(['--full'])).result).toMatchObject({ unchanged: false, counts: { seen: 3 } });

    // With a row that is set aside, the API is asked without a condition until it is mended.
    records[1] = '{"title":"without an id"}';
    expect((await place.runJson()).result).toMatchObject({ status: 'PARTIAL', counts: { quarantined: 1 } });
    expect((await place.runJson()).result).toMatchObject({ status: 'PARTIAL', counts: { quarantined: 1 } });
    expect(server.received.map(({ headers }) => headers['if-none-match'] !== undefined)).toEqual([
      false,
      true,
      true,
      false,
      true,
      false,
    ]);
  });

  test('ends, when the API asks for a long wait, with the time to come again', async () => {
    const { server, place, write } = await api('page', 6);
    write({ pagination: { type: 'page' } });
    server.faults.push(undefined, json(429, {}, { 'retry-after': '86400' }));
    const startedMs = Date.now();
    const { exitCode, result } = await place.runJson();
    expect(exitCode).toBe(75);
    expect(result.error).toMatchObject({ code: 'SOURCE_RATE_LIMITED', retryable: true });
    // A day after the answer, which came after the start.
    expect(Date.parse(result.error?.next_run_after ?? '')).toBeGreaterThanOrEqual(startedMs + 86_400_000);
  });

  test('goes on where the last one stopped, also past a row that is set aside, when it is resumable', async () => {
    const { server, records, place, write } = await api('offset', 6);
    records[1] = '{"title":"without an id"}';
    write({ pagination: { type: 'offset' }, resumable: true, pagesPerRun: 1 }, 'never_delete');
    const runs: unknown[] = [];
    for (let run = 0; run < 3; run++) {
      const { exitCode, result } = await place.runJson();
      runs.push([exitCode, result.counts['seen'], result.counts['added'], result.counts['missing']]);
    }
    expect(runs).toEqual([
      [4, 2, 1, null],
      [0, 2, 2, null],
      [0, 2, 2, null],
    ]);
    expect(server.received.map(({ url }) => url.split('=')[1])).toEqual(['0', '2', '4']);
  });

  test('sends again one part after the other, when it is resumable and run with --resend', async () => {
    const { server, place, write } = await api('offset', 4);
    write({ pagination: { type: 'offset' }, resumable: true, pagesPerRun: 1 }, 'never_delete');
    await place.runJson();
    await place.runJson();
    const runs: unknown[] = [];
    for (const options of [['--resend', '--full'], ['--resend'], ['--resend']]) {
      const { result, stderr } = await place.runJson(options);
      const said = /(next|first) part/.exec(stderr)?.[1];
      runs.push([result.counts['unchanged'], result.counts['resent'], said]);
    }
    // Whether there are more records, only the page after the last one says.
    expect(runs).toEqual([
      [2, 2, 'next'],
      [2, 2, 'next'],
      [0, 0, 'first'],
    ]);
    const read = server.received.slice(-3).map(({ url }) => url.split('=')[1]);
    expect(read).toEqual(['0', '2', '4']);
  });

  test('reads only what changed, with :watermark', async () => {
    const { server, place, write } = await api('whole', 3);
    const source = {
      url: `${server.url}?since=:watermark`,
      watermarkField: 'updated_at',
      watermarkLag: '1h',
    };
    write(source, 'never_delete');
    expect((await place.runJson()).result.counts).toMatchObject({ seen: 3, added: 3, missing: null });
    expect((await place.runJson()).result.counts).toMatchObject({ seen: 3, unchanged: 3 });
    expect(server.received.map(({ url }) => decodeURIComponent(url))).toEqual([
      '/articles?since=1970-01-01T00:00:00Z',
      '/articles?since=2026-01-02T02:04:05.123456789Z',
    ]);
  });
});

describe('a secret is shown nowhere', () => {
  const CASES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    'a token': { secretRef: 'kb' },
    'a key in the query': { secretRef: 'kb', auth: { type: 'api_key', in: 'query', name: 'key' } },
    'a password': { secretRef: 'kb', auth: { type: 'basic', username: 'sync' } },
  };
  const echo: Reply = (response, request) => {
    const words = JSON.stringify({ ...request, decoded: decodeURIComponent(request.url) });
    raw(400, words)(response, request);
  };
  const ENDINGS: readonly (readonly [number, readonly (Reply | undefined)[]])[] = [
    [0, []],
    [69, [echo]],
    [77, [json(401, { message: 'no' })]],
    [
      78,
      [
        (response, request) => {
          raw(302, '', { location: `http://localhost:1${request.url}` })(response, request);
        },
      ],
    ],
    [75, [(response) => response.destroy(), (response) => response.destroy()]],
  ];

  const tracesIn = async (place: Workplace, env: Readonly<Record<string, string>>) => {
    const { exitCode, stdout, stderr } = await place.runJson(['--progress', 'json'], env);
    const everything = [stdout, stderr, allText(place.cwd), JSON.stringify(await dumpState(place.cwd))];
    return { exitCode, found: TRACES.filter((trace) => everything.some((text) => text.includes(trace))) };
  };

  test.each(Object.entries(CASES))('%s', async (_, auth) => {
    const { server, place, write } = await api('next_url', 3);
    write({ ...auth, pagination: { type: 'next_url', nextUrlPath: 'links.next' } });
    for (const [status, faults] of ENDINGS) {
      server.faults.push(...faults);
      expect(await tracesIn(place, { SECRET_KB: TOKEN })).toEqual({ exitCode: status, found: [] });
    }
  });

  test('the password of an OAuth client, and the token that it gets', async () => {
    const tokens = new TokenEndpoint({
      clientId: 'sync',
      clientSecret: TOKEN,
      method: 'client_secret_basic',
    });
    const { server, place, write } = await api('whole', 3, { tokens });
    const oauth = {
      grantType: 'client_credentials',
      tokenUrl: `${server.origin}/token`,
      clientId: 'sync',
      clientSecretRef: 'kb',
    };
    write({ oauth });
    for (const [status, faults] of [
      [0, []],
      [69, [echo]],
    ] as const) {
      server.faults.push(...faults);
      const { exitCode, found } = await tracesIn(place, { SECRET_KB: TOKEN });
      expect({ exitCode, found }).toEqual({ exitCode: status, found: [] });
    }
    expect(allText(place.cwd)).not.toMatch(/token-\d/);
  });
});
