import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { appWork, type AppSurroundings, type AppSyncOptions } from '../../../src/app/sync/app-work.ts';
import { FailedSync } from '../../../src/app/sync/failed-sync.ts';
import { runOnce, type RunSurroundings } from '../../../src/app/run/run-once.ts';
import { BridgeError } from '../../../src/core/errors.ts';
import { createLogger, jsonFormat } from '../../../src/core/log.ts';
import { createRedactor } from '../../../src/core/secrets/redact.ts';
import { systemClock } from '../../../src/core/time/clock.ts';
import type { App } from '../../../src/definitions/app/types.ts';
import { openStateDatabase } from '../../../src/state/state-database.ts';
import { fencedLeases } from '../../../src/state/leases/fenced-lease.ts';
import { STATE_FILE } from '../../../src/state/run/open-state.ts';
import { testApp } from '../../support/apps/app-place.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { json, raw, startServer, type Reply, type TestServer } from '../../support/http/http-server.ts';
import { NO_MANAGED_SECRETS } from '../../support/secrets/no-managed-secrets.ts';

const SECRET = 'hunter2-of-the-shop';

const folders = temporaryFolders();
let cwd: string;
let server: TestServer | undefined;
let lines: string[];
let waits: number[];
beforeEach(() => {
  cwd = folders.make();
  lines = [];
  waits = [];
});
afterEach(async () => {
  await server?.close();
  server = undefined;
});
afterAll(() => {
  folders.removeAll();
});

function surroundings(): RunSurroundings & AppSurroundings {
  const redactor = createRedactor();
  return {
    settings: { splunk: undefined, teams: undefined, traces: undefined },
    proxy: { http: undefined, https: undefined, except: undefined },
    policyFile: undefined,
    retry: { retries: 1, backoffSeconds: 0 },
    databaseUrl: undefined,
    cwd,
    clock: systemClock,
    log: createLogger({
      write: (line) => lines.push(line),
      level: 'info',
      format: jsonFormat,
      now: () => new Date(),
      redact: (line) => line,
    }),
    version: '1.2.3',
    stop: new AbortController().signal,
    observer: { phase: () => undefined, rows: () => undefined },
    redactor,
    secret: () => {
      redactor.add(SECRET);
      return SECRET;
    },
    similarSecret: () => undefined,
    ...NO_MANAGED_SECRETS,
    wait: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
  };
}

const PAGED = { type: 'page', pageSizeField: 'limit', pageSize: 2, endsOnShortPage: true } as const;

async function shop(...replies: Reply[]): Promise<App> {
  server = await startServer(...replies);
  return testApp({ baseUrl: server.url, secretRef: 'shop', auth: { type: 'bearer' }, apiVersion: '7' }, [
    { key: 'shop_item', path: '/items', recordsPath: 'data', pagination: PAGED },
    { key: 'shop_order', path: '/orders', recordsPath: 'data', pagination: PAGED },
  ]);
}

let runs = 0;

function sync(app: App, options: Partial<AppSyncOptions> = {}) {
  const place = { appKey: 'shop', file: 'connectors/shop.yaml', load: () => Promise.resolve(app) };
  const request = {
    mode: 'incremental',
    collections: undefined,
    dryRun: false,
    allowDeletes: undefined,
  } as const;
  const around = surroundings();
  return runOnce(appWork(place, { ...request, runId: `run-${runs++}`, ...options }, around), around);
}

async function withState<Answer>(
  work: (database: Awaited<ReturnType<typeof openStateDatabase>>) => Promise<Answer>,
) {
  const database = await openStateDatabase({ file: join(cwd, STATE_FILE), kind: 'app', readOnly: false });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

const recordedRuns = () =>
  withState(({ knex }) => knex('run_state').where({ kind: 'app' }).orderBy('started_at').select('*'));
const entities = () => withState(({ knex }) => knex('supasaasy_entities').orderBy('external_id').select('*'));

const ITEMS = [
  json(200, {
    data: [
      { id: 1, n: 1 },
      { id: 2, n: 2 },
    ],
  }),
  json(200, { data: [{ id: 3, n: 3 }] }),
];
const ORDERS = [json(200, { data: [{ id: 'o-1' }] })];

describe('the sync of an app', () => {
  test('reads its API with its secret, stores its entities, and is recorded as a run', async () => {
    const app = await shop(...ITEMS, ...ORDERS);
    const { result, exitStatus } = await sync(app);
    expect(exitStatus).toBe(0);
    expect(result).toMatchObject({ status: 'SUCCESS', work: 'done', counts: { seen: 4, added: 4 } });
    expect(server?.received.map(({ headers }) => headers.authorization)).toEqual(
      Array(3).fill(`Bearer ${SECRET}`),
    );
    expect(await entities()).toMatchObject([
      { app_key: 'shop', collection_key: 'shop_item', external_id: '1', api_version: '7' },
      { external_id: '2' },
      { external_id: '3' },
      { collection_key: 'shop_order', external_id: 'o-1' },
    ]);
    const [run, ...others] = await recordedRuns();
    expect(others).toEqual([]);
    expect(run).toMatchObject({ connector_id: 'shop', target: 'entities', status: 'SUCCESS', error: null });
    expect(JSON.parse(run?.counts ?? '')).toMatchObject({ seen: 4, added: 4, changed: 0, quarantined: 0 });
  });

  test('is partial when one collection fails, and the run names the error', async () => {
    const app = await shop(...ITEMS, raw(404, `No such path for ${SECRET}`));
    const { result, exitStatus } = await sync(app);
    expect(exitStatus).toBe(4);
    expect(result.sync).toMatchObject({ status: 'partial', created: 3, errors: 1 });
    const [run] = await recordedRuns();
    expect(run).toMatchObject({ status: 'PARTIAL' });
    expect(run?.error).toContain('shop_order: ');
    expect(JSON.stringify([run, result, lines])).not.toContain(SECRET);
  });

  test('fails with the first error when no collection can be read, and is recorded once', async () => {
    const app = await shop(raw(401, 'Who?'));
    const thrown = await sync(app).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(FailedSync);
    expect(thrown).toMatchObject({
      code: 'SOURCE_AUTH_FAILED',
      exit: 77,
      result: { status: 'failed', errors: 2 },
    });
    expect(await recordedRuns()).toMatchObject([
      { status: 'FAILED', error: expect.stringContaining('AUTH_FAILED') },
    ]);
  });

  test('ends at once with 75 and the time when the API asks for a longer wait', async () => {
    const limited = raw(429, '{}', { 'retry-after': '3600' });
    const app = await shop(limited);
    const thrown = await sync(app).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'SOURCE_RATE_LIMITED', exit: 75, nextRunAfter: expect.any(Date) });
    expect(server?.received).toHaveLength(1);
    expect(waits).toEqual([]);
    await server?.close();
    const partial = await shop(...ITEMS, limited);
    const { result, exitStatus } = await sync(partial);
    expect(exitStatus).toBe(75);
    expect(result.sync).toMatchObject({ status: 'partial', created: 3, nextRunAfter: expect.any(Date) });
  });

  test('continues under the same run id after the API asked to wait, and then returns the recorded result', async () => {
    const limited = raw(429, '{}', { 'retry-after': '3600' });
    const app = await shop(...ITEMS, limited, ...ITEMS, ...ORDERS);
    const first = await sync(app, { runId: 'execution-1' });
    expect(first).toMatchObject({ exitStatus: 75, result: { work: 'done' } });
    const second = await sync(app, { runId: 'execution-1' });
    expect(second).toMatchObject({ exitStatus: 0, result: { work: 'done', counts: { added: 1 } } });
    const requests = server?.received.length;
    const third = await sync(app, { runId: 'execution-1' });
    expect(third).toMatchObject({ exitStatus: 0, result: { work: 'repeated', counts: { added: 1 } } });
    expect(server?.received).toHaveLength(requests ?? 0);
    expect(await recordedRuns()).toMatchObject([{ run_id: 'execution-1', status: 'SUCCESS' }]);
  });

  test('holds deletes with status 3, and deletes what was allowed', async () => {
    const app = await shop(
      ...ITEMS,
      ...ORDERS,
      ...ITEMS,
      json(200, { data: [] }),
      ...ITEMS,
      json(200, { data: [] }),
    );
    await sync(app);
    const held = await sync(app, { mode: 'full', runId: 'execution-1' });
    expect(held.exitStatus).toBe(3);
    const repeated = await sync(app, { mode: 'full', runId: 'execution-1', allowDeletes: 1 });
    expect(repeated).toMatchObject({ exitStatus: 3, result: { work: 'repeated', status: 'HELD' } });
    expect(repeated.result.holdReason).toBe(held.result.holdReason);
    expect(held.result).toMatchObject({ status: 'HELD', counts: { held: 1, missing: 1 } });
    expect(held.result.holdReason).toContain('no rows at all');
    const allowed = await sync(app, { mode: 'full', allowDeletes: 1 });
    expect(allowed.result.sync).toMatchObject({ status: 'completed', deleted: 1 });
  });

  test('asks the API nothing about a collection that does not exist', async () => {
    const app = await shop(...ITEMS);
    await expect(sync(app, { collections: ['shop_itme'] })).rejects.toMatchObject({
      code: 'APP_COLLECTION_UNKNOWN',
      hint: 'Did you mean shop_item?',
    });
    expect(server?.received).toEqual([]);
  });

  test('records nothing and takes no lease in a dry run', async () => {
    const app = await shop(...ITEMS, ...ORDERS);
    const { result, exitStatus } = await sync(app, { dryRun: true });
    expect(exitStatus).toBe(0);
    expect(result).toMatchObject({ work: 'planned', sync: { created: 4 } });
    expect([await recordedRuns(), await entities()]).toEqual([[], []]);
  });

  test('does not begin while another sync of the app holds the lease', async () => {
    const app = await shop(...ITEMS);
    await withState(async (database) => {
      const lease = await fencedLeases(database)('shop', 'other');
      await expect(sync(app)).rejects.toMatchObject({ code: 'LEASE_HELD' });
      await lease.release();
    });
    expect(server?.received).toEqual([]);
    expect(await recordedRuns()).toEqual([]);
  });

  test('sends no credentials over unencrypted http to another machine', async () => {
    const app = testApp({ baseUrl: 'http://api.shop.example', secretRef: 'shop', auth: { type: 'bearer' } });
    await expect(sync(app)).rejects.toMatchObject({ code: 'APP_INVALID' });
  });

  test('is recorded as failed when it is interrupted', async () => {
    const stop = new AbortController();
    const app = await shop(() => {
      stop.abort(new BridgeError('INTERRUPTED', 'Stopped by a test.'));
    });
    const place = { appKey: 'shop', file: 'shop.yaml', load: () => Promise.resolve(app) };
    const request = { mode: 'full', collections: undefined, dryRun: false, allowDeletes: undefined } as const;
    const around = { ...surroundings(), stop: stop.signal };
    await expect(
      runOnce(appWork(place, { ...request, runId: 'stopped' }, around), around),
    ).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
    expect(await recordedRuns()).toMatchObject([{ run_id: 'stopped', status: 'FAILED' }]);
  });
});
