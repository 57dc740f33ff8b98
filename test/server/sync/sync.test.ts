import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { AppSyncOptions } from '../../../src/app/sync/app-work.ts';
import { FailedSync } from '../../../src/app/sync/failed-sync.ts';
import { makeAccessKey } from '../../../src/app/serve/make-access-key.ts';
import { openServerState } from '../../../src/app/serve/server-state.ts';
import type { SyncResult } from '../../../src/apps/sync-result.ts';
import { BridgeError } from '../../../src/core/errors.ts';
import { createLogger, jsonFormat } from '../../../src/core/log.ts';
import type { Right } from '../../../src/core/secrets/access-key.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { findCrm, PARTLY_SYNCED, runnerStandIn, SYNCED } from '../../support/apps/app-stand-in.ts';
import { eventually } from '../../support/eventually.ts';
import { NO_ACCESS, NO_SYNC, startBridgeServer } from '../../support/server/bridge-server.ts';
import { SERVER_ACTOR } from '../../../src/core/access/audit-log.ts';

const ADMIN = 'an-admin-key-of-this-test';

type Server = Awaited<ReturnType<typeof startBridgeServer>>;
let server: Server;
let orders: AppSyncOptions[];
let lines: string[];
/** How the next syncs end. */
let run: (options: AppSyncOptions, signal: AbortSignal) => Promise<SyncResult> | SyncResult;

const log = createLogger({
  write: (line) => lines.push(line),
  level: 'debug',
  format: jsonFormat,
  now: () => new Date(),
  redact: (line) => line,
});

async function start(settings: Parameters<typeof startBridgeServer>[0] = {}): Promise<Server> {
  const standIn = runnerStandIn((options, signal) => run(options, signal));
  orders = standIn.orders;
  return startBridgeServer({
    log,
    access: { ...NO_ACCESS, adminKey: ADMIN },
    ...settings,
    sync: { ...NO_SYNC, requestsPerMinute: 600, ...settings.sync, runner: standIn.runner, findApp: findCrm },
  });
}

function post(body: unknown, headers: Record<string, string> = { authorization: `Bearer ${ADMIN}` }) {
  return server.request('/v1/sync', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

async function job(id: unknown): Promise<Record<string, unknown>> {
  const answer = await server.request(`/v1/sync/jobs/${String(id)}`, {
    headers: { authorization: `Bearer ${ADMIN}` },
  });
  expect(answer.status).toBe(200);
  return objectOf(await answer.json());
}

function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new Error('The answer is an object.');
  return Object.fromEntries(Object.entries(value));
}

async function bodyOf(answer: Response): Promise<Record<string, unknown>> {
  return objectOf(await answer.json());
}

/** Waits for the end of the job of a response. */
async function ended(answer: Response): Promise<Record<string, unknown>> {
  const { job_id: id } = await bodyOf(answer);
  let last: Record<string, unknown> = {};
  await eventually('the job ends', async () => {
    last = await job(id);
    return last['completed_at'] !== null;
  });
  return last;
}

async function makeKey(right: Right): Promise<string> {
  const state = await openServerState({ databaseUrl: undefined, cwd: server.cwd });
  try {
    const wanted = { name: right, right, connectorId: null, expiresAt: null };
    return (await makeAccessKey(state, wanted, new Date(), SERVER_ACTOR)).key;
  } finally {
    await state.close();
  }
}

async function errorOf(answer: Response): Promise<Record<string, unknown>> {
  return objectOf((await bodyOf(answer))['error']);
}

beforeAll(async () => {
  lines = [];
  run = () => SYNCED;
  server = await start();
});
afterAll(() => server.stop());
afterEach(() => {
  run = () => SYNCED;
  orders.length = 0;
  lines.length = 0;
});

describe('Sync Endpoint', () => {
  test('Manual sync trigger', async () => {
    const answer = await post({ app_key: 'crm' });
    expect(answer.status).toBe(202);
    const requested = await bodyOf(answer.clone());
    expect(requested).toEqual({
      job_id: expect.any(String),
      app_key: 'crm',
      mode: 'incremental',
      status: 'pending',
    });
    const done = await ended(answer);
    expect(done).toMatchObject({
      app_key: 'crm',
      status: 'completed',
      created: 3,
      updated: 2,
      deleted: 1,
      unchanged: 4,
      held: 0,
      errors: 0,
      error: null,
    });
    expect(orders).toMatchObject([{ mode: 'incremental', collections: undefined, dryRun: false }]);
    expect(done['run_id']).toBe(orders[0]?.runId);
  });

  test('Admin authentication required', async () => {
    const body = { app_key: 'crm', immediate: true };
    expect((await post(body, {})).status).toBe(401);
    expect((await post(body, { authorization: 'Bearer another-key-of-some-length' })).status).toBe(401);
    expect((await post(body, { authorization: `Basic ${btoa(`admin:${ADMIN}`)}` })).status).toBe(401);
    for (const right of ['read', 'operate', 'push'] as const)
      expect((await post(body, { authorization: `Bearer ${await makeKey(right)}` })).status).toBe(403);
    expect((await server.request('/v1/sync/jobs/1')).status).toBe(401);
    expect(orders).toEqual([]);
    expect((await post(body, { authorization: `Bearer ${await makeKey('admin')}` })).status).toBe(200);
  });

  test('Admin key uses constant-time comparison', async () => {
    // Digests of one length are compared, so keys of every length and with every common beginning are treated alike.
    const almost = [ADMIN.slice(0, -1), `${ADMIN}x`, `${ADMIN.slice(0, -1)}x`, ADMIN.toUpperCase(), 'x'];
    for (const key of almost)
      expect((await post({ app_key: 'crm' }, { authorization: `Bearer ${key}` })).status).toBe(401);
    const compare = readFileSync('src/core/secrets/access-key.ts', 'utf8');
    expect(compare).toContain('one.length === other.length && timingSafeEqual(one, other)');
    expect(orders).toEqual([]);
  });

  test('App key specified', async () => {
    for (const body of [
      {},
      { app_key: null },
      { app_key: 42 },
      { app_key: ['crm'] },
      [],
      null,
      'crm',
      '{',
      '',
    ]) {
      const answer = await post(body);
      expect(answer.status).toBe(400);
      expect((await errorOf(answer))['code']).toBe('BAD_REQUEST');
    }
    const unknown = await post({ app_key: 'erp' });
    expect(unknown.status).toBe(404);
    expect((await errorOf(unknown))['message']).toContain('erp');
    expect(orders).toEqual([]);
  });

  test('App key format validated', async () => {
    for (const appKey of ['', 'a b', 'crm;', '../crm', 'crm\n', 'crm\u0000', 'é', 'a'.repeat(65)])
      expect((await post({ app_key: appKey })).status).toBe(400);
    for (const appKey of ['A-z_09', 'a'.repeat(64)])
      expect((await post({ app_key: appKey })).status).toBe(404);
  });

  test('Request body size limited', async () => {
    const large = { app_key: 'crm', collections: ['c'.repeat(1_048_576)] };
    expect((await post(large)).status).toBe(413);
    expect(await statusBeforeBody(50 * 1_048_576)).toBe(413);
    expect(orders).toEqual([]);
  });

  test('refuses unknown modes, fields, types and collections, and starts nothing', async () => {
    const wrong = [
      { mode: 'everything' },
      { mode: 'FULL' },
      { mode: null },
      { mode: true },
      { immediate: 'true' },
      { immediate: 1 },
      { collections: 'contacts' },
      { collections: [1] },
      { collections: ['contact'] },
      { resource_types: ['contacts'] },
      { full: true },
    ];
    for (const fields of wrong) {
      const answer = await post({ app_key: 'crm', immediate: true, ...fields });
      expect([fields, answer.status]).toEqual([fields, 400]);
    }
    expect(await errorOf(await post({ app_key: 'crm', mode: 'all' }))).toMatchObject({
      message: expect.stringContaining('full, incremental'),
    });
    const near = await errorOf(await post({ app_key: 'crm', collections: ['contact'] }));
    expect(near['message']).toContain('contacts, deals');
    expect(orders).toEqual([]);
  });

  test('hands on mode and collections, and takes no collections for all', async () => {
    await post({ app_key: 'crm', immediate: true, mode: 'full', collections: ['deals'] });
    await post({ app_key: 'crm', immediate: true, collections: [] });
    expect(orders).toMatchObject([
      { mode: 'full', collections: ['deals'] },
      { mode: 'incremental', collections: undefined },
    ]);
  });

  test('answers equal requests with the job that waits, and lets one wait while one is in progress', async () => {
    let finish: (() => void) | undefined;
    run = () =>
      new Promise<SyncResult>((resolve) => {
        finish = () => {
          resolve(SYNCED);
        };
      });
    const first = await bodyOf(await post({ app_key: 'crm' }));
    await eventually('the sync begins', () => finish !== undefined);
    expect((await job(first['job_id']))['status']).toBe('running');
    const second = await bodyOf(await post({ app_key: 'crm' }));
    const third = await bodyOf(await post({ app_key: 'crm' }));
    expect(second).toMatchObject({ status: 'pending' });
    expect(second['job_id']).not.toBe(first['job_id']);
    expect(third).toEqual(second);
    expect(orders).toHaveLength(1);
    run = () => SYNCED;
    finish?.();
    await eventually(
      'the waiting job ends',
      async () => (await job(second['job_id']))['status'] === 'completed',
    );
    expect((await job(first['job_id']))['status']).toBe('completed');
    expect(orders).toHaveLength(2);
  });

  test('answers 404 for an unknown job, whatever its id is', async () => {
    for (const id of [
      '1',
      '00000000-0000-4000-a000-000000000000',
      "'; drop table sync_requests; --",
      '%00',
    ]) {
      const answer = await server.request(`/v1/sync/jobs/${encodeURIComponent(id)}`, {
        headers: { authorization: `Bearer ${ADMIN}` },
      });
      expect(answer.status).toBe(404);
    }
  });

  test('answers 409 with Retry-After to an immediate sync while the app is being synced', async () => {
    run = () => {
      throw new BridgeError('LEASE_HELD', 'App crm is being run by process 7 on a-secret-host.');
    };
    const answer = await post({ app_key: 'crm', immediate: true });
    expect(answer.status).toBe(409);
    expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect(await answer.text()).not.toContain('a-secret-host');
  });
});

describe('Sync Results', () => {
  test('Success counts returned', async () => {
    const answer = await post({ app_key: 'crm', immediate: true });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      app_key: 'crm',
      mode: 'incremental',
      created: 3,
      updated: 2,
      deleted: 1,
      unchanged: 4,
      held: 0,
      errors: 0,
      error_details: [],
      collections: [
        {
          collection_key: 'contacts',
          mode: 'full',
          created: 3,
          updated: 0,
          deleted: 0,
          unchanged: 4,
          held: 0,
          errors: 0,
        },
        {
          collection_key: 'deals',
          mode: 'full',
          created: 0,
          updated: 2,
          deleted: 1,
          unchanged: 0,
          held: 0,
          errors: 0,
        },
      ],
      duration_ms: 12,
    });
  });

  test('Error counts returned', async () => {
    run = () => PARTLY_SYNCED;
    const details = [{ collection_key: 'deals', code: 'SOURCE_LOST', message: 'GET /deals answered 500.' }];
    const counts = { created: 3, unchanged: 4, errors: 1, error_details: details };
    const immediate = await post({ app_key: 'crm', immediate: true });
    expect(immediate.status).toBe(200);
    expect(await immediate.json()).toMatchObject(counts);
    expect(await ended(await post({ app_key: 'crm' }))).toMatchObject({ status: 'partial', ...counts });
    run = () => {
      const all = { ...PARTLY_SYNCED, status: 'failed' as const, created: 0, unchanged: 0, errors: 2 };
      throw new FailedSync(new BridgeError('SOURCE_RATE_LIMITED', 'Wait for an hour, hunter22.'), all);
    };
    const failed = await post({ app_key: 'crm', immediate: true });
    expect(failed.status).toBe(200);
    expect(await failed.json()).toMatchObject({ created: 0, errors: 2, error_details: details });
    expect(await ended(await post({ app_key: 'crm' }))).toMatchObject({
      status: 'failed',
      errors: 2,
      error: { code: 'SOURCE_RATE_LIMITED', message: 'Wait for an hour, ***.' },
    });
  });
});

describe('Failure Handling', () => {
  test('Error responses sanitized', async () => {
    const secret = 'relation "x" at postgres://bridge:hunter22@db.internal';
    const failures = [
      new Error(secret),
      new BridgeError('STATE_FAILED', secret),
      new BridgeError('SECRET_MISSING', secret),
    ];
    for (const failure of failures) {
      run = () => {
        throw failure;
      };
      const answer = await post({ app_key: 'crm', immediate: true });
      expect(answer.status).toBe(500);
      expect(answer.headers.get('content-type')).toContain('application/json');
      expect(await answer.json()).toEqual({
        error: { code: 'INTERNAL', message: 'Internal server error' },
        request_id: expect.any(String),
      });
      expect(lines.join('')).toContain('db.internal');
    }
    run = () => {
      throw new BridgeError('STATE_FAILED', secret);
    };
    const failed = await ended(await post({ app_key: 'crm' }));
    expect(failed).toMatchObject({
      status: 'failed',
      errors: 1,
      error: { code: 'STATE_FAILED', message: 'Internal server error' },
    });
  });

  test('answers 500 without the words of the database when its table is gone', async () => {
    const other = await start();
    const database = await openDatabase({ file: join(other.cwd, '.gemini-sync-bridge', 'state.db') });
    try {
      await database.knex.raw('drop table sync_requests');
      const answer = await other.request('/v1/sync', {
        method: 'POST',
        headers: { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' },
        body: '{"app_key":"crm"}',
      });
      expect(answer.status).toBe(500);
      expect(await errorOf(answer)).toEqual({ code: 'INTERNAL', message: 'Internal server error' });
      expect(lines.join('')).toContain('no such table');
    } finally {
      await database.close();
      await other.stop();
    }
  });
});

describe('CORS Configuration', () => {
  const preflight = (url: string, origin: string) =>
    fetch(`${url}/v1/sync`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      },
    });

  const corsHeaders = ({ headers }: Response) =>
    [...headers.keys()].filter((name) => name.startsWith('access-control-'));

  test('CORS restricted', async () => {
    const answer = await preflight(server.url, 'https://evil.example');
    expect(answer.status).toBe(204);
    expect(answer.headers.get('allow')).toBe('POST, OPTIONS');
    expect(corsHeaders(answer)).toEqual([]);
    for (const key of [ADMIN, 'wrong'])
      expect(
        corsHeaders(
          await post({ app_key: 'crm' }, { authorization: `Bearer ${key}`, origin: 'https://evil.example' }),
        ),
      ).toEqual([]);
  });

  test('allows preflight requests of origins that are configured by name, and of no others', async () => {
    const other = await start({ sync: { ...NO_SYNC, allowedOrigins: ['https://admin.example.com'] } });
    try {
      const answer = await preflight(other.url, 'https://admin.example.com');
      expect(answer.headers.get('access-control-allow-origin')).toBe('https://admin.example.com');
      expect(answer.headers.get('vary')).toContain('Origin');
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
      for (const origin of ['https://admin.example.com.evil.example', 'http://admin.example.com', 'null'])
        expect(corsHeaders(await preflight(other.url, origin))).toEqual([]);
    } finally {
      await other.stop();
    }
  });
});

describe('the keys of the sync endpoint', () => {
  test('refuses the session of a browser, which any page can make it send', async () => {
    const login = await server.request('/login', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: server.url },
      body: `key=${ADMIN}`,
    });
    const cookie = login.headers
      .getSetCookie()
      .map((each) => each.split(';', 1).join(''))
      .join('; ');
    const answer = await post({ app_key: 'crm' }, { cookie, origin: server.url });
    expect(answer.status).toBe(401);
    expect(orders).toEqual([]);
  });

  test('refuses every request while the server has no key', async () => {
    const open = await start({ access: NO_ACCESS });
    try {
      const answer = await open.request('/v1/sync', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"app_key":"crm"}',
      });
      expect(answer.status).toBe(401);
      expect((await errorOf(answer))['hint']).toContain('keys create');
    } finally {
      await open.stop();
    }
  });
});

/** Announces a body of this size, sends none of it, and returns the status of the answer. */
function statusBeforeBody(bytes: number): Promise<number> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    socket.once('error', reject);
    socket.once('data', (data) => {
      socket.destroy();
      resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(data.toString())?.[1]));
    });
    socket.write(
      [
        'POST /v1/sync HTTP/1.1',
        `Host: ${hostname}:${port}`,
        `Authorization: Bearer ${ADMIN}`,
        'Content-Type: application/json',
        `Content-Length: ${bytes}`,
        '',
        '',
      ].join('\r\n'),
    );
  });
}
