import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bearer, startGuardedServer, type GuardedServer } from '../../support/http/guarded-server.ts';
import { draftText } from '../../support/studio/preview-place.ts';

let server: GuardedServer;
const keys: Record<'read' | 'author' | 'operate', string> = { read: '', author: '', operate: '' };

beforeAll(async () => {
  server = await startGuardedServer({ locked: true, previewHosts: ['127.0.0.1'] });
  for (const right of ['read', 'author', 'operate'] as const) keys[right] = await server.makeKey(right);
});

afterAll(() => server.stop());

const PUSH = draftText({
  name: 'tickets',
  mode: 'rest_push',
  source: '{ type: http, secretRef: tickets-token }',
  mapping: "{ idField: id, titleField: title, contentTemplate: '{{ body }}', metadataFields: [link] }",
});
const post = (path: string, right: keyof typeof keys, body: unknown) =>
  server.request(path, {
    method: 'POST',
    headers: { ...bearer(keys[right]).headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('previews by API', () => {
  test.each(['/v1/studio/connectors/test', '/v1/studio/connectors/preview'])(
    '%s refuses a viewer',
    async (path) => {
      const { status } = await post(path, 'read', { text: PUSH });
      expect(status).toBe(403);
    },
  );

  test('show the documents of sample events, and are not cached', async () => {
    const events = JSON.stringify({
      id: 7,
      title: 'Seven',
      body: '\u202eevil <script>',
      link: '-',
      op: 'UPSERT',
    });
    const {
      status,
      headers,
      text: body,
    } = await post('/v1/studio/connectors/preview', 'author', {
      text: PUSH,
      events,
    });
    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('no-store');
    expect(JSON.parse(body)).toMatchObject({
      documents: [{ id: 'tickets:7', title: 'Seven', readers: null }],
      limited_by: null,
    });
  });

  test('leave entries in the audit log with the name of the connector, and with nothing else of the text', async () => {
    const text = `# name: of-a-comment-4711\n${PUSH}`;
    const events = JSON.stringify({ id: 8, title: 'of-a-row-4712', op: 'UPSERT' });
    await post('/v1/studio/connectors/preview', 'author', { text, events });
    await post('/v1/studio/connectors/preview', 'author', { text: 'metadata: { name: A B-4713 }', events });
    const recorded = await server.state.auditRecords.list({ action: 'source.preview' }, { limit: 4 });
    expect(recorded.map(({ object, outcome }) => `${object.name} ${outcome}`)).toEqual([
      ...['unnamed failed', 'unnamed started', 'tickets ok', 'tickets started'],
    ]);
    expect(JSON.stringify(recorded)).not.toMatch(/471\d/);
  });

  test.each([
    ['CONNECTOR_INVALID', 422, 'kind: Connector'],
    [
      'PREVIEW_SECRET_REFUSED',
      403,
      draftText({ source: '{ type: postgres, secretRef: support-push-token, query: SELECT 1 }' }),
    ],
    [
      'PREVIEW_REFUSED',
      403,
      draftText({ mode: 'file_pull', source: "{ type: file, path: /etc, glob: '*', format: csv }" }),
    ],
    [
      'PREVIEW_UNREACHABLE',
      502,
      draftText({ mode: 'rest_pull', source: "{ type: http, url: 'http://169.254.169.254/' }" }),
    ],
  ])('answer %s with %i', async (_, expected, text) => {
    const { status, text: body } = await post('/v1/studio/connectors/test', 'author', { text });
    expect([status, body]).toEqual([expected, expect.stringContaining('"message"')]);
  });
});

describe('rows of a source', () => {
  test('are in the answer to the author, and neither in the log nor in the audit log', async () => {
    const row = 'canary-row-of-a-person';
    const api = createServer((_request, response) => {
      response.writeHead(500, { 'content-type': 'application/json' }).end(JSON.stringify({ error: row }));
    });
    api.listen(0, '127.0.0.1');
    await once(api, 'listening');
    const { port } = api.address() as AddressInfo;
    const text = draftText({
      mode: 'rest_pull',
      source: `{ type: http, url: 'http://127.0.0.1:${port}/' }`,
    });
    const { status, text: body } = await post('/v1/studio/connectors/preview', 'operate', { text });
    api.closeAllConnections();
    api.close();
    expect([status, body]).toEqual([502, expect.stringContaining(row)]);
    const log = server.lines.join('\n');
    expect(log).toContain('source.preview');
    expect(log).toContain('preview failed');
    expect(log).not.toContain(row);
  });
});

describe('the page of a preview', () => {
  const form = async (path: string, fields: Record<string, string>) =>
    server.request(path, {
      method: 'POST',
      headers: { ...bearer(keys.author).headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    });

  test('shows hostile content as visible text, and starts nothing when it is opened', async () => {
    const created = await post('/v1/studio/drafts', 'author', { intent: 'create', text: PUSH });
    const { id } = JSON.parse(created.text) as { id: string };
    const path = `/studio/drafts/${id}/preview`;
    const opened = await server.request(path, bearer(keys.author));
    expect(opened.status).toBe(200);
    expect(opened.text).toContain('Sample events');
    const event = {
      id: '<i>1',
      title: '<img src=x onerror=alert(1)>',
      body: 'a\u202eb\u001b[2J<script>x</script>',
      link: 'javascript:alert(1)',
      op: 'UPSERT',
    };
    const {
      status,
      text: body,
      headers,
    } = await form(path, { kind: 'events', events: JSON.stringify(event) });
    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('no-store');
    const article = /<article.*<\/article>/s.exec(body)?.[0] ?? '';
    expect(article).toContain('&lt;img src=x onerror=alert(1)>');
    expect(article).toContain('a\\u202eb\\u001b[2J&lt;script>');
    expect(article).toContain('&quot;javascript:alert(1)&quot;');
    expect(article).not.toMatch(/<img|<script|<a |\u202e/);
    expect(article).not.toContain('\u001b');
    const failed = await form(path, { kind: 'events', events: '{ broken' });
    expect(failed.status).toBe(422);
    expect(failed.text).toContain('PREVIEW_EVENTS_INVALID');
    expect((await server.request(path, bearer(keys.read))).status).toBe(403);
  });
});
