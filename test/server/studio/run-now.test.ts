import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { runNow } from '../../../src/app/studio/runs/run-now.ts';
import type { Actor } from '../../../src/core/access/actor.ts';
import { openCatalog } from '../../../src/app/catalog/catalog.ts';
import { systemClock } from '../../../src/core/time/clock.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { STATE_FILE } from '../../../src/state/run/open-state.ts';
import { bearer, startGuardedServer, type GuardedServer } from '../../support/http/guarded-server.ts';
import { openBrowser } from '../../support/server/browser.ts';
import { eventually } from '../../support/eventually.ts';

const PAGE = '/studio/connectors/pulled/run';
const API = '/v1/studio/connectors/pulled/run-now';

describe('run now', () => {
  let server: GuardedServer;
  beforeAll(async () => {
    server = await startGuardedServer({ locked: true });
  });
  afterAll(() => server.stop());

  async function rows(table: 'audit_events' | 'started_runs') {
    const database = await openDatabase({ file: join(server.cwd, STATE_FILE) });
    try {
      return await database.knex(table).select('*');
    } finally {
      await database.close();
    }
  }
  const starts = async () =>
    (await rows('audit_events')).filter((row) => 'action' in row && row.action === 'run.start');

  test('is refused to a viewer and an author, by page and by API, and nothing starts', async () => {
    for (const right of ['read', 'author'] as const) {
      const key = await server.makeKey(right);
      const headers = { ...bearer(key).headers, 'content-type': 'application/json' };
      expect((await server.request(PAGE, bearer(key))).status).toBe(403);
      expect((await server.request(API, { method: 'POST', headers, body: '{}' })).status).toBe(403);
      expect((await server.request('/studio/connectors', bearer(key))).status).toBe(200);
    }
    expect(await rows('started_runs')).toEqual([]);
  });

  test('is refused by the use case itself for an actor without the right', async () => {
    const catalog = openCatalog({
      directory: 'connectors',
      policyFile: undefined,
      cwd: server.cwd,
      clock: systemClock,
    });
    const never = () => Promise.reject(new Error('It must not get here.'));
    const actor: Actor = { kind: 'key', id: 'k', name: 'k', right: 'author', address: null, requestId: null };
    const order = { connectorId: 'pulled', dryRun: false, full: false };
    const context = { catalog, runStarter: { start: never }, audit: { record: never } };
    await expect(runNow(order, actor, context)).rejects.toMatchObject({ code: 'RIGHT_MISSING' });
    const operator: Actor = { ...actor, right: 'operate' };
    const unknown = runNow({ ...order, connectorId: 'no-such' }, operator, context);
    await expect(unknown).rejects.toMatchObject({ code: 'DEFINITION_UNKNOWN' });
    // The start cannot be recorded, so nothing is started.
    await expect(runNow(order, operator, context)).rejects.toThrow('It must not get here.');
  });

  test('starts nothing when its page is opened, or when the form has no token or another origin', async () => {
    const browser = openBrowser(server);
    await browser.logIn(await server.makeKey('operate'));
    const page = await browser.visit(PAGE);
    expect(page.status).toBe(200);
    expect(page.text).toContain('Dry run');
    const token = await browser.formToken(PAGE);
    expect(token).not.toBe('');
    expect((await browser.submit(PAGE, {})).status).toBe(403);
    const foreign = { origin: 'https://elsewhere.example.com' };
    expect((await browser.submit(PAGE, { _csrf: token }, foreign)).status).toBe(403);
    expect((await browser.submit('/studio/connectors/no-such/run', { _csrf: token })).status).toBe(404);
    expect((await browser.submit(PAGE, { _csrf: token, other: 'x' })).status).toBe(400);
    expect(await starts()).toEqual([]);
    expect(await rows('started_runs')).toEqual([]);
  });

  test('starts a run from its form, records who asked before it starts, and shows what it said', async () => {
    const browser = openBrowser(server);
    await browser.logIn(await server.makeKey('operate'));
    const answer = await browser.submit(PAGE, { _csrf: await browser.formToken(PAGE), dry_run: 'yes' });
    expect(answer.status).toBe(303);
    const location = answer.headers.location ?? '';
    expect(location).toMatch(/^\/studio\/runs\/[\w-]+$/);
    const events = await starts();
    expect(events).toMatchObject([
      { outcome: 'started', object_name: 'pulled', actor_name: 'to operate' },
      { outcome: 'ok', object_name: 'pulled' },
    ]);
    expect(events[0]).toMatchObject({ details: expect.stringContaining('"dry_run":true') });
    // Its secret is not set, so it ends at once.
    const ended = async () => (await browser.visit(location)).text.includes('ended with exit status');
    await eventually('the run has ended', ended);
    const { text } = await browser.visit(location);
    expect(text).toContain('Log of the run');
    expect(text).toMatch(/<div class="need tone-bad"><p>[^<]*secret/i);
    expect((await browser.visit('/studio/runs/no-such')).status).toBe(404);
  });
});
