import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newKeyEntry, parseKeyRing } from '../../../src/core/secrets/managed/key-ring.ts';
import { bearer, startGuardedServer, type GuardedServer } from '../../support/http/guarded-server.ts';
import { parsedObject } from '../../support/files/json.ts';
import { openBrowser } from '../../support/server/browser.ts';
import { stateContents } from '../../support/studio/state-contents.ts';
import { STUDIO_ROUTES } from './studio-routes.ts';

const VALUE = 'value-of-a-stored-secret';
const OLD_KEY = newKeyEntry('old');
const ROUTES = Object.entries(STUDIO_ROUTES).map(([route, { body }]) => {
  const [method = '', pattern = ''] = route.split(' ');
  return { route, method, pattern, body };
});

let keys = OLD_KEY;
let server: GuardedServer;
/** Of the person whose objects these are. */
let owner: string;
let draft: string;
beforeAll(async () => {
  server = await startGuardedServer({
    locked: true,
    access: { managedKeys: () => parseKeyRing(keys, 'KEYS') },
  });
  owner = await server.makeKey('admin');
  const order = { value: VALUE, allowed_hosts: [], allowed_connectors: [] };
  expect((await send('PUT', '/v1/studio/secrets/stored', order)).status).toBe(200);
  const created = await send('POST', '/v1/studio/drafts', { intent: 'edit', connector: 'pulled' });
  draft = String(parsedObject(created.text)?.['id']);
  await server.state.proposals.begin({
    ...{ id: 'proposed', connectorId: 'pulled', action: 'edit', repository: 'acme/sync' },
    ...{ branch: 'studio/pulled', baseBranch: 'main', baseCommit: 'c0ffee', title: 'Edit pulled', body: '' },
    ...{ files: [], proposedBy: { id: 'ada', name: 'Ada' }, draftId: null },
  });
});
afterAll(() => server.stop());

function send(method: string, path: string, body?: object, key = owner) {
  const { headers } = bearer(key);
  if (body === undefined) return server.request(path, { method, headers });
  const type = { 'content-type': 'application/json' };
  return server.request(path, { method, headers: { ...headers, ...type }, body: JSON.stringify(body) });
}

/** The path of a route for an object that exists. */
function pathOf(pattern: string): string {
  return pattern
    .replace('/secrets/:name', '/secrets/stored')
    .replace('/drafts/:id', `/drafts/${draft}`)
    .replace('/proposals/:id', '/proposals/proposed')
    .replace(/\/connectors\/:(id|connector_id)/, '/connectors/pulled')
    .replace(':action', 'delete')
    .replace(':run_id', 'absent');
}

const entriesSince = async (after: number) => {
  const newest = await server.state.auditRecords.newestId();
  return server.state.auditRecords.next({}, { after, newest, limit: 500 });
};

describe('a GET of an object of Studio', () => {
  test('changes nothing, and only an export leaves an entry in the audit log', async () => {
    const browser = openBrowser(server);
    await browser.logIn(owner);
    const before = await stateContents(server.cwd);
    const newest = await server.state.auditRecords.newestId();
    const unexpected: string[] = [];
    for (const { route, method, pattern } of ROUTES) {
      if (method !== 'GET') continue;
      for (const asked of ['GET', 'HEAD']) {
        const { status } = await browser.visit(pathOf(pattern), { method: asked });
        const isServed = status < 400 || pattern.includes('run_id') || asked === 'HEAD';
        if (!isServed || status >= 500) unexpected.push(`${asked} ${route} ${status}`);
      }
    }
    expect(unexpected).toEqual([]);
    expect(await stateContents(server.cwd)).toEqual(before);
    expect((await entriesSince(newest)).map(({ action }) => action)).toEqual(['audit.export']);
  });
});

describe('the draft of another person', () => {
  test('is unknown to every route, also to an administrator, and stays as it is', async () => {
    const other = await server.makeKey('admin');
    const before = await stateContents(server.cwd);
    const text = 'kind: Connector';
    const bodies: Readonly<Record<string, object>> = {
      'POST /studio/drafts/:id/propose': {},
      'POST /studio/drafts/:id/resolve': { version: 1, keep: 'theirs', theirs: '' },
      'POST /studio/drafts/:id/preview': { kind: 'columns' },
      'PUT /v1/studio/drafts/:id': { version: 1, text },
      'POST /v1/studio/drafts/:id/check': { version: 1, text },
      'POST /v1/studio/connectors/diff': { draft },
      'POST /v1/studio/connectors/propose': { draft },
    };
    const asked = ROUTES.filter(({ route }) => route.includes('/drafts/:id') || route in bodies);
    expect(asked.length).toBeGreaterThan(12);
    const answers = [];
    for (const { route, method, pattern } of asked) {
      const { status } = await send(method, pathOf(pattern), bodies[route], other);
      answers.push(`${route} ${status}`);
    }
    expect(answers).toEqual(asked.map(({ route }) => `${route} 404`));
    const listed = await send('GET', '/v1/studio/drafts', undefined, other);
    expect(parsedObject(listed.text)).toEqual({ drafts: [] });
    expect(await stateContents(server.cwd)).toEqual(before);
  });
});

/** Changes that have an entry of their own, with a body with which they succeed. */
const AUDITED: Readonly<Record<string, object | undefined>> = {
  'POST /studio/secrets/new': { name: 'another', value: VALUE },
  'POST /studio/secrets/:name/edit': { value: VALUE },
  'POST /studio/secrets/:name/delete': {},
  'POST /studio/secrets/rotate': {},
  'PUT /v1/studio/secrets/:name': { value: VALUE, allowed_hosts: ['a.example'], allowed_connectors: [] },
  'DELETE /v1/studio/secrets/:name': undefined,
  'POST /v1/studio/secrets/rotate': undefined,
  'POST /v1/studio/connectors/:connector_id/run-now': {},
  'POST /studio/connectors/:id/run': {},
  'POST /studio/drafts': { intent: 'create', name: 'added' },
  'POST /studio/drafts/:id/discard': undefined,
  'POST /v1/studio/drafts': { intent: 'clone', connector: 'pulled' },
  'DELETE /v1/studio/drafts/:id': undefined,
  'POST /v1/studio/connectors/preview': { text: 'kind: Connector' },
  'POST /v1/studio/connectors/test': { text: 'kind: Connector' },
  'POST /v1/studio/connectors/counts': { text: 'kind: Connector' },
};
/** The text of a draft is saved while its author types, so it has no entries. */
const UNAUDITED = new Set([
  'PUT /v1/studio/drafts/:id',
  'POST /studio/drafts/:id',
  'POST /v1/studio/drafts/:id/check',
]);

describe('a change of Studio whose entry in the audit log cannot be written', () => {
  test('does not happen, whatever the route', async () => {
    keys = `${newKeyEntry('new')},${OLD_KEY}`;
    await server.breakAuditLog();
    const before = await stateContents(server.cwd);
    const done: string[] = [];
    for (const { route, method, pattern, body } of ROUTES) {
      if (method === 'GET' || UNAUDITED.has(route)) continue;
      const sent = route in AUDITED ? AUDITED[route] : (body ?? {});
      const confirmed = method === 'DELETE' && pattern.includes('secrets') ? '?confirmed=true' : '';
      const { status } = await send(method, `${pathOf(pattern)}${confirmed}`, sent);
      if (route in AUDITED && status < 500) done.push(`${route} ${status}`);
    }
    expect(done).toEqual([]);
    expect(await stateContents(server.cwd)).toEqual(before);
  });
});
