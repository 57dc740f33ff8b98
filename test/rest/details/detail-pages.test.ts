import { afterEach, describe, expect, test } from '@jest/globals';
import type { HttpSourceSpec } from '../../../src/definitions/connector/types.ts';
import { DETAIL_CHUNK_BYTES, DETAIL_TEXT_BYTES_MAX } from '../../../src/rest/limits.ts';
import { failureOf } from '../../support/databases/postgres-source.ts';
import { json, raw, type ReceivedRequest, type Reply } from '../../support/http/http-server.ts';
import { RestServers } from '../../support/http/rest-servers.ts';
import { listRest, restSource } from '../../support/http/rest-source.ts';

const servers = new RestServers();
afterEach(() => servers.close());

type Spec = Omit<HttpSourceSpec, 'type'>;

/** An API whose listing at `/files` has ids and names, 2 a page, and which has the rest of each record at `/files/ID`. */
class Files {
  ids = [1, 2, 3];
  /** What the listing says about each record. */
  listed: (id: number) => number | { readonly id: number; readonly name: string; readonly at: string } = (
    id,
  ) => ({ id, name: `f${id}`, kept: 1.5, at: '2024-01-02T00:00:00Z' });
  detail: (id: number) => Reply = (id) => json(200, { name: `detail ${id}`, body: `text ${id}` });

  readonly reply: Reply = (response, request) => {
    const { pathname, searchParams } = new URL(request.url, 'http://x');
    const [, id] = /^\/files\/(.+)$/.exec(pathname) ?? [];
    if (id !== undefined) {
      this.detail(Number(id))(response, request);
      return;
    }
    const since = searchParams.get('since') ?? '';
    const records = this.ids
      .map(this.listed)
      .filter((record) => typeof record === 'number' || record.at >= since);
    const start = Number(searchParams.get('start') ?? 0);
    const next = start + 2 < records.length ? `/files?start=${start + 2}` : null;
    json(200, { items: records.slice(start, start + 2), total: records.length, next })(response, request);
  };
}

const details = (received: readonly ReceivedRequest[]) =>
  received.map(({ url }) => url).filter((url) => url.startsWith('/files/'));

async function files(detail: Partial<NonNullable<Spec['detail']>> = {}, more: Partial<Spec> = {}) {
  const api = new Files();
  const { url, received } = await servers.answering(api.reply);
  const spec: Spec = {
    url: `${url}/files`,
    pagination: { type: 'next_url', nextUrlPath: 'next' },
    detail: { url: `${url}/files/{{ record.id }}`, ...detail },
    ...more,
  };
  return { api, spec, received };
}

const FIELDS = { fields: ['id', 'name', 'body', 'kept'] };
const bodies = (rows: readonly Readonly<Record<string, string | null>>[]) => rows.map(({ body }) => body);

describe('a detail request for each record', () => {
  test.each([1, 4])(
    'adds its fields in place of those of the record, in the order of the listing, %i at a time',
    async (concurrency) => {
      const { spec, received } = await files({ concurrency });
      const { rows, end } = await listRest(spec, FIELDS);
      expect(rows).toEqual(
        [1, 2, 3].map((id) => ({
          id: String(id),
          name: `"detail ${id}"`,
          body: `"text ${id}"`,
          kept: '1.5',
        })),
      );
      expect(end).toEqual({ checkpoint: undefined, truncated: false, pieced: true });
      expect(details(received).sort()).toEqual(['/files/1', '/files/2', '/files/3']);
    },
  );

  test('keeps every digit of the listing and of the detail', async () => {
    const api = raw(200, '{"items":[{"id":1,"kept":12345678901234567890.10}]}');
    const { url } = await servers.answering(api, raw(200, '{"name":"a","body":0.1000000000000000055511151}'));
    const { rows } = await listRest({ url, detail: { url: `${url}/{{ record.id }}` } }, FIELDS);
    expect(rows).toEqual([
      { id: '1', name: '"a"', body: '0.1000000000000000055511151', kept: '12345678901234567890.10' },
    ]);
  });

  test('puts the response, or the part at recordPath, into a field', async () => {
    const { api, spec } = await files({ into: 'body', recordPath: 'data.text' });
    api.detail = (id) => json(200, { data: { text: [`text ${id}`] } });
    const { rows } = await listRest(spec, FIELDS);
    expect(bodies(rows)).toEqual(['["text 1"]', '["text 2"]', '["text 3"]']);
    expect(rows[0]?.['name']).toBe('"f1"');
  });

  test('replaces a record that is only an id', async () => {
    const { api, spec } = await files();
    api.listed = (id) => id;
    api.detail = (id) => json(200, { id, name: 'a', body: `text ${id}`, kept: 1 });
    const url = `${spec.url}/{{ record }}`;
    const { rows } = await listRest({ ...spec, detail: { url } }, FIELDS);
    expect(bodies(rows)).toEqual(['"text 1"', '"text 2"', '"text 3"']);
  });

  test('computes fields from the detail', async () => {
    const { spec } = await files({}, { fields: { body: '{{ id }}: {{ name }}' } });
    expect(bodies((await listRest(spec, FIELDS)).rows)[0]).toBe('"1: detail 1"');
  });

  test('is made for the children of parents, with fields of the parent', async () => {
    const { spec, received } = await files();
    const { origin } = new URL(spec.url ?? '');
    const parents = await servers.answering(json(200, [{ folder: 'x' }]));
    await listRest(
      {
        ...spec,
        url: `${origin}/files?in={{ parent.folder }}`,
        parents: { url: parents.url },
        parentFields: { folder: 'folder' },
        detail: { url: `${origin}/files/{{ record.id }}?in={{ record.folder }}` },
      },
      FIELDS,
    );
    expect(details(received)[0]).toBe('/files/1?in=x');
  });

  test('is made only for the records that changed', async () => {
    const { api, spec, received } = await files({}, { watermarkField: 'at', watermarkLag: 0 });
    const changes = { ...spec, url: `${spec.url}?since=:watermark` };
    const fields = { fields: ['id', 'name', 'body', 'at'] };
    api.ids = [1, 2];
    const { end } = await listRest(changes, fields);
    api.listed = (id) => ({
      id,
      name: `f${id}`,
      at: id === 2 ? '2024-01-03T00:00:00Z' : '2024-01-01T00:00:00Z',
    });
    received.splice(0);
    const { rows, end: second } = await listRest(changes, fields, end.checkpoint);
    expect(details(received)).toEqual(['/files/2']);
    expect(rows).toHaveLength(1);
    expect(second.checkpoint).toBe('2024-01-03T00:00:00Z');
  });

  test('continues where the last run stopped when the listing is resumable', async () => {
    const { spec, received } = await files({}, { resumable: true, pagesPerRun: 1 });
    const first = await listRest(spec, FIELDS);
    expect(first.end.truncated).toBe(true);
    received.splice(0);
    const { rows } = await listRest(spec, FIELDS, first.end.checkpoint);
    expect(bodies(rows)).toEqual(['"text 3"']);
    expect(details(received)).toEqual(['/files/3']);
  });

  test('passes the records of one page on in chunks, and does not take a repeated record of that page for a moved one', async () => {
    const { api, spec } = await files();
    const long = 'x'.repeat(DETAIL_CHUNK_BYTES);
    api.ids = [1, 1];
    api.detail = () => json(200, { name: 'a', body: long });
    const { rows, end } = await listRest(spec, FIELDS);
    expect(rows).toHaveLength(2);
    expect(end.truncated).toBe(false);
    api.ids = [1, 2, 1];
    expect((await listRest(spec, FIELDS)).end.truncated).toBe(true);
  });
});

describe('a look at the columns of records with details', () => {
  test('does not request the details of a whole page', async () => {
    const { url, received } = await servers.answering((response, request) => {
      const records = Array.from({ length: 500 }, (_, id) => ({ id }));
      json(200, request.url === '/' ? records : { name: 'a' })(response, request);
    });
    const { source } = restSource({ url, detail: { url: `${url}/{{ record.id }}`, concurrency: 2 } });
    const columns = await source.columns(new AbortController().signal);
    expect(columns.map(({ name }) => name)).toEqual(['id', 'name']);
    expect(received.length).toBeLessThan(50);
  });
});

describe('a record that is removed after it was listed', () => {
  test('fails the run', async () => {
    const { api, spec } = await files();
    api.detail = (id) => json(id === 2 ? 404 : 200, { name: 'a' });
    const error = await failureOf(() => listRest(spec, FIELDS));
    expect(error.message).toMatch(/\/files\/2 was answered 404 Not Found/);
    expect(error.hint).toContain('source.detail.missingStatuses');
  });

  test('is left out of a listing that is still complete when missingStatuses has the status', async () => {
    const { api, spec } = await files(
      { missingStatuses: [404] },
      { pagination: { type: 'offset', offsetField: 'start', totalPath: 'total' } },
    );
    api.detail = (id) => json(id === 2 ? 404 : 200, { name: 'a', body: `text ${id}` });
    const { rows, end } = await listRest(spec, FIELDS);
    expect(bodies(rows)).toEqual(['"text 1"', '"text 3"']);
    expect(end.truncated).toBe(false);
  });

  test('proves nothing when the API says so of every record', async () => {
    const { api, spec } = await files({ missingStatuses: [404] });
    api.detail = () => json(404, {});
    expect((await listRest(spec, FIELDS)).end.truncated).toBe(true);
  });
});

describe('a detail as text', () => {
  const TEXT = { format: 'text', into: 'body' } as const;

  test.each<[string, Buffer, string, string]>([
    ['UTF-8 without a charset', Buffer.from('grün "a"\n'), 'text/plain', '"grün \\"a\\"\\n"'],
    ['UTF-8 with a byte order mark', Buffer.from('\uFEFFa'), 'text/plain; charset=utf-8', '"a"'],
    ['windows-1252', Buffer.from([0x80, 0xe4]), 'text/plain; charset="windows-1252"', '"€ä"'],
    ['UTF-16', Buffer.from('ä', 'utf16le'), 'text/plain;charset=UTF-16LE', '"ä"'],
    ['HTML', Buffer.from('<html><p>a</p></html>'), 'text/html', '"<html><p>a</p></html>"'],
    ['nothing', Buffer.alloc(0), 'text/plain', '""'],
  ])('is the text of a field when the response is %s', async (_, body, type, expected) => {
    const { api, spec } = await files(TEXT);
    api.ids = [1];
    api.detail = () => (response) => response.writeHead(200, { 'content-type': type }).end(body);
    expect(bodies((await listRest(spec, FIELDS)).rows)).toEqual([expected]);
  });

  test.each<[string, Buffer, string, RegExp]>([
    ['a PDF', Buffer.from([0x25, 0x50, 0x44, 0x46, 0, 1]), 'application/pdf', /NUL characters/],
    ['not in its charset', Buffer.from([0xff, 0xfe, 0xfa]), 'text/plain', /not text in the charset utf-8/],
    ['in an unknown charset', Buffer.from('a'), 'text/plain; charset=klingon', /charset klingon/],
    ['too long', Buffer.alloc(DETAIL_TEXT_BYTES_MAX + 1, 'a'), 'text/plain', /8388609 bytes of text/],
  ])('fails the run when the response is %s', async (_, body, type, message) => {
    const { api, spec } = await files(TEXT);
    api.detail = () => (response) => response.writeHead(200, { 'content-type': type }).end(body);
    expect((await failureOf(() => listRest(spec, FIELDS))).message).toMatch(message);
  });
});

describe('bad input of a detail request', () => {
  test('is refused when the template reaches nothing', async () => {
    const { spec } = await files();
    const detail = { url: `${spec.url}/{{ record.uuid }}` };
    const error = await failureOf(() => listRest({ ...spec, detail }, FIELDS));
    expect(error.message).toMatch(
      /source\.detail\.url .*"record\.uuid"\. The record has the fields id, name, kept, at\./,
    );
  });

  test('is refused when the response has no record at recordPath, or is not an object', async () => {
    const { api, spec } = await files({ recordPath: 'data' });
    expect((await failureOf(() => listRest(spec, FIELDS))).hint).toContain('source.detail.recordPath');
    api.detail = () => json(200, { data: ['a'] });
    expect((await failureOf(() => listRest(spec, FIELDS))).hint).toContain('source.detail.into');
  });

  test('is redirected to no other origin', async () => {
    const { api, spec } = await files();
    api.detail = () => raw(302, '', { location: 'http://127.0.0.2:1/' });
    expect((await failureOf(() => listRest(spec, FIELDS))).code).toBe('SOURCE_REDIRECT');
  });
});
