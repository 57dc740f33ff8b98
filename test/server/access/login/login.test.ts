import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { keyIdOf } from '../../../../src/core/secrets/access-key.ts';
import {
  KEY_CACHE_MS,
  SESSION_AHEAD_SECONDS_MAX,
  SESSION_IDLE_SECONDS_MAX,
  SESSION_RENEW_SECONDS,
  SESSION_SECONDS_MAX,
} from '../../../../src/server/limits.ts';
import { openBrowser } from '../../../support/server/browser.ts';
import { startGuardedServer, type GuardedServer } from '../../../support/http/guarded-server.ts';
import { parsedObject } from '../../../support/files/json.ts';
import { SERVER_ACTOR } from '../../../../src/core/access/audit-log.ts';

type Browser = ReturnType<typeof openBrowser>;

let server: GuardedServer;
let readKey: string;
beforeAll(async () => {
  server = await startGuardedServer({ locked: true, access: { trustedProxies: ['127.0.0.1'] } });
  readKey = await server.makeKey('read');
});
afterAll(() => server.stop());

/** Another server of the same database, whose clock is so far ahead. */
async function serverAt(secondsAhead: number): Promise<GuardedServer> {
  const other = await startGuardedServer({ cwd: server.cwd, access: { trustedProxies: ['127.0.0.1'] } });
  const behindMs = server.clock.now().getTime() - other.clock.now().getTime();
  other.clock.advance(behindMs / 1_000 + secondsAhead);
  return other;
}

const cookieOf = ({ cookies }: Browser) => [...cookies].map((pair) => pair.join('=')).join('; ');

async function loggedIn(key = readKey) {
  const browser = openBrowser(server);
  await browser.logIn(key);
  return browser;
}

describe('a page', () => {
  test('without a session leads to the login, and from there back', async () => {
    const browser = openBrowser(server);
    const sent = await browser.visit('/test/read?status=FAILED&connector_id=hr');
    expect(sent.status).toBe(303);
    const login = String(sent.headers.location);
    expect(login).toBe('/login?next=%2Ftest%2Fread%3Fstatus%3DFAILED%26connector_id%3Dhr');
    const { text } = await browser.visit(login);
    expect(text).toContain('name="next" value="/test/read?status=FAILED&amp;connector_id=hr"');
    const back = await browser.logIn(readKey, { next: '/test/read?status=FAILED&connector_id=hr' });
    expect(back).toMatchObject({
      status: 303,
      headers: { location: '/test/read?status=FAILED&connector_id=hr' },
    });
    const page = await browser.visit(String(back.headers.location));
    expect(parsedObject(page.text)?.['caller']).toEqual({
      id: keyIdOf(readKey),
      name: 'to read',
      kind: 'key',
      right: 'read',
    });
  });

  test('sends a program a 401 instead of the login page', async () => {
    const asked = await server.request('/test/read', { headers: { accept: 'application/json' } });
    expect({ status: asked.status, code: parsedObject(asked.text)?.['error'] }).toMatchObject({
      status: 401,
      code: { code: 'UNAUTHENTICATED' },
    });
    const withWrongKey = { accept: 'text/html', authorization: 'Bearer wrong' };
    expect((await server.request('/test/read', { headers: withWrongKey })).status).toBe(401);
  });

  test('that takes more than the key may is refused, not asked for again', async () => {
    const browser = await loggedIn();
    const token = await browser.formToken('/login');
    const { status, text } = await browser.submit('/test/operate', {}, { 'x-csrf-token': token });
    expect({ status, page: text.includes('Not permitted') }).toEqual({ status: 403, page: true });
  });
});

describe('the login form', () => {
  test.each([
    ['an unknown key', () => Promise.resolve('not-a-key'), 401, 'not known'],
    ['a push key', () => server.makeKey('push'), 403, 'for pushes'],
    [
      'a key that has expired',
      () => server.makeKey('read', { expiresAt: '2026-01-01T00:00:00.000Z' }),
      401,
      'expired',
    ],
  ])('says why it takes no %s, and keeps where to go', async (_, key, status, words) => {
    const browser = openBrowser(server);
    const answer = await browser.logIn(await key(), { next: '/test/read' });
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(words);
    expect(answer.text).toContain('name="next" value="/test/read"');
    expect(browser.cookies.has('bridge-session')).toBe(false);
  });

  test('takes a key with the spaces that copying adds', async () => {
    const browser = openBrowser(server);
    expect((await browser.logIn(` ${readKey}\n`)).status).toBe(303);
  });

  test('gives way to who is logged in, and shows as whom', async () => {
    const browser = await loggedIn();
    expect((await browser.visit('/login?next=%2Ftest%2Fread')).headers.location).toBe('/test/read');
    expect((await browser.visit('/login')).text).toContain('<strong>to read</strong>');
  });
});

describe('the cookie of a session', () => {
  test('is for this server, for no script, and not for the requests of other sites', async () => {
    const browser = await loggedIn();
    expect(browser.received.get('bridge-session')).toMatch(
      /^bridge-session=[^;]+; Max-Age=7200; Path=\/; HttpOnly; SameSite=Lax$/,
    );
  });

  test('is bound to TLS and to this host when a trusted proxy says that there is TLS', async () => {
    const browser = openBrowser(server, { 'x-forwarded-proto': 'https' });
    await browser.logIn(readKey);
    expect([...browser.cookies.keys()]).toEqual(['__Host-bridge-session']);
    expect(browser.received.get('__Host-bridge-session')).toMatch(
      /; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    expect((await browser.visit('/test/read')).status).toBe(200);
  });

  test('opens every server of the same database', async () => {
    const other = await startGuardedServer({ cwd: server.cwd });
    const browser = await loggedIn();
    const cookie = cookieOf(browser);
    expect((await other.request('/test/read', { headers: { cookie } })).status).toBe(200);
    await other.stop();
  });

  test('opens nothing where another secret signs', async () => {
    const sessionSecret = 'a-secret-that-signs-on-one-server-alone';
    const other = await startGuardedServer({ cwd: server.cwd, access: { sessionSecret } });
    const browser = await loggedIn();
    const cookie = cookieOf(browser);
    expect((await other.request('/test/read', { headers: { cookie } })).status).toBe(401);
    await other.stop();
  });
});

describe('a session', () => {
  test('expires after a time without requests', async () => {
    const browser = await loggedIn();
    server.clock.advance(SESSION_IDLE_SECONDS_MAX - 1);
    expect((await browser.visit('/test/read')).status).toBe(200);
    server.clock.advance(SESSION_IDLE_SECONDS_MAX);
    expect((await browser.visit('/test/read')).status).toBe(303);
  });

  test('ends after its time, however busy it is', async () => {
    const browser = await loggedIn();
    const steps = SESSION_SECONDS_MAX / 3_600;
    for (let step = 1; step < steps; step += 1) {
      server.clock.advance(3_600);
      expect((await browser.visit('/test/read')).status).toBe(200);
    }
    server.clock.advance(3_600);
    expect((await browser.visit('/test/read')).status).toBe(303);
  });

  test('sends its cookie again only now and then', async () => {
    const browser = await loggedIn();
    server.clock.advance(SESSION_RENEW_SECONDS - 1);
    expect((await browser.visit('/test/read')).headers['set-cookie']).toBeUndefined();
    server.clock.advance(1);
    expect((await browser.visit('/test/read')).headers['set-cookie']).toHaveLength(1);
  });

  test('ends when its key is revoked', async () => {
    const key = await server.makeKey('read');
    const browser = await loggedIn(key);
    expect((await browser.visit('/test/read')).status).toBe(200);
    await server.state.keys.revoke(keyIdOf(key) ?? '', server.clock.now(), SERVER_ACTOR);
    server.clock.advance(KEY_CACHE_MS / 1_000);
    expect((await browser.visit('/test/read')).status).toBe(303);
  });

  test.each([
    ['10 minutes ahead', 600, 200],
    ['10 minutes slow', -600, 200],
    ['slow by the accepted maximum', -SESSION_AHEAD_SECONDS_MAX, 200],
    ['slow by more than the maximum', -SESSION_AHEAD_SECONDS_MAX - 1, 401],
  ])('and its forms are checked by a server whose clock is %s', async (_, seconds, status) => {
    const other = await serverAt(seconds);
    const browser = await loggedIn(await server.makeKey('operate'));
    const token = await browser.formToken('/login');
    const headers = { cookie: cookieOf(browser), origin: other.url, 'x-csrf-token': token };
    expect((await other.request('/test/operate', { method: 'POST', headers })).status).toBe(status);
    await other.stop();
  });

  test('that was logged out is invalid on every server, also in a copied cookie', async () => {
    const other = await serverAt(0);
    const browser = await loggedIn();
    const cookie = cookieOf(browser);
    const token = await browser.formToken('/login');
    expect(await browser.submit('/logout', { _csrf: token })).toMatchObject({
      status: 303,
      headers: { location: '/login' },
    });
    expect(browser.cookies.has('bridge-session')).toBe(false);
    for (const one of [server, other]) {
      expect((await one.request('/test/read', { headers: { cookie } })).status).toBe(401);
    }
    await other.stop();
  });

  test('changes things with the token of its forms, which does not reach the route', async () => {
    const browser = await loggedIn(await server.makeKey('operate'));
    const token = await browser.formToken('/login');
    const send = (body: object, headers = {}) =>
      browser.visit('/test/note', {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: server.url, ...headers },
        body: JSON.stringify(body),
      });
    expect(parsedObject((await send({ note: 'a', _csrf: token })).text)?.['body']).toEqual({ note: 'a' });
    expect((await send({ note: 'a' }, { 'x-csrf-token': token })).status).toBe(200);
    expect((await send({ note: 'a' })).status).toBe(403);
  });
});

test('a session of ADMIN_API_KEY ends when that key is changed', async () => {
  const first = await startGuardedServer({ access: { adminKey: 'the-first-admin-key' } });
  const second = await startGuardedServer({ cwd: first.cwd, access: { adminKey: 'the-second-admin-key' } });
  const browser = openBrowser(first);
  await browser.logIn('the-first-admin-key');
  const cookie = cookieOf(browser);
  expect((await first.request('/test/read', { headers: { cookie } })).status).toBe(200);
  expect((await second.request('/test/read', { headers: { cookie } })).status).toBe(401);
  await second.stop();
  await first.stop();
});
