import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readSyncEndpoint } from '../../../src/cli/environment/sync.ts';
import { makeAccessKey } from '../../../src/app/serve/make-access-key.ts';
import { openServerState } from '../../../src/app/serve/server-state.ts';
import { findCrm, runnerStandIn } from '../../support/apps/app-stand-in.ts';
import { NO_ACCESS, NO_SYNC, startBridgeServer } from '../../support/server/bridge-server.ts';
import { SERVER_ACTOR } from '../../../src/core/access/audit-log.ts';

type Server = Awaited<ReturnType<typeof startBridgeServer>>;

const ADMIN = 'an-admin-key-of-this-test';

function start(variables: Record<string, string>): Promise<Server> {
  return startBridgeServer({
    access: { ...NO_ACCESS, adminKey: ADMIN },
    sync: { ...NO_SYNC, ...readSyncEndpoint(variables), runner: runnerStandIn().runner, findApp: findCrm },
  });
}

function post(server: Server, key: string, body = '{"app_key":"crm"}'): Promise<Response> {
  return server.request('/v1/sync', {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body,
  });
}

async function adminKey(server: Server): Promise<string> {
  const state = await openServerState({ databaseUrl: undefined, cwd: server.cwd });
  const wanted = { name: 'other', right: 'admin', connectorId: null, expiresAt: null } as const;
  const { key } = await makeAccessKey(state, wanted, new Date(), SERVER_ACTOR);
  await state.close();
  return key;
}

async function statuses(requests: number, send: () => Promise<Response>): Promise<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const { status } of await Promise.all(Array.from({ length: requests }, send)))
    counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

describe('Sync Rate Limiting', () => {
  let server: Server;
  beforeAll(async () => {
    server = await start({});
  });
  afterAll(() => server.stop());

  test('Sync rate limit enforced', async () => {
    const key = await adminKey(server);
    expect(await statuses(15, () => post(server, key))).toEqual({ 202: 10, 429: 5 });
    const refused = await post(server, key);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    // The job can still be followed.
    const job = await server.request('/v1/sync/jobs/1', { headers: { authorization: `Bearer ${key}` } });
    expect(job.status).toBe(404);
  });

  test('Sync rate limit configurable', async () => {
    const other = await start({ SYNC_REQUESTS_PER_MINUTE: '3' });
    try {
      expect(await statuses(5, () => post(other, ADMIN))).toEqual({ 202: 3, 429: 2 });
    } finally {
      await other.stop();
    }
    expect(readSyncEndpoint({}).requestsPerMinute).toBe(10);
  });

  test('Rate limit by API key', async () => {
    const [one, other] = [await adminKey(server), await adminKey(server)];
    expect(await statuses(11, () => post(server, one))).toEqual({ 202: 10, 429: 1 });
    // Wrong keys have a limit of their own, by address.
    const wrong = await statuses(12, () => post(server, `${other}x`));
    expect(Object.keys(wrong).every((status) => ['401', '429'].includes(status))).toBe(true);
    expect(await statuses(11, () => post(server, other))).toEqual({ 202: 10, 429: 1 });
  });

  test('counts requests that are refused for their body, so that nothing is guessed for free', async () => {
    const key = await adminKey(server);
    expect(await statuses(10, () => post(server, key, '{"app_key":42}'))).toEqual({ 400: 10 });
    expect((await post(server, key)).status).toBe(429);
  });
});
