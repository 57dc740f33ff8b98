import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { runNow } from '../../../src/app/studio/runs/run-now.ts';
import type { Actor } from '../../../src/core/access/actor.ts';
import type { RecordedAuditEvent } from '../../../src/core/access/audit-log.ts';
import { toBridgeError } from '../../../src/core/errors.ts';
import { includesRight, keyIdOf } from '../../../src/core/secrets/access-key.ts';
import { bearer, startGuardedServer, type GuardedServer } from '../../support/http/guarded-server.ts';
import { openBrowser } from '../../support/server/browser.ts';
import { stateContents } from '../../support/studio/state-contents.ts';
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
      // The entries of one key are limited per hour.
      const keyForHead = await server.makeKey(right);
      const unexpected: string[] = [];
      for (const route of ROUTES) {
        const { status, text } = await send(route, key);
        const isForbidden = status === 403 && text.includes('"FORBIDDEN"');
        const isServed = status !== 401 && status !== 403 && status < 500;
        if (includesRight(right, route.right) ? !isServed : !isForbidden)
          unexpected.push(`${route.route} ${status}`);
        // An export has no such request, because it would be recorded like one.
        if (route.method !== 'GET' || route.path.endsWith('.ndjson')) continue;
        const head = await send({ ...route, method: 'HEAD' }, keyForHead);
        if (head.status !== status) unexpected.push(`HEAD of ${route.route} ${head.status}`);
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

/** A caller with each right; the use cases must not rely on the check of the route. */
const callerWith = (right: (typeof RIGHTS)[number]): Actor => ({
  ...{ kind: 'key', id: 'k', name: 'K', address: null, requestId: null },
  right,
});

/** Every use case with the right that it needs. */
function useCases(
  actor: Actor,
): Readonly<Record<string, readonly [(typeof RIGHTS)[number], () => Promise<unknown>]>> {
  const { studio } = server;
  const { signal } = new AbortController();
  const request = {
    subject: { connectorId: 'absent', action: 'pause' },
    reason: '',
    documents: 'keep',
  } as const;
  const order = { name: 'x', value: undefined, allowedHosts: [], allowedConnectors: [], note: '' };
  return {
    'audit page': ['admin', () => studio.auditEvents.page({}, { limit: 1 }, actor)],
    'audit export': ['admin', () => studio.auditEvents.export({}, actor)],
    'secrets list': ['admin', () => studio.secrets.list(actor)],
    'secrets users': ['admin', () => studio.secrets.usersOf('x', actor)],
    'secrets set': ['admin', () => studio.secrets.set(order, actor)],
    'secrets delete': ['admin', () => studio.secrets.delete('x', true, actor)],
    'secrets rotate': ['admin', () => studio.secrets.rotate(actor)],
    'run now': [
      'operate',
      () => runNow({ connectorId: 'absent', dryRun: true, full: false }, actor, server.runs),
    ],
    counts: ['operate', () => studio.previews.counts('x', actor, signal)],
    columns: ['author', () => studio.previews.columns('x', actor, signal)],
    documents: ['author', () => studio.previews.documents('x', actor, signal)],
    samples: ['author', () => studio.previews.samples('x', '', actor, signal)],
    'draft create': [
      'author',
      () => studio.drafts.create({ intent: 'edit', connectorId: 'absent' }, actor, signal),
    ],
    'draft find': ['author', () => studio.drafts.find('x', actor)],
    'draft findEdited': ['author', async () => studio.drafts.findEdited('x', actor)],
    'draft list': ['author', () => studio.drafts.list(actor)],
    'draft save': ['author', () => studio.drafts.save('x', { text: '', version: 1 }, actor)],
    'draft rebase': ['author', () => studio.drafts.rebase('x', { text: '', version: 1, base: null }, actor)],
    'draft discard': ['author', () => studio.drafts.discard('x', actor)],
    'draft original': ['read', () => studio.drafts.original('absent', actor, signal)],
    plan: ['author', () => studio.changes.plan(request, actor, signal)],
    propose: ['author', () => studio.changes.propose(request, actor, signal)],
    resolve: [
      'author',
      () => studio.changes.resolve({ draftId: 'x', version: 1, keep: 'theirs', theirs: '' }, actor),
    ],
    'proposals list': ['read', () => studio.changes.list({ limit: 1 }, actor, signal)],
    'proposals find': ['read', () => studio.changes.find('x', actor, signal)],
  };
}

describe('the use cases of Studio', () => {
  test.each(RIGHTS)('refuse a caller with the right to %s where its routes do', async (right) => {
    const wrong: string[] = [];
    for (const [name, [needed, call]] of Object.entries(useCases(callerWith(right)))) {
      const code = await call().then(
        () => 'done',
        (thrown: unknown) => toBridgeError(thrown).code,
      );
      if ((code === 'RIGHT_MISSING') === includesRight(right, needed)) wrong.push(`${name} ${code}`);
    }
    expect(wrong).toEqual([]);
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

describe('a change of Studio', () => {
  test.each(CHANGES.map((route) => [route.route, route] as const))(
    'by %s is refused without the token of the form and from another origin',
    async (_, { method, path }) => {
      const browser = openBrowser(server);
      await browser.logIn(await server.makeKey('admin'));
      const token = await browser.formToken('/login');
      const tried = (headers: Record<string, string>) =>
        browser.visit(path, { method, headers: { origin: server.url, ...headers } });
      const before = await stateContents(server.cwd);
      expect((await tried({})).status).toBe(403);
      expect((await tried({ 'x-csrf-token': 'forged' })).status).toBe(403);
      expect((await tried({ 'x-csrf-token': token, origin: 'https://evil.example' })).status).toBe(403);
      expect((await tried({ 'x-csrf-token': token, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
      expect((await tried({ 'x-csrf-token': token, 'sec-fetch-site': 'same-site' })).status).toBe(403);
      expect(await stateContents(server.cwd)).toEqual(before);
      expect((await tried({ 'x-csrf-token': token })).status).not.toBe(403);
    },
  );
});

const objectOf = ({ object }: RecordedAuditEvent) => object.name;
