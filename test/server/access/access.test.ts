import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fastify } from 'fastify';
import { KEY_CACHE_MS, KEY_USE_SECONDS } from '../../../src/server/limits.ts';
import { keyIdOf } from '../../../src/core/secrets/access-key.ts';
import { guardRoutes } from '../../../src/server/access/access.ts';
import { loopbackGate } from '../../../src/server/access/loopback-gate.ts';
import {
  bearer,
  PUSH_TOKEN,
  startGuardedServer,
  type GuardedServer,
} from '../../support/http/guarded-server.ts';
import { parsedObject } from '../../support/files/json.ts';
import { SERVER_ACTOR } from '../../../src/core/access/audit-log.ts';

const ADMIN_KEY = 'an-admin-key-of-the-environment';
const PUSH = '/v1/connectors/support-push/test';
const OTHER_PUSH = '/v1/connectors/orders-push/test';

const ROUTES = {
  push: [PUSH, 'POST'],
  read: ['/test/read', 'GET'],
  operate: ['/test/operate', 'POST'],
  admin: ['/test/admin', 'POST'],
} as const;

describe('a server with keys', () => {
  let server: GuardedServer;
  beforeAll(async () => {
    server = await startGuardedServer({ access: { adminKey: ADMIN_KEY } });
  });
  afterAll(() => server.stop());

  const ask = (path: string, method: string, key: string) => server.request(path, { method, ...bearer(key) });

  test.each([
    ['push', ['push']],
    ['read', ['read']],
    ['operate', ['read', 'operate']],
    ['admin', ['push', 'read', 'operate', 'admin']],
  ] as const)('lets a key to %s do %j and nothing else', async (right, allowed) => {
    const key = await server.makeKey(right);
    for (const [access, [path, method]] of Object.entries(ROUTES)) {
      const { status, text } = await ask(path, method, key);
      const may = allowed.some((one) => one === access);
      expect({ access, status }).toEqual({ access, status: may ? 200 : 403 });
      expect(text).toContain(may ? keyIdOf(key) : '"FORBIDDEN"');
    }
  });

  test('lets a push key of one connector push to that one alone', async () => {
    const key = await server.makeKey('push', { connectorId: 'support-push' });
    expect((await ask(PUSH, 'POST', key)).status).toBe(200);
    expect((await ask(OTHER_PUSH, 'POST', key)).status).toBe(403);
    expect((await ask('/v1/connectors/not-there/test', 'POST', key)).status).toBe(403);
  });

  test('takes the secret of a push connector as its push token, and nowhere else', async () => {
    const { status, text } = await ask(PUSH, 'POST', PUSH_TOKEN);
    expect({ status, caller: parsedObject(text)?.['caller'] }).toEqual({
      status: 200,
      caller: {
        id: 'connector:support-push',
        name: 'the push token of support-push',
        kind: 'key',
        right: 'push',
      },
    });
    for (const path of [OTHER_PUSH, '/v1/connectors/pulled/test', '/v1/connectors/not-there/test']) {
      expect((await ask(path, 'POST', PUSH_TOKEN)).status).toBe(401);
    }
    expect((await ask('/test/read', 'GET', PUSH_TOKEN)).status).toBe(401);
  });

  test('takes ADMIN_API_KEY for everything', async () => {
    for (const [path, method] of Object.values(ROUTES)) {
      expect((await ask(path, method, ADMIN_KEY)).status).toBe(200);
    }
  });

  test('answers without a key with 401, and says how one is sent', async () => {
    const { status, headers, text } = await server.request('/test/read');
    expect({ status, challenge: headers['www-authenticate'] }).toEqual({
      status: 401,
      challenge: 'Bearer realm="gemini-sync-bridge"',
    });
    expect(text).toContain('Authorization: Bearer');
  });

  test('asks for no key on routes that are public', async () => {
    for (const path of ['/healthz', '/readyz', '/openapi.json', '/public/login.css']) {
      expect((await server.request(path)).status).toBe(200);
    }
  });

  test('notes the use of a key, and not more than once an hour', async () => {
    const key = await server.makeKey('read');
    const used = async () => (await server.state.keys.find(keyIdOf(key) ?? ''))?.lastUsedAt;
    expect(await used()).toBeNull();
    await ask('/test/read', 'GET', key);
    const first = await used();
    expect(first).toBe(server.clock.now().toISOString());
    server.clock.advance(KEY_USE_SECONDS - 1);
    await ask('/test/read', 'GET', key);
    expect(await used()).toBe(first);
    server.clock.advance(1);
    await ask('/test/read', 'GET', key);
    expect(await used()).toBe(server.clock.now().toISOString());
  });

  test('opens no more to a key that was revoked elsewhere, after some seconds at most', async () => {
    const key = await server.makeKey('read');
    expect((await ask('/test/read', 'GET', key)).status).toBe(200);
    await server.state.keys.revoke(keyIdOf(key) ?? '', server.clock.now(), SERVER_ACTOR);
    server.clock.advance(KEY_CACHE_MS / 1_000);
    expect((await ask('/test/read', 'GET', key)).status).toBe(401);
  });
});

describe('a server without keys', () => {
  test('on the loopback lets this machine do everything without one', async () => {
    const server = await startGuardedServer();
    for (const [path, method] of Object.values(ROUTES)) {
      expect((await server.request(path, { method })).status).toBe(200);
    }
    expect((await server.request('/login')).headers.location).toBe('/ops');
    expect(server.announced).toEqual([]);
    await server.stop();
  });

  test('that other machines can reach creates an admin key once and requires it', async () => {
    const server = await startGuardedServer({ host: '0.0.0.0' });
    const [key = ''] = server.announced;
    expect((await server.request('/test/read')).status).toBe(401);
    expect((await server.request('/test/admin', { method: 'POST', ...bearer(key) })).status).toBe(200);
    const again = await startGuardedServer({ host: '0.0.0.0', cwd: server.cwd });
    expect(again.announced).toEqual([]);
    expect((await again.request('/test/admin', { method: 'POST', ...bearer(key) })).status).toBe(200);
    expect(server.lines.join()).not.toContain(key);
    await again.stop();
    await server.stop();
  });

  test('is not open to its machine any more after its only key was revoked', async () => {
    const first = await startGuardedServer();
    const key = await first.makeKey('admin');
    await first.state.keys.revoke(keyIdOf(key) ?? '', first.clock.now(), SERVER_ACTOR);
    const second = await startGuardedServer({ cwd: first.cwd });
    expect((await second.request('/test/read')).status).toBe(401);
    await second.stop();
    await first.stop();
  });
});

describe('a server with a single sign-on proxy', () => {
  const signOn = { header: 'x-forwarded-user', right: 'read' } as const;
  let server: GuardedServer;
  beforeAll(async () => {
    server = await startGuardedServer({ access: { signOn, trustedProxies: ['127.0.0.0/8'] } });
  });
  afterAll(() => server.stop());

  test('knows the user that the proxy names, who may do what users may', async () => {
    const headers = { 'x-forwarded-user': 'ada@example.com' };
    const { status, text } = await server.request('/test/read', { headers });
    expect(status).toBe(200);
    expect(parsedObject(text)?.['caller']).toEqual({
      id: 'sso:ada@example.com',
      name: 'ada@example.com',
      kind: 'proxy_user',
      right: 'read',
    });
    const changed = await server.request('/test/operate', {
      method: 'POST',
      headers: { ...headers, origin: server.url },
    });
    expect(changed.status).toBe(403);
    expect(changed.text).toContain('the caller has');
  });

  test.each([[''], ['a'.repeat(300)], ['ada, bob'], [['ada', 'bob']]])(
    'identifies no user when the header is %j',
    async (user) => {
      const { status } = await server.request('/test/read', { headers: { 'x-forwarded-user': user } });
      expect(status).toBe(401);
    },
  );

  test('identifies no user when a header is sent twice, although Node keeps only the first value', async () => {
    const other = await startGuardedServer({
      access: { signOn: { header: 'from', right: 'read' }, trustedProxies: ['127.0.0.1'] },
    });
    const status = async (from: string | string[]) =>
      (await other.request('/test/read', { headers: { From: from } })).status;
    expect(await status('ada')).toBe(200);
    expect(await status(['root', 'ada'])).toBe(401);
    await other.stop();
  });

  test('takes keys beside', async () => {
    expect((await server.request('/test/read', bearer(await server.makeKey('read')))).status).toBe(200);
  });

  test('believes the proxy where a request came from, and how', async () => {
    const headers = {
      'x-forwarded-user': 'ada',
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'https',
    };
    const { text } = await server.request('/test/read', { headers });
    expect(parsedObject(text)).toMatchObject({ ip: '203.0.113.9', protocol: 'https' });
  });
});

describe('a route', () => {
  test.each([
    ['does not say who may use it', '/somewhere', {}],
    ['is for pushes and names no connector', '/v1/push', { access: 'push' }],
  ] as const)('that %s is not served', async (_, url, config) => {
    const app = fastify();
    await guardRoutes(app, loopbackGate());
    expect(() => app.get(url, { config }, () => 'served')).toThrow(`Route ${url} does not say`);
    await app.close();
  });
});
