import { afterEach, describe, expect, test } from '@jest/globals';
import type { RestSpec } from '../../src/definitions/rest/types.ts';
import { json, raw, type Reply } from '../support/http/http-server.ts';
import { failureOf } from '../support/databases/postgres-source.ts';
import { restReader } from '../support/http/rest-reader.ts';
import { numbered, PAGINATION } from '../support/http/rest-source.ts';
import { RestServers } from '../support/http/rest-servers.ts';
import type { Style } from '../stand-ins/rest/pages.ts';

const servers = new RestServers();
afterEach(() => servers.close());

const { signal } = new AbortController();
const SECRET = 'EAABcanarySecret0123456789';
const WITH_SECRET = { secrets: { kb: SECRET } };
const BY_URL = { type: 'next_url', nextUrlPath: 'next' } as const;
const STYLES: readonly Style[] = [
  'whole',
  'cursor',
  'cursor_header',
  'next_url',
  'link_header',
  'page',
  'page_total',
  'offset',
  'offset_total',
  'page_total_header',
  'page_count_header',
  'always_next',
];

interface PagesRead {
  /** Each as the API wrote it. */
  readonly records: readonly string[];
  readonly truncated: boolean;
  /** What the consumer stored after each call but the last. */
  readonly stored: readonly string[];
}

async function readInOnePass(spec: RestSpec): Promise<PagesRead> {
  const { reader } = restReader(spec, WITH_SECRET);
  const records: string[] = [];
  const listing = reader.pages({}, signal);
  for await (const page of listing) {
    for (const { start, end } of page.records) records.push(page.bytes.toString('utf8', start, end));
  }
  await reader.close();
  return { records, truncated: listing.statement.truncated, stored: [] };
}

/** Each call has a reader of its own, and nothing of the calls before but the place that was stored. */
async function readOnePagePerCall(spec: RestSpec): Promise<PagesRead> {
  const records: string[] = [];
  const stored: string[] = [];
  for (;;) {
    const { reader } = restReader(spec, WITH_SECRET);
    const from = stored.at(-1);
    const listing = reader.pages({ from }, signal);
    let hasStored = false;
    for await (const page of listing) {
      expect(page.first).toBe(from === undefined);
      for (const { start, end } of page.records) records.push(page.bytes.toString('utf8', start, end));
      if (page.next === undefined) continue;
      if ('because' in page.next) throw new Error(page.next.because);
      stored.push(page.next.place);
      hasStored = true;
      break;
    }
    await reader.close();
    if (!hasStored) return { records, truncated: listing.statement.truncated, stored };
  }
}

describe('a REST reader', () => {
  test.each(STYLES.flatMap((style) => [[style, 'GET'] as const, [style, 'POST'] as const]))(
    'reads the same records one page per call as in one pass when pages are by %s and the method is %s',
    async (style, method) => {
      const server = await servers.start({ records: numbered(7), style, pageSize: 3 });
      const pagination = PAGINATION[style];
      const spec: RestSpec = {
        url: server.url,
        method,
        payload: { space: 'ENG' },
        ...(pagination === undefined ? {} : { pagination }),
      };
      const whole = await readInOnePass(spec);
      const requests = server.received.splice(0).map(({ url, body }) => [url, body]);
      const called = await readOnePagePerCall(spec);
      expect(whole).toMatchObject({ records: numbered(7), truncated: false });
      expect(called).toMatchObject({ records: numbered(7), truncated: false });
      expect(server.received.map(({ url, body }) => [url, body])).toEqual(requests);
      expect(called.stored).toHaveLength(requests.length - 1);
    },
  );

  test('ends alike in one pass and one page per call when the last page has no cursor and suggests more', async () => {
    const reply: Reply = (response, request) => {
      const isLast = request.url.includes('cursor=a');
      const more = isLast ? { has_more: true } : { next: 'a' };
      json(200, { data: [{ id: isLast ? 2 : 1 }], ...more })(response, request);
    };
    const { url } = await servers.answering(reply);
    const pagination = { type: 'cursor', cursorField: 'cursor', nextCursorPath: 'next' } as const;
    const whole = await readInOnePass({ url, pagination });
    const called = await readOnePagePerCall({ url, pagination });
    expect(whole).toMatchObject({ records: ['{"id":1}', '{"id":2}'], truncated: true });
    expect(called).toMatchObject({ records: whole.records, truncated: true });
  });

  test('stores places without the secret that an API repeats in its links, and puts it back', async () => {
    const reply: Reply = (response, request) => {
      const query = new URL(request.url, 'http://x').searchParams;
      const after = Number(query.get('after') ?? 0);
      const next = after < 2 ? `?access_token=${SECRET}&after=${after + 1}` : null;
      const refused = after > 0 && query.get('access_token') !== SECRET;
      json(refused ? 401 : 200, { data: [{ id: after }], next })(response, request);
    };
    const { url } = await servers.answering(reply);
    const { records, stored } = await readOnePagePerCall({ url, secretRef: 'kb', pagination: BY_URL });
    expect(records).toEqual(['{"id":0}', '{"id":1}', '{"id":2}']);
    expect(stored.join(' ')).not.toContain('canary');
  });

  test('puts the secret in place of a placeholder in headers, in every call and in no message', async () => {
    const server = await servers.start({
      records: numbered(3),
      style: 'cursor',
      pageSize: 2,
      accepts: ({ headers }) => headers['x-auth'] === `Key ${SECRET}` && headers['x-other'] === 'plain',
    });
    const spec: RestSpec = {
      url: server.url,
      method: 'POST',
      payload: { space: 'ENG' },
      headers: { 'X-Auth': 'Key {{API_KEY}}', 'X-Other': 'plain' },
      secretRef: 'kb',
      auth: { type: 'placeholder', placeholder: '{{API_KEY}}' },
      pagination: { type: 'cursor', cursorField: 'cursor', nextCursorPath: 'meta.next_cursor' },
    };
    const { records } = await readOnePagePerCall(spec);
    expect(records).toEqual(numbered(3));
    server.faults.push(json(400, { echo: `Key ${SECRET}` }));
    const { reader, lines } = restReader(spec, WITH_SECRET);
    const error = await failureOf(async () => {
      for await (const page of reader.pages({}, signal)) expect(page.records).toBeDefined();
    });
    await reader.close();
    expect(error.message).toContain('400 Bad Request');
    expect(`${error.message} ${lines.join(' ')}`).not.toContain('canary');
  });

  test('says why the next place cannot be stored when it gives away a secret', async () => {
    const next = `?x=${SECRET.slice(0, 13)}&y=${SECRET.slice(13)}`;
    const { url } = await servers.answering(json(200, { data: [{ id: 1 }], next }));
    const { reader } = restReader({ url, secretRef: 'kb', pagination: BY_URL }, WITH_SECRET);
    for await (const page of reader.pages({}, signal)) {
      expect(page.next).toEqual({ because: expect.stringContaining('secret'), perhapsCursor: undefined });
      break;
    }
    await reader.close();
  });

  test('begins at the first page, and says so, when the API refuses the stored place', async () => {
    const { url, received } = await servers.answering(
      json(400, { message: 'unknown cursor' }),
      json(200, { data: [{ id: 1 }], next: null }),
    );
    const pagination = { type: 'cursor', cursorField: 'cursor', nextCursorPath: 'next' } as const;
    const { reader } = restReader({ url, pagination });
    const firsts: boolean[] = [];
    for await (const page of reader.pages({ from: '"old"' }, signal)) firsts.push(page.first);
    await reader.close();
    expect(firsts).toEqual([true]);
    expect(received.map((request) => request.url)).toEqual(['/?cursor=old', '/']);
  });

  test('asks by condition only for a first page, and for no listing of changes', async () => {
    const records = numbered(2);
    const server = await servers.start({ records, style: 'page_total', pageSize: 1, validator: 'etag' });
    const pagination = { type: 'page', totalPagesPath: 'pages' } as const;
    const { reader } = restReader({ url: `${server.url}?since=:watermark`, pagination });
    const known = { etag: '"known"' };
    const asked: (string | string[] | undefined)[][] = [];
    for (const range of [{}, { from: '2' }, { since: '7' }]) {
      for await (const { records: found } of reader.pages({ known, ...range }, signal)) {
        expect(found).toHaveLength(1);
      }
      asked.push(server.received.splice(0).map(({ headers }) => headers['if-none-match']));
    }
    await reader.close();
    expect(asked).toEqual([['"known"', undefined], [undefined], [undefined, undefined]]);
  });

  test('has no statement about a listing that its consumer left', async () => {
    const server = await servers.start({ records: numbered(2), style: 'page', pageSize: 1 });
    const { reader } = restReader({ url: server.url, pagination: { type: 'page' } });
    const listing = reader.pages({}, signal);
    for await (const page of listing) {
      expect(page.records).toHaveLength(1);
      break;
    }
    await reader.close();
    expect(() => listing.statement).toThrow('not read to its end');
  });
});

describe('the messages of a REST reader name the fields of the definition that it reads for', () => {
  const words = {
    at: (field: string) => `spec.request.${field}`,
    host: 'spec.request.url',
    kind: 'knowledge source',
    paginationDocs: 'docs/knowledge.md',
    restart: 'run kb sync with --restart',
  };
  const failure = async (spec: RestSpec, from?: string) =>
    await failureOf(async () => {
      const { reader } = restReader(spec, { words, retry: { retries: 0, backoffSeconds: 0 } });
      for await (const page of reader.pages({ from }, signal)) expect(page.records).toBeDefined();
    });

  test.each<[string, string, Reply]>([
    ['is a 404', 'spec.request.url', json(404, {})],
    ['is a 405', 'spec.request.method', json(405, {})],
    ['is a 406', 'spec.request.headers', json(406, {})],
    ['is a 400', 'what the knowledge source sends', json(400, {})],
    ['is a 401', 'spec.request.auth', json(401, {})],
    ['is a 429', 'spec.request.rateLimit', json(429, {})],
    ['is a 302 without an address', 'spec.request.url or spec.request.headers', raw(302, '')],
    ['redirects to another server', 'spec.request.url', raw(302, '', { location: 'http://127.0.0.2/' })],
    ['is empty', 'spec.request.url', raw(200, '')],
    ['is HTML', 'spec.request.url', raw(200, '<html>')],
    ['is text', 'spec.request.url', raw(200, 'text')],
    ['is cut off', 'spec.request.pagination', raw(200, '[1,')],
    ['has no list', 'spec.request.recordsPath', json(200, {})],
    ['leads back', 'spec.request.pagination; docs/knowledge.md', json(200, { data: [1], next: '?' })],
  ])('when an answer %s: %s', async (_, words, reply) => {
    const { url } = await servers.answering(reply);
    const { message, hint } = await failure({ url, pagination: BY_URL });
    expect(hint).toContain(words);
    expect(`${message} ${hint}`).not.toMatch(/source\.|connector/);
  });

  test('when the definition itself is wrong', async () => {
    const unusable = await failure({ url: 'no address' });
    expect(unusable.message).toContain('spec.request.url');
    const tls = await failure({ url: 'https://127.0.0.1/', tls: { caFile: 'missing.pem' } });
    expect(tls.message).toContain('spec.request.tls.caFile');
    const closed = await failure({ url: 'http://127.0.0.1:1/' });
    expect(closed.hint).toContain('spec.request.url');
  });

  test('when a stored place may have expired, or there are pages that the definition does not lead to', async () => {
    const { url } = await servers.answering(json(200, {}), json(200, { data: [1], has_more: true }));
    expect((await failure({ url, pagination: BY_URL }, `${url}?page=2`)).hint).toContain(
      'run kb sync with --restart',
    );
    expect((await failure({ url })).message).toContain('the knowledge source does not say how to get them');
  });

  test('has no pages when the listing is missing and its status may say so', async () => {
    const { url } = await servers.answering(json(404, { message: 'none' }));
    const { reader } = restReader({ url });
    let reports = 0;
    const missing = { statuses: [404], report: () => reports++ };
    const listing = reader.pages({ missing }, signal);
    for await (const page of listing) expect(page).toBeUndefined();
    await reader.close();
    expect([reports, listing.statement.truncated]).toEqual([1, false]);
  });
});
