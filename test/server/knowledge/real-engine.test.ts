import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../src/core/time/clock.ts';
import { createLogger, jsonFormat } from '../../../src/core/log.ts';
import { createRedactor } from '../../../src/core/secrets/redact.ts';
import { openKnowledge } from '../../../src/app/knowledge/open-knowledge.ts';
import type { KnowledgeConfig } from '../../../src/definitions/knowledge-source/types.ts';
import { openStateDatabase } from '../../../src/state/state-database.ts';
import { fencedLeases } from '../../../src/state/leases/fenced-lease.ts';
import { STATE_FILE } from '../../../src/state/run/open-state.ts';
import { startProducts, someProducts, type ProductsApi } from '../../stand-ins/rest/products-api.ts';
import { openBrowser } from '../../support/server/browser.ts';
import { NO_ACCESS, NO_KNOWLEDGE, startBridgeServer } from '../../support/server/bridge-server.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const ADMIN_KEY = 'an-admin-key-of-the-environment';
const CANARY = 'canary-4d81e6f0a2';
const PATH = '/api/backoffice/rest-batch';

describe.each(['SQLite', 'Postgres'] as const)('the page-by-page sync over the server on %s', (engine) => {
  const folders = temporaryFolders();
  const lines: string[] = [];
  const redactor = createRedactor();
  let cwd: string;
  let databaseUrl: string | undefined;
  let postgres: TestPostgres | undefined;
  let api: ProductsApi;
  let server: Awaited<ReturnType<typeof startBridgeServer>>;
  let sourceId: string;

  const log = createLogger({
    write: (line) => lines.push(line),
    level: 'debug',
    format: jsonFormat,
    now: () => new Date(),
    redact: (line) => redactor.redact(line),
  });

  beforeAll(async () => {
    cwd = folders.make();
    postgres = engine === 'Postgres' ? await startPostgres() : undefined;
    databaseUrl = postgres?.url();
    const migrated = await database();
    await migrated.close();
    api = await startProducts({ products: someProducts(5), style: 'skip' });
    sourceId = await apply('products', {});
    server = await startBridgeServer({
      cwd,
      databaseUrl,
      log,
      access: { ...NO_ACCESS, adminKey: ADMIN_KEY },
      knowledge: { ...surroundings(), redactor },
    });
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await api.close();
    await postgres?.stop();
    folders.removeAll();
  });

  const database = () =>
    openStateDatabase({
      url: databaseUrl,
      file: join(cwd, STATE_FILE),
      kind: 'knowledge_source',
      readOnly: false,
      migrate: true,
    });

  function surroundings() {
    return {
      ...NO_KNOWLEDGE,
      secret: (variable: string) => (variable === 'SECRET_PRODUCTS_API' ? CANARY : undefined),
    };
  }

  async function apply(name: string, config: Partial<KnowledgeConfig>): Promise<string> {
    const knowledge = await openKnowledge({
      databaseUrl,
      cwd,
      policyFile: undefined,
      log,
      ...surroundings(),
    });
    const { id } = await knowledge.apply({
      apiVersion: 'sync.gemini.io/v1alpha1',
      kind: 'KnowledgeSource',
      metadata: { name },
      spec: {
        type: 'rest',
        title: `All ${name}`,
        tenantId: 'acme',
        config: {
          baseUrl: api.url,
          cursorParam: 'skip',
          pageSizeParam: 'limit',
          defaultPageSize: 2,
          itemsPath: 'products',
          cursorStyle: 'offset',
          currentOffsetPath: 'skip',
          totalPath: 'total',
          textFields: ['title', 'description'],
          requiresAuth: true,
          secretRef: 'products-api',
          headersTemplate: { authorization: 'Bearer {{API_KEY}}' },
          ...config,
        },
      },
    });
    await knowledge.close();
    return id;
  }

  async function post(id: string) {
    const answer = await server.request(PATH, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ sourceId: id }),
    });
    return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
  }

  async function pageOfSources(): Promise<string> {
    const browser = openBrowser(server);
    await browser.logIn(ADMIN_KEY);
    return (await browser.visit('/backoffice/rest-sources')).text;
  }

  test('goes from page to page, says when the pass is complete, and begins the next one', async () => {
    const pages = [];
    for (let call = 0; call < 4; call++) pages.push((await post(sourceId)).json);
    expect(pages.map(({ done, items, next }) => ({ done, items, next }))).toEqual([
      { done: false, items: 2, next: '2' },
      { done: false, items: 2, next: '4' },
      { done: true, items: 1, next: null },
      { done: false, items: 2, next: '2' },
    ]);
    expect(pages[1]).toMatchObject({ ok: true, url: `${api.url}?limit=2&skip=2`, status: 200 });
    expect(api.received[0]?.headers).toMatchObject({ authorization: `Bearer ${CANARY}` });
    expect(await pageOfSources()).toContain('Pass unfinished');
  });

  test('answers 502 with the address and the same place when the source fails, and shows it on the page', async () => {
    api.faults.push((response) => response.writeHead(401).end(`who is ${CANARY}?`));
    const { status, json } = await post(sourceId);
    expect(status).toBe(502);
    expect(json).toMatchObject({ ok: false, done: false, items: 0, next: '2', status: 401 });
    expect(json['url']).toContain('skip=2');
    expect(await pageOfSources()).toContain('Failing');
    expect((await post(sourceId)).json).toMatchObject({ ok: true, next: '4' });
  });

  test('answers 409 with Retry-After while another batch of the source is in progress', async () => {
    const other = await database();
    const lease = await fencedLeases(other)(sourceId, 'another-batch');
    const answer = await server.request(PATH, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ sourceId }),
    });
    expect(answer.status).toBe(409);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await answer.json()).toMatchObject({ ok: false, next: '4', error: { code: 'LEASE_HELD' } });
    await lease.release();
    await other.close();
  });

  test('answers within 15 s when the source never answers', async () => {
    const hanging: { end(): void }[] = [];
    for (let attempt = 0; attempt < 8; attempt++) api.faults.push((response) => hanging.push(response));
    const before = systemClock.elapsedMs();
    const { status, json } = await post(sourceId);
    expect(systemClock.elapsedMs() - before).toBeLessThan(15_000);
    expect(json).toMatchObject({ ok: false, next: '4', status: null });
    expect([502, 503]).toContain(status);
    api.faults.length = 0;
    for (const response of hanging) response.end();
  }, 30_000);

  test('deletes a source with everything of it, and no other one', async () => {
    const other = await apply('others', {});
    await post(other);
    const browser = openBrowser(server);
    await browser.logIn(ADMIN_KEY);
    const path = `/backoffice/rest-sources/${sourceId}/delete`;
    const answer = await browser.submit(path, { _csrf: await browser.formToken(path) });
    expect(answer.status).toBe(303);
    expect((await browser.visit('/backoffice/rest-sources')).text).toContain('All products was deleted');
    const stored = await database();
    const ids = async (table: 'kb_sources' | 'kb_chunks', column: string) =>
      (await stored.knex(table).distinct<Record<string, string>[]>(column)).map((row) => row[column]);
    expect(await ids('kb_sources', 'id')).toEqual([other]);
    expect(await ids('kb_chunks', 'source_id')).toEqual([other]);
    await stored.close();
    expect((await post(sourceId)).status).toBe(404);
  });

  test('shows the secret of a source in no answer, page, log or table', async () => {
    const id = await apply('failing', {});
    api.faults.push((response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end(`<p>${CANARY}`),
    );
    const { json } = await post(id);
    const stored = await database();
    const cursors: unknown[] = await stored.knex('kb_rest_cursors').select();
    const sources: unknown[] = await stored.knex('kb_sources').select();
    await stored.close();
    for (const text of [json, cursors, sources, await pageOfSources(), lines]) {
      expect(JSON.stringify(text)).not.toContain(CANARY);
    }
    expect(lines.join('')).toContain('a batch of a knowledge source failed');
  });
});
