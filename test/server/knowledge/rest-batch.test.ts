import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ErrorCode } from '../../../src/core/error-kinds.ts';
import { BridgeError } from '../../../src/core/errors.ts';
import { manageSources } from '../../../src/app/knowledge/managed-sources.ts';
import { createLogger, jsonFormat } from '../../../src/core/log.ts';
import { startBridgeServer, NO_ACCESS } from '../../support/server/bridge-server.ts';
import { startGuardedServer } from '../../support/http/guarded-server.ts';
import { openBrowser } from '../../support/server/browser.ts';
import {
  cursorSummary,
  pageResult,
  scriptedKnowledge,
  SOURCE_URL,
  sourceSummary,
} from '../../support/server/scripted-knowledge.ts';

const PATH = '/api/backoffice/rest-batch';
const ADMIN_KEY = 'an-admin-key-of-the-environment';
const CANARY = 'canary-9f3b7c21';
const SOURCE = sourceSummary({ cursor: cursorSummary({ nextCursor: '50', inProgress: true }) });

describe('POST /api/backoffice/rest-batch', () => {
  const script = scriptedKnowledge([SOURCE]);
  const lines: string[] = [];
  let server: Awaited<ReturnType<typeof startBridgeServer>>;

  beforeAll(async () => {
    server = await startBridgeServer({
      sources: manageSources(script.knowledge),
      access: { ...NO_ACCESS, adminKey: ADMIN_KEY },
      log: createLogger({
        write: (line) => lines.push(line),
        level: 'debug',
        format: jsonFormat,
        now: () => new Date(),
        redact: (line) => line.replaceAll(CANARY, '***'),
      }),
    });
  });
  afterAll(() => server.stop());

  async function post(body: unknown, headers: Record<string, string> = {}) {
    const answer = await server.request(PATH, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await answer.text();
    const json = JSON.parse(text) as Record<string, unknown>;
    return { status: answer.status, retryAfter: answer.headers.get('retry-after'), json, text };
  }

  const failing = (code: ErrorCode, cause?: unknown) =>
    new BridgeError(code, `The source said: no, ${CANARY}.`, { cause });
  const asked = { url: SOURCE_URL, status: 500, next: '50' };

  test('answers with the six fields of a page', async () => {
    script.next(pageResult({ items: 50, next: '9007199254740993' }));
    const { status, json } = await post({ sourceId: SOURCE.id });
    expect(status).toBe(200);
    expect(json).toEqual({
      ok: true,
      done: false,
      items: 50,
      next: '9007199254740993',
      url: SOURCE_URL,
      status: 200,
    });
  });

  test('answers with null for next when the pass is complete', async () => {
    script.next(pageResult({ done: true, next: null, items: 12 }));
    expect((await post({ sourceId: SOURCE.id })).json).toMatchObject({ ok: true, done: true, next: null });
  });

  test.each([
    [502, 'SOURCE_TIMEOUT', 'SOURCE_TIMEOUT'],
    [502, 'SOURCE_ANSWER_INVALID', 'SOURCE_ANSWER_INVALID'],
    [503, 'EMBEDDINGS_UNREACHABLE', 'EMBEDDINGS_UNREACHABLE'],
    [503, 'EMBEDDINGS_REFUSED', 'EMBEDDINGS_REFUSED'],
    [409, 'LEASE_HELD', 'LEASE_HELD'],
    [503, 'STATE_UNREACHABLE', 'UNAVAILABLE'],
    [503, 'STATE_FAILED', 'UNAVAILABLE'],
    [503, 'INTERRUPTED', 'UNAVAILABLE'],
    [500, 'INTERNAL', 'INTERNAL'],
  ] as const)(
    'answers with %i for %s, with the fields of a page and never in the words of the source',
    async (status, thrown, code) => {
      script.next(failing(thrown, asked));
      const answer = await post({ sourceId: SOURCE.id });
      expect(answer).toMatchObject({
        status,
        json: { ok: false, done: false, items: 0, next: '50', url: SOURCE_URL, status: 500, error: { code } },
      });
      expect(Object.keys(answer.json).sort()).toEqual(
        ['done', 'error', 'items', 'next', 'ok', 'request_id', 'status', 'url'].sort(),
      );
      expect(answer.text).not.toContain(CANARY);
      expect(answer.retryAfter === null).toBe(![409, 503].includes(status));
    },
  );

  test('keeps the place of the source in the answer when no request was made', async () => {
    script.next(failing('LEASE_HELD'));
    const now = (await script.knowledge.source(SOURCE.id)).cursor?.nextCursor;
    expect((await post({ sourceId: SOURCE.id })).json).toMatchObject({ next: now, url: null, status: null });
  });

  test('says what is wrong with the configuration of a source with 422', async () => {
    script.next(
      new BridgeError('KNOWLEDGE_SOURCE_INVALID', 'config.baseUrl is missing.', { hint: 'Set it.' }),
    );
    expect(await post({ sourceId: SOURCE.id })).toMatchObject({
      status: 422,
      json: {
        error: { code: 'KNOWLEDGE_SOURCE_INVALID', message: 'config.baseUrl is missing.', hint: 'Set it.' },
      },
    });
  });

  test('tells in Retry-After when an API takes requests again', async () => {
    const nextRunAfter = new Date(Date.now() + 90_000);
    script.next(new BridgeError('SOURCE_RATE_LIMITED', 'Too many.', { nextRunAfter }));
    const { status, retryAfter } = await post({ sourceId: SOURCE.id });
    expect(status).toBe(502);
    expect(Number(retryAfter)).toBeGreaterThan(60);
  });

  test('answers with 404 for a source that does not exist', async () => {
    expect(await post({ sourceId: 'not-there' })).toMatchObject({
      status: 404,
      json: { ok: false, next: null, url: null, status: null, error: { code: 'NOT_FOUND' } },
    });
  });

  test.each([
    ['a number as sourceId', { sourceId: 42 }],
    ['a boolean as sourceId', { sourceId: true }],
    ['an array with one id', { sourceId: [SOURCE.id] }],
    ['null as sourceId', { sourceId: null }],
    ['an empty sourceId', { sourceId: '' }],
    ['a NUL character', { sourceId: 'a\u0000b' }],
    ['an id that is too long', { sourceId: 'a'.repeat(257) }],
    ['a further field', { sourceId: SOURCE.id, force: true }],
    ['no sourceId', {}],
    ['a list', [SOURCE.id]],
    ['a text that is not JSON', '{"sourceId":'],
    ['an empty body', ''],
  ])('answers with 400 for %s, and asks the source nothing', async (_name, body) => {
    script.next(() => Promise.reject(new Error('The source was asked.')));
    expect(await post(body)).toMatchObject({
      status: 400,
      json: { ok: false, done: false, items: 0, error: { code: 'BAD_REQUEST' } },
    });
    script.next(pageResult());
    // The page that was scripted first is still there.
    expect((await post({ sourceId: SOURCE.id })).status).toBe(500);
    expect((await post({ sourceId: SOURCE.id })).status).toBe(200);
  });

  test('accepts no other content type, and no body beyond its limit', async () => {
    expect((await post('sourceId=1', { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(
      415,
    );
    expect((await post({ sourceId: 'a'.repeat(20_000) })).status).toBe(413);
  });

  test('needs the right "admin"', async () => {
    expect(await post({ sourceId: SOURCE.id }, { authorization: 'Bearer wrong' })).toMatchObject({
      status: 401,
      json: { ok: false, error: { code: 'UNAUTHENTICATED' } },
    });
  });

  test('works in the session of a browser with its form token, and not without', async () => {
    const browser = openBrowser({ url: server.url });
    await browser.logIn(ADMIN_KEY);
    const token = await browser.formToken('/backoffice/rest-sources');
    const ask = (headers: Record<string, string>) =>
      browser.visit(PATH, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ sourceId: SOURCE.id }),
      });
    expect((await ask({ origin: server.url, 'x-csrf-token': token })).status).toBe(200);
    expect((await ask({ origin: server.url })).status).toBe(403);
    expect((await ask({ origin: 'https://evil.example.com', 'x-csrf-token': token })).status).toBe(403);
    expect((await ask({ 'x-csrf-token': token })).status).toBe(403);
  });

  test('never shows a secret, neither in an answer nor in the log', async () => {
    script.next(failing('SOURCE_REFUSED', asked));
    expect((await post({ sourceId: SOURCE.id })).text).not.toContain(CANARY);
    expect(lines.join('')).toContain('SOURCE_REFUSED');
    expect(lines.join('')).not.toContain(CANARY);
  });
});

describe('the right for POST /api/backoffice/rest-batch', () => {
  test.each(['push', 'read', 'operate'] as const)('is not included in "%s"', async (right) => {
    const guarded = await startGuardedServer({ locked: true });
    const key = await guarded.makeKey(right);
    const { status, text } = await guarded.request(PATH, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ sourceId: SOURCE.id }),
    });
    await guarded.stop();
    expect(status).toBe(403);
    expect(JSON.parse(text)).toMatchObject({ ok: false, done: false, error: { code: 'FORBIDDEN' } });
  });
});

describe('a server that stops', () => {
  test('aborts the batch in progress and answers it', async () => {
    const script = scriptedKnowledge([SOURCE]);
    const server = await startBridgeServer({ sources: manageSources(script.knowledge) });
    const begun = new Promise<void>((resolve) => {
      script.next(async (signal) => {
        resolve();
        await new Promise((aborted) => {
          signal.addEventListener('abort', aborted);
        });
        throw new BridgeError('INTERRUPTED', 'The batch was stopped.');
      });
    });
    const answer = server.request(PATH, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sourceId: SOURCE.id }),
    });
    await begun;
    await server.stop();
    expect((await answer).status).toBe(503);
  });
});
