import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  AUDIT_EXPORT_PAGE,
  AUDIT_REFUSALS_PER_HOUR,
  AUDIT_REFUSAL_WINDOW_SECONDS,
} from '../../../src/app/limits.ts';
import { AUDIT_ACTIONS, SERVER_ACTOR } from '../../../src/core/access/audit-log.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { insertAuditEvent } from '../../../src/state/audit/insert-event.ts';
import { keyIdOf } from '../../../src/core/secrets/access-key.ts';
import { bearer, startGuardedServer, type GuardedServer } from '../../support/http/guarded-server.ts';
import { parsedObject } from '../../support/files/json.ts';
import { openBrowser } from '../../support/server/browser.ts';

let server: GuardedServer;
let key: string;
beforeAll(async () => {
  server = await startGuardedServer({ locked: true });
  key = await server.makeKey('admin');
});
afterAll(() => server.stop());

const read = async (query: string) => {
  const { status, text } = await server.request(`/v1/studio/audit${query}`, bearer(key));
  return { status, json: parsedObject(text) ?? {} };
};
const listed = (filter: Parameters<typeof server.state.auditRecords.list>[0]) =>
  server.state.auditRecords.list(filter, { limit: 500 });

describe('the audit log of a server', () => {
  test('has actions that are all documented', () => {
    const text = readFileSync(new URL('../../../docs/studio.md', import.meta.url), 'utf8');
    expect(AUDIT_ACTIONS.filter((action) => !text.includes(`\`${action}\``))).toEqual([]);
  });

  test('has logins that were accepted and refused, and no session begins without its entry', async () => {
    const browser = openBrowser(server);
    await browser.logIn(key);
    await openBrowser(server).logIn('not-a-key');
    expect(await listed({ action: 'login.accept' })).toMatchObject([
      { actor: { id: keyIdOf(key), kind: 'key', address: '127.0.0.1' }, details: { right: 'admin' } },
    ]);
    expect(await listed({ action: 'login.refuse' })).toMatchObject([
      { actor: { kind: 'anonymous' }, outcome: 'refused', details: { status: 401 } },
    ]);
    expect(JSON.stringify(await listed({}))).not.toContain('not-a-key');
    const broken = await startGuardedServer({ locked: true });
    const good = await broken.makeKey('admin');
    const other = openBrowser(broken);
    const token = await other.formToken();
    await broken.breakAuditLog();
    const answer = await other.submit('/login', { _csrf: token, key: good });
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect(other.cookies.has('bridge-session')).toBe(false);
    await broken.stop();
  });

  test('has one entry and a number for equal refusals, and a bounded number of entries for one actor', async () => {
    const reader = await server.makeKey('read');
    const id = keyIdOf(reader) ?? '';
    const refused = async () =>
      (await listed({ action: 'request.refuse', actor: id })).map(({ details }) => details);
    const ask = (path: string) => server.request(path, bearer(reader));
    for (let time = 0; time < 4; time += 1) expect((await ask('/v1/studio/audit')).status).toBe(403);
    expect(await refused()).toHaveLength(1);
    server.clock.advance(AUDIT_REFUSAL_WINDOW_SECONDS);
    await server.refusals.sweep();
    expect(await refused()).toMatchObject([{ further_refusals: 3 }, { needs: 'admin', has: 'read' }]);
    const paths = Array.from({ length: AUDIT_REFUSALS_PER_HOUR + 5 }, (_, n) => `/v1/studio/secrets/s${n}`);
    for (const path of paths) await server.request(path, { method: 'DELETE', ...bearer(reader) });
    expect(await refused()).toHaveLength(AUDIT_REFUSALS_PER_HOUR + 1);
    server.clock.advance(3_600);
    await server.refusals.sweep();
    expect((await refused())[0]).toMatchObject({ further_refusals: 6 });
  });

  test('is read in pages, with filters, and refuses a filter that cannot be read', async () => {
    const first = await read('?limit=2');
    expect(first).toMatchObject({ status: 200, json: { events: [{}, {}], next_before: expect.any(Number) } });
    const second = await read(`?limit=500&before=${String(first.json['next_before'])}`);
    expect(second.json['next_before']).toBeNull();
    expect(await read('?action=key.create&outcome=ok&until=2026-11-22')).toMatchObject({
      status: 200,
      json: { events: expect.arrayContaining([expect.objectContaining({ action: 'key.create' })]) },
    });
    expect((await read('?until=2026-11-21')).json).toEqual({ events: [], next_before: null });
    expect((await read('?from=2026-02-30')).status).toBe(400);
    expect((await read('?from=yesterday')).status).toBe(400);
    expect((await read('?action=key.delete')).status).toBe(400);
    expect((await read('?actor=%00')).status).toBe(400);
  });

  test('is exported line by line, over several pages, and the export is recorded first', async () => {
    await recordMany(AUDIT_EXPORT_PAGE + 1);
    const path = '/v1/studio/audit.ndjson?object=exported-';
    const { status, headers, text } = await server.request(path, bearer(key));
    expect({ status, type: headers['content-type'] }).toEqual({
      status: 200,
      type: 'application/x-ndjson; charset=utf-8',
    });
    const names = text
      .trimEnd()
      .split('\n')
      .map((line) => parsedObject(line)?.['object']);
    expect(names).toHaveLength(AUDIT_EXPORT_PAGE + 1);
    expect(names.at(-1)).toEqual({ kind: 'secret', name: `exported-${AUDIT_EXPORT_PAGE}` });
    expect(await listed({ action: 'audit.export' })).toMatchObject([
      { actor: { id: keyIdOf(key) }, details: { object: 'exported-' } },
    ]);
  });

  test('is a page with a filter, older entries and names that are shown inert', async () => {
    const name = '<img src=x onerror=alert(1)>\u202E';
    await server.state.audit.record({
      actor: { id: 'u', kind: 'proxy_user', name, address: '10.0.0.1', requestId: 'r' },
      action: 'draft.create',
      object: { kind: 'draft', name },
      outcome: 'ok',
    });
    const browser = openBrowser(server);
    await browser.logIn(key);
    const { text } = await browser.visit('/studio/audit?action=draft.create');
    expect(text).toContain('&lt;img src=x onerror=alert(1)>\\u202e');
    expect(text).not.toContain('<img');
    expect(text).toContain('<option value="draft.create" selected');
    const page = await browser.visit('/studio/audit?limit=5');
    expect(page.text).toMatch(/href="\/studio\/audit\?limit=5&amp;before=\d+"/);
    expect((await browser.visit('/studio/audit?outcome=failed')).text).toContain(
      'No entry matches the filter',
    );
    const unreadable = await browser.visit('/studio/audit?from=yesterday&actor=Ada');
    expect(unreadable.status).toBe(400);
    expect(unreadable.text).toContain('from is not a day or a time in UTC.');
    expect(unreadable.text).toMatch(/name="actor"[^>]* value="Ada"/);
  });
});

/** In one transaction, because each of its own would wait for the disk. */
async function recordMany(count: number): Promise<void> {
  const database = await openDatabase({ file: join(server.cwd, '.gemini-sync-bridge', 'state.db') });
  await database.knex.transaction(async (transaction) => {
    for (let n = 0; n < count; n += 1) {
      await insertAuditEvent(
        transaction,
        {
          actor: SERVER_ACTOR,
          action: 'secret.set',
          object: { kind: 'secret', name: `exported-${n}` },
          outcome: 'ok',
        },
        new Date(),
      );
    }
  });
  await database.close();
}
