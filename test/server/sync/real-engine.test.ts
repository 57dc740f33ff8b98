import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { appsOfFolder } from '../../../src/app/sync/app-by-key.ts';
import { openSyncRunner } from '../../../src/app/sync/sync-runner.ts';
import { createLogger, jsonFormat } from '../../../src/core/log.ts';
import { createRedactor } from '../../../src/core/secrets/redact.ts';
import { systemClock } from '../../../src/core/time/clock.ts';
import { migrateState } from '../../../src/state/run/open-state.ts';
import { readEnvironment, secretVariablesOf } from '../../../src/cli/environment/environment.ts';
import { someProducts, startProducts, type ProductsApi } from '../../stand-ins/rest/products-api.ts';
import { openAppPlace, type AppPlace } from '../../support/apps/app-place.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { openBrowser } from '../../support/server/browser.ts';
import { NO_ACCESS, NO_SYNC, startBridgeServer } from '../../support/server/bridge-server.ts';

const ADMIN = 'an-admin-key-of-this-test';
const CANARY = 'canary-90b7c1de35';
const HEADERS = { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' };

describe.each(['SQLite', 'Postgres'] as const)('the sync of an app over the server on %s', (engine) => {
  const folders = temporaryFolders();
  const lines: string[] = [];
  const redactor = createRedactor();
  let postgres: TestPostgres | undefined;
  let api: ProductsApi;
  let server: Awaited<ReturnType<typeof startBridgeServer>>;
  let place: AppPlace;

  beforeAll(async () => {
    const cwd = folders.make();
    postgres = engine === 'Postgres' ? await startPostgres() : undefined;
    const databaseUrl = postgres?.url();
    const file = join(cwd, '.gemini-sync-bridge', 'state.db');
    mkdirSync(join(cwd, '.gemini-sync-bridge'));
    await migrateState({ ...(databaseUrl !== undefined && { url: databaseUrl }), file });
    api = await startProducts({ products: [], style: 'skip' });
    writeApp(cwd);
    const log = createLogger({
      write: (line) => lines.push(line),
      level: 'debug',
      format: jsonFormat,
      now: () => new Date(),
      redact: (line) => redactor.redact(line),
    });
    const environment = readEnvironment({ SECRET_SHOP_KEY: CANARY, MAX_RETRIES: '0' });
    const surroundings = {
      ...{ databaseUrl, cwd, log, redactor, clock: systemClock, version: '0.0.0', policyFile: undefined },
      settings: environment.telemetry(),
      retry: environment.retry(),
      proxy: environment.proxy,
      ...secretVariablesOf(environment),
    };
    server = await startBridgeServer({
      ...{ cwd, databaseUrl, log },
      access: { ...NO_ACCESS, adminKey: ADMIN },
      sync: {
        ...NO_SYNC,
        requestsPerMinute: 600,
        runner: openSyncRunner(surroundings),
        findApp: appsOfFolder({ cwd, connectorsDir: 'connectors', policyFile: undefined }),
      },
    });
    place = await openAppPlace({ ...(databaseUrl !== undefined && { url: databaseUrl }), file });
  }, 60_000);
  beforeEach(async () => {
    await place.clear();
    api.options.products = someProducts(5);
    api.received.length = 0;
  });
  afterAll(async () => {
    await place.close();
    await server.stop();
    await api.close();
    await postgres?.stop();
    folders.removeAll();
  });

  function writeApp(cwd: string): void {
    mkdirSync(join(cwd, 'connectors'));
    writeFileSync(
      join(cwd, 'connectors', 'shop.yaml'),
      `apiVersion: sync.gemini.io/v1alpha1
kind: App
metadata: { name: shop }
spec:
  baseUrl: ${new URL(api.url).origin}
  secretRef: shop-key
  collections:
    - key: product
      path: /products
      recordsPath: products
      pagination: { type: offset, offsetField: skip, pageSizeField: limit, pageSize: 2, totalPath: total }
      incremental: { parameter: updated_since }
`,
    );
  }

  async function post(body: object) {
    const answer = await server.request('/v1/sync', {
      method: 'POST',
      headers: HEADERS,
      body: JSON.stringify({ app_key: 'shop', ...body }),
    });
    return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
  }

  async function ended({ json: { job_id: id } }: Awaited<ReturnType<typeof post>>) {
    let job: Record<string, unknown> = {};
    await eventually('the job ends', async () => {
      const answer = await server.request(`/v1/sync/jobs/${String(id)}`, { headers: HEADERS });
      job = (await answer.json()) as Record<string, unknown>;
      return !['pending', 'running'].includes(String(job['status']));
    });
    return job;
  }

  test('stores what the API lists at once, and then only what changed', async () => {
    const first = await post({ immediate: true });
    expect(first).toMatchObject({
      status: 200,
      json: {
        ...{ app_key: 'shop', mode: 'incremental', created: 5, updated: 0, deleted: 0, errors: 0 },
        collections: [{ collection_key: 'product', mode: 'full', created: 5 }],
      },
    });
    expect(api.received[0]?.headers).toMatchObject({ authorization: `Bearer ${CANARY}` });
    api.options.products = someProducts(4).map((product) =>
      product.id === 2 ? { ...product, title: 'Changed' } : product,
    );
    const second = await post({ immediate: true });
    expect(second.json).toMatchObject({ created: 0, updated: 1, deleted: 0, unchanged: 3 });
    expect(api.received.at(-1)?.url).toContain('updated_since=');
    const full = await post({ immediate: true, mode: 'full' });
    expect(full.json).toMatchObject({ created: 0, updated: 0, deleted: 1, unchanged: 4 });
    expect(Object.values(await place.stored('product'))).toEqual(api.options.products);
  });

  test('does the same as a job, and shows how it ended', async () => {
    const accepted = await post({ mode: 'full' });
    expect(accepted).toMatchObject({ status: 202, json: { app_key: 'shop', mode: 'full' } });
    expect(await ended(accepted)).toMatchObject({ status: 'completed', created: 5, errors: 0 });
    expect(Object.values(await place.stored('product'))).toEqual(api.options.products);
    expect(await place.state('product')).toBeDefined();
  });

  test('shows the secret of an app in no answer, page, log or table', async () => {
    const echo = () =>
      api.faults.push((response) =>
        response.writeHead(422, { 'content-type': 'application/json' }).end(`{"error":"who is ${CANARY}?"}`),
      );
    echo();
    const immediate = await post({ immediate: true });
    echo();
    const job = await ended(await post({}));
    expect(job).toMatchObject({ status: 'failed' });
    const browser = openBrowser(server);
    await browser.logIn(ADMIN);
    const page = (await browser.visit('/ops')).text;
    const tables: unknown[] = [];
    for (const table of ['run_state', 'sync_requests', place.table('sync_state'), place.table('entities')])
      tables.push(await place.database.knex(table).select<unknown[]>());
    for (const text of [immediate, job, page, tables, lines]) {
      expect(JSON.stringify(text)).not.toContain(CANARY);
    }
    // The words of the API were there, without the secret.
    expect(JSON.stringify([tables, lines])).toContain('who is ');
  });
});
