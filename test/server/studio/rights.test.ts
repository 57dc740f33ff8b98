import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import type { RecordedAuditEvent } from '../../../src/core/access/audit-log.ts';
import { includesRight, keyIdOf } from '../../../src/core/secrets/access-key.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { bearer, startGuardedServer, type GuardedServer } from '../../support/http/guarded-server.ts';
import { openBrowser } from '../../support/server/browser.ts';
import { STUDIO_ROUTES } from './studio-routes.ts';

const RIGHTS = ['push', 'read', 'author', 'operate', 'admin'] as const;
const ROUTES = Object.entries(STUDIO_ROUTES).map(([route, entry]) => {
  const [method = '', pattern = ''] = route.split(' ');
  return { route, method, pattern, ...entry };
});
const CHANGES = ROUTES.filter(({ method }) => method !== 'GET');

let server: GuardedServer;
/** `METHOD pattern` of every route of Studio, with the right that its route requires. */
const registered = new Map<string, string | undefined>();

/** Fastify publishes each new instance, so the routes are observed without a change of the program. */
function observeRoutes(message: unknown): void {
  const { fastify } = message as { fastify: FastifyInstance };
  fastify.addHook('onRoute', ({ method, url, config }) => {
    for (const each of [method].flat()) {
      if (!/^\/(v1\/)?studio(\/|$)/.test(url) || each === 'HEAD') continue;
      registered.set(`${each} ${url}`, config?.access);
    }
  });
}

beforeAll(async () => {
  subscribe('fastify.initialization', observeRoutes);
  server = await startGuardedServer({ locked: true });
  unsubscribe('fastify.initialization', observeRoutes);
});
afterAll(() => server.stop());

function send({ method, path, body }: (typeof ROUTES)[number], key: string) {
  const { headers } = bearer(key);
  if (body === undefined) return server.request(path, { method, headers });
  return server.request(path, {
    method,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

const refusals = () => server.state.auditRecords.list({ action: 'request.refuse' }, { limit: 500 });

describe('the rights of Studio', () => {
  test('are listed in this test for every route', () => {
    const listed = Object.fromEntries(
      Object.entries(STUDIO_ROUTES).map(([route, { right }]) => [route, right]),
    );
    expect(Object.fromEntries(registered)).toEqual(listed);
  });

  test.each(RIGHTS)(
    'let a key to %s use its routes alone, and each refusal is in the audit log',
    async (right) => {
      const key = await server.makeKey(right);
      const id = keyIdOf(key);
      const unexpected: string[] = [];
      for (const route of ROUTES) {
        const { status, text } = await send(route, key);
        const isForbidden = status === 403 && text.includes('"FORBIDDEN"');
        const isServed = status !== 401 && status !== 403 && status < 500;
        if (includesRight(right, route.right) ? !isServed : !isForbidden)
          unexpected.push(`${route.route} ${status}`);
      }
      expect(unexpected).toEqual([]);
      const recorded = (await refusals()).filter(({ actor }) => actor.id === id).map(objectOf);
      const refused = ROUTES.filter((route) => !includesRight(right, route.right));
      expect(new Set(recorded)).toEqual(new Set(refused.map(({ method, path }) => `${method} ${path}`)));
    },
  );

  test('are the same on a page: a session gets 403, and the log has the person', async () => {
    const key = await server.makeKey('operate');
    const browser = openBrowser(server);
    await browser.logIn(key);
    const { status, text } = await browser.visit('/studio/audit?from=2026-01-01');
    expect({ status, said: text.includes('needs the right') }).toEqual({ status: 403, said: true });
    const [newest] = await refusals();
    expect(newest).toMatchObject({
      actor: { id: keyIdOf(key), kind: 'key', name: 'to operate', address: '127.0.0.1' },
      object: { kind: 'route', name: 'GET /studio/audit' },
      details: { needs: 'admin', has: 'operate', route_allows: false },
    });
  });
});

describe('the links of a page', () => {
  test.each([
    ['read', ['Connectors', 'Proposals'], []],
    ['author', ['Connectors', 'Proposals'], ['New connector', 'Edit', 'Clone', 'Pause', 'Delete']],
    ['operate', ['Connectors', 'Proposals'], ['New connector', 'Edit', 'Clone', 'Pause', 'Run', 'Delete']],
    [
      'admin',
      ['Connectors', 'Proposals', 'Secrets', 'Audit log'],
      ['New connector', 'Edit', 'Clone', 'Pause', 'Run', 'Delete'],
    ],
  ] as const)('are those that the right %s permits', async (right, parts, actions) => {
    const headers = { ...bearer(await server.makeKey(right)).headers, accept: 'text/html' };
    const { text } = await server.request('/studio/connectors?find=pulled', { headers });
    const labels = [...text.matchAll(/<a[^>]*>([A-Za-z ]+)</g)].map(([, label = '']) => label);
    const known = ['Connectors', 'Proposals', 'Secrets', 'Audit log'];
    expect(labels.filter((label) => known.includes(label))).toEqual(parts);
    const offered = ['New connector', 'Edit', 'Clone', 'Pause', 'Resume', 'Run', 'Delete'];
    expect(labels.filter((label) => offered.includes(label))).toEqual(actions);
  });
});

describe('a name with a NUL character, on which Postgres fails', () => {
  test.each(
    ROUTES.filter(({ path }) => path.includes('absent')).map((route) => [route.route, route] as const),
  )('is refused by %s before it reaches the database', async (_, route) => {
    const key = await server.makeKey('admin');
    const path = route.path.replace('absent', 'a%00b');
    expect((await send({ ...route, path }, key)).status).toBe(400);
  });
});

describe('a GET of Studio', () => {
  test('changes nothing besides the entry of an export in the audit log', async () => {
    const key = await server.makeKey('admin');
    const browser = openBrowser(server);
    await browser.logIn(key);
    const before = await contents();
    for (const { path } of ROUTES.filter(({ method }) => method === 'GET')) {
      for (const method of ['GET', 'HEAD'])
        expect((await browser.visit(path, { method })).status).toBeLessThan(500);
    }
    expect(await contents()).toEqual(before);
    const added = await server.state.auditRecords.list(
      { from: server.clock.now().toISOString() },
      { limit: 500 },
    );
    expect(new Set(added.filter(isFromExport).map(objectOf)).size).toBeLessThanOrEqual(1);
  });
});

describe('a change of Studio', () => {
  test.each(CHANGES.map((route) => [route.route, route] as const))(
    'by %s is refused without the token of the form and from another origin',
    async (_, { method, path }) => {
      const browser = openBrowser(server);
      await browser.logIn(await server.makeKey('admin'));
      const token = await browser.formToken('/login');
      const tried = (headers: Record<string, string>) =>
        browser.visit(path, { method, headers: { origin: server.url, ...headers } });
      const before = await contents();
      expect((await tried({})).status).toBe(403);
      expect((await tried({ 'x-csrf-token': 'forged' })).status).toBe(403);
      expect((await tried({ 'x-csrf-token': token, origin: 'https://evil.example' })).status).toBe(403);
      expect((await tried({ 'x-csrf-token': token, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
      expect((await tried({ 'x-csrf-token': token, 'sec-fetch-site': 'same-site' })).status).toBe(403);
      expect(await contents()).toEqual(before);
      expect((await tried({ 'x-csrf-token': token })).status).not.toBe(403);
    },
  );
});

const objectOf = ({ object }: RecordedAuditEvent) => object.name;
const isFromExport = ({ action }: RecordedAuditEvent) => action === 'audit.export';

/** Every row of every table besides the audit log, the last use of keys, and the counters of SQLite. */
async function contents(): Promise<Record<string, string[]>> {
  const file = join(server.cwd, '.gemini-sync-bridge', 'state.db');
  const database = await openDatabase({ file });
  try {
    const tables = await database.knex('sqlite_master').where({ type: 'table' }).pluck<string[]>('name');
    const found: Record<string, string[]> = {};
    for (const table of tables.filter((name) => name !== 'audit_events' && !name.startsWith('sqlite_'))) {
      const rows = await database.knex<Record<string, unknown>>(table).select('*');
      found[table] = rows.map((row) => JSON.stringify({ ...row, last_used_at: null })).sort();
    }
    return found;
  } finally {
    await database.close();
  }
}
