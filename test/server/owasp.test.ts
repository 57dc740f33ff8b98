import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { keyIdOf } from '../../src/core/secrets/access-key.ts';
import { FAILED_ATTEMPTS_PER_MINUTE, KEY_CACHE_MS } from '../../src/server/limits.ts';
import { openBrowser } from '../support/server/browser.ts';
import {
  bearer,
  PUSH_TOKEN,
  startGuardedServer,
  type GuardedServer,
} from '../support/http/guarded-server.ts';
import { parsedObject } from '../support/files/json.ts';
import { SERVER_ACTOR } from '../../src/core/access/audit-log.ts';

/** Each attack is one test. What it must not reach is in the title. */

const ADMIN_KEY = 'an-admin-key-of-the-environment';
const JSON_TYPE = { 'content-type': 'application/json' };

let server: GuardedServer;
let keys: { readonly read: string; readonly operate: string; readonly pushA: string };
beforeAll(async () => {
  server = await startGuardedServer({ access: { adminKey: ADMIN_KEY } });
  keys = {
    read: await server.makeKey('read'),
    operate: await server.makeKey('operate'),
    pushA: await server.makeKey('push', { connectorId: 'support-push' }),
  };
});
afterAll(() => server.stop());

const operate = (headers: Record<string, string>, body?: string) =>
  server.request('/test/operate', { method: 'POST', headers, ...(body === undefined ? {} : { body }) });

async function loggedIn(key: string) {
  const browser = openBrowser(server);
  await browser.logIn(key);
  return browser;
}

describe('keys', () => {
  test('are compared in a time that tells nothing: hashes, and never with ===', () => {
    const read = (file: string) => readFileSync(new URL(`../../src/${file}`, import.meta.url), 'utf8');
    expect(read('core/secrets/access-key.ts')).toContain('timingSafeEqual');
    const credentials = read('server/access/keys/credentials.ts');
    expect(credentials.match(/sameDigest\(/g)).toHaveLength(3);
    expect(credentials).not.toMatch(/(hash|token|digest|adminKey) (===|!==) (?!undefined)/);
  });

  test('with the id of a good one and another secret open nothing', async () => {
    const forged = `gsb_${keyIdOf(keys.operate) ?? ''}_${'A'.repeat(43)}`;
    expect((await operate(bearer(forged).headers)).status).toBe(401);
  });

  test('that were revoked open nothing', async () => {
    const key = await server.makeKey('operate');
    expect((await operate(bearer(key).headers)).status).toBe(200);
    await server.state.keys.revoke(keyIdOf(key) ?? '', server.clock.now(), SERVER_ACTOR);
    server.clock.advance(KEY_CACHE_MS / 1_000);
    expect((await operate(bearer(key).headers)).status).toBe(401);
  });

  test('that have expired open nothing, by the clock of the database', async () => {
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
    const aMomentAgo = new Date(Date.now() - 1_000).toISOString();
    const valid = await server.makeKey('operate', { expiresAt: inAnHour });
    const expired = await server.makeKey('operate', { expiresAt: aMomentAgo });
    expect((await operate(bearer(valid).headers)).status).toBe(200);
    expect((await operate(bearer(expired).headers)).status).toBe(401);
  });

  test('to push to A do not push to B, under any spelling of A', async () => {
    const push = (connector: string) =>
      server.request(`/v1/connectors/${connector}/test`, { method: 'POST', ...bearer(keys.pushA) });
    expect((await push('support-push')).status).toBe(200);
    for (const other of [
      'orders-push',
      'Support-Push',
      'support-push%00',
      'support-push%2F..%2Forders-push',
    ]) {
      expect((await push(other)).status).toBe(403);
    }
    const smuggled = await server.request('/v1/connectors/orders-push/test?connector_id=support-push', {
      method: 'POST',
      headers: { ...bearer(keys.pushA).headers, ...JSON_TYPE },
      body: '{"connector_id":"support-push"}',
    });
    expect(smuggled.status).toBe(403);
  });

  test('to read do not operate', async () => {
    expect((await operate(bearer(keys.read).headers)).status).toBe(403);
  });

  test('in an address are refused, with the way to send them, and are in no answer and no log', async () => {
    for (const query of [
      `?access_token=${keys.read}`,
      `?x=${keys.read}`,
      `?api_key=${ADMIN_KEY}`,
      '?token=a',
    ]) {
      const { status, text } = await server.request(`/test/read${query}`, bearer(keys.read));
      expect({ status, hint: text.includes('Authorization: Bearer') }).toEqual({ status: 400, hint: true });
      expect(text).not.toContain(keys.read.slice(17));
    }
    expect(server.lines.join('\n')).not.toContain(keys.read.slice(17));
  });

  test.each([
    ['Basic', (key: string) => ({ authorization: `Basic ${Buffer.from(`x:${key}`).toString('base64')}` })],
    ['no scheme', (key: string) => ({ authorization: key })],
    ['X-API-Key', (key: string) => ({ 'x-api-key': key })],
    ['a cookie', (key: string) => ({ cookie: `authorization=Bearer ${key}; bridge-session=${key}` })],
  ])('are taken as Bearer only: %s', async (_, headers) => {
    expect((await operate(headers(keys.operate))).status).toBe(401);
  });
});

describe('a session', () => {
  test('is not the one that an attacker planted (fixation)', async () => {
    const attacker = openBrowser(server);
    await attacker.visit('/login');
    const victim = openBrowser(server);
    for (const [name, value] of attacker.cookies) victim.cookies.set(name, value);
    victim.cookies.set('bridge-session', 'planted');
    await victim.logIn(keys.read);
    expect(victim.cookies.get('bridge-session')).not.toBe('planted');
    expect((await attacker.visit('/test/read')).status).toBe(303);
    const second = await loggedIn(keys.read);
    expect(second.cookies.get('bridge-session')).not.toBe(victim.cookies.get('bridge-session'));
  });

  test('is not made by changing a cookie', async () => {
    const browser = await loggedIn(keys.read);
    const good = decodeURIComponent(browser.cookies.get('bridge-session') ?? '');
    const [, signature = ''] = good.split('.');
    const other = keyIdOf(keys.operate) ?? '';
    const forgeries = [
      good.replace(keyIdOf(keys.read) ?? '', other),
      good.replace(/~\d+~/, '~9999999999999~'),
      `${good}x`,
      good.slice(0, -1),
      good.replace(`.${signature}`, ''),
      good.replace(`.${signature}`, '.'),
      `.${signature}`,
      '',
    ];
    for (const forged of forgeries) {
      const cookie = `bridge-session=${encodeURIComponent(forged)}`;
      expect((await server.request('/test/read', { headers: { cookie } })).status).toBe(401);
    }
  });

  test('is not made of a cookie that was signed for something else', async () => {
    const browser = openBrowser(server);
    await browser.visit('/login');
    const cookie = `bridge-session=${browser.cookies.get('bridge-login') ?? ''}`;
    expect((await server.request('/test/read', { headers: { cookie } })).status).toBe(401);
  });

  test.each([
    ['a page of another site', { origin: 'https://evil.example' }],
    ['a page without an origin', { origin: 'null' }],
    ['another site, as the browser says', { 'sec-fetch-site': 'cross-site' }],
    ['a sibling host', { 'sec-fetch-site': 'same-site' }],
    ['at an unknown address', {}],
  ])('changes nothing for %s, even with the right token', async (_, headers) => {
    const browser = await loggedIn(keys.operate);
    const token = await browser.formToken('/login');
    const cookie = `bridge-session=${browser.cookies.get('bridge-session') ?? ''}`;
    expect((await operate({ cookie, 'x-csrf-token': token, ...headers })).status).toBe(403);
    expect((await operate({ cookie, 'x-csrf-token': token, origin: server.url })).status).toBe(200);
  });

  test('changes nothing without its own token, wherever the request says to come from', async () => {
    const browser = await loggedIn(keys.operate);
    const stranger = await (await loggedIn(keys.operate)).formToken('/login');
    const cookie = `bridge-session=${browser.cookies.get('bridge-session') ?? ''}`;
    for (const token of [undefined, '', 'x', stranger]) {
      const headers = {
        cookie,
        origin: server.url,
        ...(token === undefined ? {} : { 'x-csrf-token': token }),
      };
      expect((await operate(headers)).status).toBe(403);
    }
    expect((await browser.submit('/logout', { _csrf: stranger })).status).toBe(403);
    expect((await browser.visit('/test/read')).status).toBe(200);
  });

  test('is not begun in the name of an attacker (login CSRF)', async () => {
    const attacker = openBrowser(server);
    const token = await attacker.formToken();
    const victim = openBrowser(server);
    await victim.visit('/login');
    expect((await victim.submit('/login', { _csrf: token, key: keys.read })).status).toBe(403);
    const fromElsewhere = { origin: 'https://evil.example' };
    const own = await victim.formToken();
    expect((await victim.submit('/login', { _csrf: own, key: keys.read }, fromElsewhere)).status).toBe(403);
    expect(victim.cookies.has('bridge-session')).toBe(false);
  });

  test.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/.//evil.example',
    '/..//evil.example',
    'javascript:alert(1)',
    'ops',
    '/ops\r\nset-cookie: a=b',
    `/${'a'.repeat(3_000)}`,
  ])('does not lead to %j after the login (open redirect)', async (next) => {
    const browser = openBrowser(server);
    const { status, headers } = await browser.logIn(keys.read, { next });
    expect({ status, location: headers.location }).toEqual({ status: 303, location: '/ops' });
    const asked = await browser.visit(`/login?next=${encodeURIComponent(next)}`);
    expect(asked.headers.location).toBeUndefined();
  });
});

describe('requests', () => {
  test('set no header by line breaks in what they send (CRLF)', async () => {
    const { headers } = await openBrowser(server).visit('/test/read?a=%0d%0aset-cookie:%20evil=1');
    expect(headers['set-cookie']).toBeUndefined();
    expect(headers.location).toBe('/login?next=%2Ftest%2Fread%3Fa%3D%250d%250aset-cookie%3A%2520evil%3D1');
  });

  test('do not choose by their Host where an answer leads', async () => {
    const { headers, text } = await server.request('/test/read', {
      headers: { host: 'evil.example', accept: 'text/html', 'x-forwarded-host': 'evil.example' },
    });
    expect(String(headers.location)).toMatch(/^\/login/);
    expect(JSON.stringify(headers) + text).not.toContain('evil.example');
  });

  test.each([
    '/public/../package.json',
    '/public/..%2fpackage.json',
    '/public/%2e%2e%2fpackage.json',
    '/public/..%5cpackage.json',
    '/public//etc/passwd',
    '/public/.%00.css',
  ])('read no file beside the public ones: %s', async (path) => {
    const { status, text } = await server.request(path);
    expect([400, 404]).toContain(status);
    expect(text).not.toMatch(/gemini-sync-bridge"|root:/);
  });

  test('keep the method that they have, whatever a header says', async () => {
    for (const name of ['x-http-method-override', 'x-http-method', 'x-method-override']) {
      const headers = { ...bearer(keys.operate).headers, [name]: 'POST' };
      expect((await server.request('/test/operate', { headers })).status).toBe(404);
    }
  });

  test.each([
    ['an unknown field', { note: 'a', right: 'admin' }],
    ['the caller', { note: 'a', caller: { id: 'admin' } }],
    ['a constructor', { note: 'a', constructor: { prototype: { polluted: true } } }],
  ])('set nothing that the route does not declare (mass assignment): %s', async (_, body) => {
    const headers = { ...bearer(keys.operate).headers, ...JSON_TYPE };
    const { status } = await server.request('/test/note', {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    expect(status).toBe(400);
  });

  test.each([
    ['JSON', JSON_TYPE['content-type'], '{"note":"a","__proto__":{"polluted":true}}'],
    ['JSON, nested', JSON_TYPE['content-type'], '{"note":{"__proto__":{"polluted":true}}}'],
    ['a form', 'application/x-www-form-urlencoded', 'note=a&__proto__[polluted]=1&__proto__.polluted=1'],
  ])('do not change the prototype of all objects: %s', async (_, type, body) => {
    const headers = { ...bearer(keys.operate).headers, 'content-type': type };
    const { status } = await server.request('/test/note', { method: 'POST', headers, body });
    expect([400, 415]).toContain(status);
    const login = { 'content-type': 'application/x-www-form-urlencoded', origin: server.url };
    await server.request('/login', {
      method: 'POST',
      headers: login,
      body: '__proto__[polluted]=1&key=a&_csrf=b',
    });
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  test('that are TRACE are not echoed', async () => {
    const { status, text } = await server.request('/test/read', {
      method: 'TRACE',
      headers: { 'x-canary': 'meow' },
    });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(text).not.toContain('meow');
  });

  test.each([
    ['a header', { 'x-large': 'a'.repeat(40_000) }, 431],
    ['a cookie', { cookie: `bridge-session=${'a'.repeat(40_000)}` }, 431],
    ['a key', { authorization: `Bearer ${'a'.repeat(5_000)}` }, 401],
  ])('with %s that is too large are refused, and the server stays available', async (_, headers, status) => {
    expect((await server.request('/test/read', { headers })).status).toBe(status);
    expect((await server.request('/healthz')).status).toBe(200);
  });

  test('with a login form that is too large are refused', async () => {
    const browser = openBrowser(server);
    expect((await browser.logIn('a'.repeat(100_000))).status).toBe(413);
  });

  test('that are never finished, or whose answer is never read, do not hold a connection forever (slowloris)', () => {
    const { requestTimeout, headersTimeout, keepAliveTimeout, timeout } = server.http;
    expect({ requestTimeout, headersTimeout, keepAliveTimeout, timeout }).toEqual({
      timeout: 120_000,
      requestTimeout: 60_000,
      headersTimeout: 10_000,
      keepAliveTimeout: 65_000,
    });
  });
});

describe('answers', () => {
  test('say nothing of what failed inside, and the log has it', async () => {
    const { status, text } = await server.request('/test/failure', bearer(keys.read));
    expect(status).toBe(500);
    expect(text).not.toMatch(/ECONNREFUSED|hunter22|db\.internal|\.ts|at /);
    const { request_id: id } = parsedObject(text) ?? {};
    expect(server.lines.some((line) => line.includes(String(id)) && line.includes('ECONNREFUSED'))).toBe(
      true,
    );
  });

  test('and the log contain no key and no cookie, valid or not', async () => {
    const wrong = `gsb_0123456789ab_${'W'.repeat(43)}`;
    const browser = await loggedIn(keys.read);
    const answers = [
      await server.request('/test/read', bearer(keys.read)),
      await server.request('/test/read', bearer(wrong)),
      await server.request('/v1/connectors/support-push/test', { method: 'POST', ...bearer(PUSH_TOKEN) }),
      await operate(bearer(ADMIN_KEY).headers),
      await browser.submit('/login', { _csrf: 'x', key: wrong }),
    ];
    const said = [...answers.map(({ text }) => text), ...server.lines].join('\n');
    const cookie = browser.cookies.get('bridge-session') ?? 'none';
    for (const secret of [keys.read.slice(17), 'W'.repeat(43), PUSH_TOKEN, ADMIN_KEY, cookie]) {
      expect(said).not.toContain(secret);
    }
  });

  test('cannot be framed, and run only scripts of this server', async () => {
    for (const path of ['/login', '/healthz', '/nowhere']) {
      const { headers } = await server.request(path, { headers: { accept: 'text/html' } });
      expect(headers['x-frame-options']).toBe('DENY');
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers['content-security-policy']).not.toContain('unsafe');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('same-origin');
    }
    expect((await server.request('/login')).text).not.toMatch(/<script|<style|\son\w+=|\sstyle=/);
  });

  test('are for no other origin (CORS)', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    for (const method of ['GET', 'OPTIONS']) {
      const { headers: answered } = await server.request('/healthz', { method, headers });
      expect(Object.keys(answered).filter((name) => name.startsWith('access-control-'))).toEqual([]);
    }
  });

  test('to requests with a key are not cached', async () => {
    for (const answer of [
      await server.request('/test/read', bearer(keys.read)),
      await server.request('/login'),
    ]) {
      expect(answer.headers['cache-control']).toBe('no-store');
    }
  });

  test('show what was typed as text, never as a part of the page', async () => {
    const next = '/"><script>alert(1)</script>';
    const { text } = await server.request(`/login?next=${encodeURIComponent(next)}`);
    expect(text).not.toContain('<script>');
  });
});

describe('guessing', () => {
  const attempts = async (one: (n: number) => Promise<{ status: number }>) => {
    const statuses: number[] = [];
    for (let n = 0; n <= FAILED_ATTEMPTS_PER_MINUTE; n += 1) statuses.push((await one(n)).status);
    return statuses;
  };
  const BOUND = [...Array.from({ length: FAILED_ATTEMPTS_PER_MINUTE }, () => 401), 429];

  test('ends after some attempts for wrong keys, and never for a right one', async () => {
    const target = await startGuardedServer({ access: { adminKey: ADMIN_KEY } });
    const guess = (key: string) => target.request('/test/read', bearer(key));
    const good = await target.makeKey('read');
    // Nothing that a client says of itself makes it another one.
    const spoofing = (n: number) =>
      target.request('/test/read', {
        headers: {
          ...bearer(`guess-${n}`).headers,
          'x-forwarded-for': `203.0.113.${n}`,
          forwarded: `for=10.0.0.${n}`,
        },
      });
    expect(await attempts(spoofing)).toEqual(BOUND);
    const refused = await guess('one-more-wrong-key');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    for (const key of [good, ADMIN_KEY]) expect((await guess(key)).status).toBe(200);
    expect((await openBrowser(target).logIn('one-more-wrong-key')).status).toBe(429);
    expect((await openBrowser(target).logIn(ADMIN_KEY)).status).toBe(303);
    await target.stop();
  });

  test('is counted by the address that a trusted proxy says, of IPv6 by network', async () => {
    const target = await startGuardedServer({ locked: true, access: { trustedProxies: ['127.0.0.1'] } });
    const guess = (address: string) =>
      target.request('/test/read', { headers: { ...bearer('guess').headers, 'x-forwarded-for': address } });
    expect(await attempts((n) => guess(`2001:db8:1:2::${n}`))).toEqual(BOUND);
    expect((await guess('2001:db8:1:3::1')).status).toBe(401);
    // The proxy adds the address that it sees at the end; what the client has written before is not believed.
    expect(await attempts((n) => guess(`10.9.9.${n}, 198.51.100.7`))).toEqual(BOUND);
    await target.stop();
  });
});

describe('a proxy that logs people in', () => {
  test('is not imitated by who sends its header', async () => {
    const signOn = { header: 'x-forwarded-user', right: 'admin' } as const;
    const target = await startGuardedServer({ access: { signOn, trustedProxies: ['10.0.0.0/8'] } });
    const spoofed = { 'x-forwarded-user': 'root', 'x-forwarded-for': '10.0.0.1' };
    expect((await target.request('/test/read', { headers: spoofed })).status).toBe(401);
    const headers = { ...spoofed, ...bearer(await target.makeKey('read')).headers };
    const seen = await target.request('/test/headers', { headers });
    expect(seen.text).not.toContain('x-forwarded-user');
    await target.stop();
  });

  test('does not make its users change things for other sites', async () => {
    const signOn = { header: 'x-forwarded-user', right: 'operate' } as const;
    const target = await startGuardedServer({ access: { signOn, trustedProxies: ['127.0.0.1'] } });
    const user = { 'x-forwarded-user': 'ada' };
    const { form_token: token } =
      parsedObject((await target.request('/test/read', { headers: user })).text) ?? {};
    const change = (headers: Record<string, string>) =>
      target.request('/test/operate', { method: 'POST', headers: { ...user, ...headers } });
    expect((await change({ origin: 'https://evil.example', 'x-csrf-token': String(token) })).status).toBe(
      403,
    );
    expect((await change({ origin: target.url })).status).toBe(403);
    expect((await change({ origin: target.url, 'x-csrf-token': String(token) })).status).toBe(200);
    await target.stop();
  });
});

describe('a server without keys', () => {
  let open: GuardedServer;
  beforeAll(async () => {
    open = await startGuardedServer();
  });
  afterAll(() => open.stop());
  const change = (headers: Record<string, string>) =>
    open.request('/test/operate', { method: 'POST', headers });

  test.each([
    ['a foreign name that points here (DNS rebinding)', { host: 'evil.example' }],
    ['the same with a port', { host: 'evil.example:8080' }],
    ['a name that begins like ours', { host: '127.0.0.1.evil.example' }],
    ['a proxy', { 'x-forwarded-for': '203.0.113.1' }],
    ['a proxy that says so otherwise', { forwarded: 'for=203.0.113.1' }],
    ['a proxy that names itself alone', { via: '1.1 proxy' }],
    ['a proxy that names its site alone', { 'x-forwarded-host': 'bridge.example.com' }],
    ['a proxy that terminates TLS', { 'x-forwarded-proto': 'https' }],
    [
      'a proxy whose header comes last of very many',
      { a: Array(3_000).fill(''), 'x-forwarded-for': '203.0.113.1' },
    ],
  ])('answers nothing to %s', async (_, headers) => {
    expect((await open.request('/test/read', { headers })).status).toBe(403);
  });

  test.each([
    ['another site', { origin: 'https://evil.example' }],
    ['another program of this machine', { origin: 'http://127.0.0.1:1' }],
    ['a sandboxed page', { origin: 'null' }],
    ['another site, as the browser says', { 'sec-fetch-site': 'cross-site' }],
  ])('changes nothing for a page of %s', async (_, headers) => {
    expect((await change(headers)).status).toBe(403);
  });

  test('changes things for its own pages, and for programs', async () => {
    for (const headers of [
      { origin: open.url },
      { 'sec-fetch-site': 'same-origin' },
      { host: 'localhost' },
      {},
    ]) {
      expect((await change(headers)).status).toBe(200);
    }
  });
});
