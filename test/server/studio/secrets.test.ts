import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newKeyEntry, parseKeyRing, type KeyRing } from '../../../src/core/secrets/managed/key-ring.ts';
import {
  bearer,
  PUSH_TOKEN,
  startGuardedServer,
  type GuardedServer,
} from '../../support/http/guarded-server.ts';
import { parsedObject } from '../../support/files/json.ts';
import { openBrowser } from '../../support/server/browser.ts';

const CANARY = 'canary-Zx81-value-of-a-secret';
const FIRST = newKeyEntry('first');
const API = '/v1/studio/secrets';

let server: GuardedServer;
let ring: KeyRing | undefined = parseKeyRing(FIRST, 'KEY');
let browser: ReturnType<typeof openBrowser>;
let key: string;
const answers: string[] = [];
beforeAll(async () => {
  server = await startGuardedServer({ locked: true, access: { managedKeys: () => ring } });
  key = await server.makeKey('admin');
  browser = openBrowser(server);
  await browser.logIn(key);
});
afterAll(() => server.stop());

async function call(method: string, path: string, body?: object) {
  const { headers } = bearer(key);
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await server.request(path, { method, headers: { ...headers, ...type }, ...sent });
  answers.push(answer.text);
  return { status: answer.status, json: parsedObject(answer.text) ?? {} };
}

async function visit(path: string) {
  const answer = await browser.visit(path);
  answers.push(answer.text);
  return answer;
}

async function submit(path: string, fields: Record<string, string>) {
  const answer = await browser.submit(path, { _csrf: await browser.formToken('/login'), ...fields });
  answers.push(answer.text);
  return answer;
}

const stored = async () => (await server.state.secrets.list()).map(({ name }) => name);

describe('the secrets of Studio', () => {
  test('are explained when no key is set, and cannot be stored then', async () => {
    ring = undefined;
    const { text } = await visit('/studio/secrets');
    expect(text).toContain('gemini-sync-bridge secrets new-key');
    expect(text).not.toContain('/studio/secrets/new"');
    const form = await submit('/studio/secrets/new', { name: 'early', value: CANARY });
    expect({ status: form.status, why: form.text.includes('MANAGED_SECRET_ENCRYPTION_KEY') }).toEqual({
      status: 422,
      why: true,
    });
    expect(await stored()).toEqual([]);
    ring = parseKeyRing(FIRST, 'KEY');
  });

  test('are stored by a form and listed without their values', async () => {
    const page = await visit('/studio/secrets/new');
    expect(page.text).toMatch(
      /<input[^>]* name="value"[^>]* type="password"[^>]*autocomplete="new-password"/,
    );
    const fields = {
      name: 'crm-password',
      value: CANARY,
      hosts: 'a.example.com\r\n\r\n*.b.example',
      note: 'of <b>CRM</b>',
    };
    const done = await submit('/studio/secrets/new', fields);
    expect({ status: done.status, to: done.headers.location }).toEqual({
      status: 303,
      to: '/studio/secrets',
    });
    const { text } = await visit('/studio/secrets');
    expect(text).toContain('The secret crm-password was stored.');
    expect(text).toContain('*.b.example, a.example.com');
    expect(text).toContain('of &lt;b>CRM&lt;/b>');
    const twice = await submit('/studio/secrets/new', fields);
    expect({ status: twice.status, why: twice.text.includes('exists already') }).toEqual({
      status: 409,
      why: true,
    });
  });

  test('keep their value when the field is empty, unless the hosts change', async () => {
    const path = '/studio/secrets/crm-password/edit';
    expect((await visit(path)).text).toMatch(/<input[^>]* name="value"(?![^>]* value=)[^>]*>/);
    const rows = () => server.state.secrets.list();
    const kept = await submit(path, { value: '', hosts: '*.b.example\na.example.com', note: 'changed' });
    expect(kept.status).toBe(303);
    expect((await rows())[0]).toMatchObject({ note: 'changed' });
    const moved = await submit(path, { value: '', hosts: 'evil.example', note: 'changed' });
    expect({ status: moved.status, kept: moved.text.includes('evil.example') }).toEqual({
      status: 422,
      kept: true,
    });
    expect((await rows())[0]?.allowedHosts).toEqual(['*.b.example', 'a.example.com']);
    expect((await submit('/studio/secrets/absent/edit', { value: CANARY })).status).toBe(404);
  });

  test('are stored, listed, encrypted again and deleted by the API', async () => {
    const order = { value: `${CANARY}-2`, allowed_hosts: [], allowed_connectors: ['orders-push'], note: 'n' };
    expect(await call('PUT', `${API}/support-push-token`, order)).toMatchObject({
      status: 200,
      json: { result: 'created' },
    });
    expect(await call('PUT', `${API}/support-push-token`, { note: 'x' })).toMatchObject({ status: 400 });
    expect(await call('PUT', `${API}/x`, { ...order, value: ` ${CANARY}` })).toMatchObject({ status: 400 });
    ring = parseKeyRing(`${newKeyEntry('second')},${FIRST}`, 'KEY');
    expect(await call('GET', API)).toMatchObject({
      status: 200,
      json: {
        configured: true,
        secrets: [{ name: 'crm-password', key_id: 'first' }, { allowed_connectors: ['orders-push'] }],
        keys: expect.arrayContaining([expect.objectContaining({ key_id: 'first', secrets: 2 })]),
      },
    });
    expect(await call('POST', `${API}/rotate`)).toMatchObject({ status: 200, json: { rotated: 2 } });
    const again = await submit('/studio/secrets/rotate', {});
    expect(again.status).toBe(303);
    expect((await visit('/studio/secrets')).text).toContain('0 secrets were encrypted again');
    expect(await call('DELETE', `${API}/support-push-token`)).toMatchObject({
      status: 409,
      json: { error: { message: expect.stringContaining('support-push') } },
    });
    expect(await call('DELETE', `${API}/absent`)).toMatchObject({ status: 404 });
    expect(await stored()).toEqual(['crm-password', 'support-push-token']);
  });

  test('are deleted after a page that names the definitions that use them', async () => {
    const path = '/studio/secrets/support-push-token/delete';
    const { text } = await visit(path);
    expect(text).toContain('connector support-push');
    expect(text).toContain('connector pulled');
    expect(await stored()).toContain('support-push-token');
    expect((await submit(path, {})).status).toBe(303);
    expect(await stored()).toEqual(['crm-password']);
    expect(await call('DELETE', `${API}/crm-password`)).toMatchObject({ status: 200 });
  });

  test('that are push tokens are not replaced by their variables when they cannot be opened', async () => {
    const value = `${CANARY}-of-producers`;
    const order = { value, allowed_hosts: [], allowed_connectors: ['support-push'], note: '' };
    const good = ring;
    const pushed = async (keys: KeyRing | undefined) => {
      ring = keys;
      server.clock.advance(60);
      const statuses = [];
      for (const token of [value, PUSH_TOKEN]) {
        const options = { method: 'POST', ...bearer(token) };
        statuses.push((await server.request('/v1/connectors/support-push/test', options)).status);
      }
      return statuses;
    };
    expect(await pushed(good)).toEqual([401, 200]);
    await call('PUT', `${API}/support-push-token`, order);
    expect(await pushed(good)).toEqual([200, 401]);
    expect(await pushed(parseKeyRing(newKeyEntry('second'), 'KEY'))).toEqual([401, 401]);
    expect(await pushed(undefined)).toEqual([401, 401]);
    expect(await pushed(good)).toEqual([200, 401]);
    await call('PUT', `${API}/support-push-token`, { ...order, allowed_connectors: ['orders-push'] });
    expect(await pushed(good)).toEqual([401, 401]);
    await call('DELETE', `${API}/support-push-token?confirmed=true`);
    expect(await pushed(good)).toEqual([401, 200]);
  });

  test('are never in an answer, the log, the audit log or the database in readable form', async () => {
    const actions = (await server.state.auditRecords.list({ object: 'secret' }, { limit: 50 })).map(
      ({ action, outcome }) => `${action} ${outcome}`,
    );
    expect([...new Set(actions)].sort()).toEqual([
      // Refused: other hosts without the value, and a secret that a definition names. Failed: no key was set.
      ...['secret.delete ok', 'secret.delete refused', 'secret.rotate ok'],
      ...['secret.set failed', 'secret.set ok', 'secret.set refused'],
    ]);
    const files = ['', '-wal'].map((end) => {
      try {
        return readFileSync(join(server.cwd, '.gemini-sync-bridge', `state.db${end}`), 'latin1');
      } catch {
        return '';
      }
    });
    for (const text of [...answers, ...server.lines, ...files]) expect(text).not.toContain('canary-Zx81');
    expect(files.join('')).toContain('secret.set');
  });
});
