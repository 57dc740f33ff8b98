import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { openServerDatabase, type ServerDatabase } from '../../../src/database/open-server-database.ts';
import { SYNC_REQUEST_KEEP_DAYS } from '../../../src/state/limits.ts';
import type { SyncOrder, TakenSyncRequest } from '../../../src/state/sync-requests/request.ts';
import type { SyncRequests } from '../../../src/state/sync-requests/queue.ts';
import { openSyncRequests } from '../../../src/state/sync-requests/sync-requests.ts';
import { stateAddresses } from '../../support/databases/state-addresses.ts';

const address = stateAddresses();

const CRM: SyncOrder = { appKey: 'crm', mode: 'incremental', collections: undefined };
const DONE = {
  status: 'completed',
  counts: '{"created":1}',
  details: null,
  recordsSeen: 7,
  error: null,
} as const;

describe.each(['SQLite', 'Postgres'])('the queue of sync requests in %s', (engine) => {
  let databases: ServerDatabase[];
  let queue: SyncRequests;
  /** Another process. */
  let others: SyncRequests;
  beforeAll(async () => {
    const place = await address(engine);
    databases = [await openServerDatabase(place), await openServerDatabase(place)];
    const [one, other] = databases;
    if (one === undefined || other === undefined) throw new Error('Two databases were opened.');
    queue = openSyncRequests(one);
    others = openSyncRequests(other);
  });
  afterAll(() => Promise.all(databases.map((database) => database.close())));
  afterEach(() => sql('delete from sync_requests'));

  async function sql(statement: string, ...bindings: string[]): Promise<void> {
    await databases[0]?.guarded(({ knex }) => knex.raw(statement, bindings));
  }

  async function taken(appKey = 'crm', from = queue): Promise<TakenSyncRequest> {
    const request = await from.take(appKey, 'run-1');
    if (request === undefined) throw new Error('There was a request to take.');
    return request;
  }

  /** As if its process had died the lease's time ago. */
  const lapse = () => sql(`update sync_requests set expires_at = 1 where status = 'running'`);

  test('answers an equal request with the one that waits, also if its collections have another order', async () => {
    const first = await queue.enqueue({ ...CRM, collections: ['b', 'a'] }, 'key 1');
    const again = await others.enqueue({ ...CRM, collections: ['a', 'b', 'a'] }, 'key 2');
    expect(again).toEqual(first);
    expect(first).toMatchObject({ status: 'pending', requestedBy: 'key 1', collections: ['a', 'b'] });
    const different = [
      await queue.enqueue(CRM, 'key 1'),
      await queue.enqueue({ ...CRM, mode: 'full' }, 'key 1'),
      await queue.enqueue({ ...CRM, appKey: 'shop' }, 'key 1'),
    ];
    expect(new Set([first, ...different].map(({ id }) => id)).size).toBe(4);
  });

  test('stores one of many equal requests that arrive together', async () => {
    const stored = await Promise.all(
      Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? queue : others).enqueue(CRM, 'key')),
    );
    expect(new Set(stored.map(({ id }) => id)).size).toBe(1);
  });

  test('lets an equal request wait while one is in progress', async () => {
    const first = await queue.enqueue(CRM, 'key');
    await taken();
    const second = await queue.enqueue(CRM, 'key');
    expect(second.id).not.toBe(first.id);
    expect(await queue.readyApps()).toEqual([]);
    expect(await others.take('crm', 'run-2')).toBeUndefined();
  });

  test('takes a row that another program inserted with only its app, once', async () => {
    const insert = `insert into sync_requests (app_key) values ('crm') on conflict do nothing`;
    await sql(insert);
    await sql(insert);
    expect(await queue.readyApps()).toEqual([{ appKey: 'crm', requests: 1 }]);
    const requests = await Promise.all(
      Array.from({ length: 6 }, (_, index) => (index % 2 === 0 ? queue : others).take('crm', `run-${index}`)),
    );
    const got = requests.filter((request) => request !== undefined);
    expect(got).toHaveLength(1);
    expect(got[0]).toMatchObject({ ...CRM, status: 'running', requestedBy: 'schedule' });
    await queue.finish(got[0] ?? (await taken()), DONE);
    expect(await queue.take('crm', 'run-9')).toBeUndefined();
  });

  test('has one request of an app in progress, whichever process takes it', async () => {
    await queue.enqueue(CRM, 'key');
    await queue.enqueue({ ...CRM, mode: 'full' }, 'key');
    await queue.enqueue({ ...CRM, collections: ['a'] }, 'key');
    const requests = await Promise.all(
      Array.from({ length: 6 }, (_, index) => (index % 2 === 0 ? queue : others).take('crm', `run-${index}`)),
    );
    expect(requests.filter((request) => request !== undefined)).toHaveLength(1);
  });

  test('keeps the result, and refuses one of a process that lost the request', async () => {
    const { id } = await queue.enqueue(CRM, 'key');
    const first = await taken();
    await lapse();
    const second = await taken('crm', others);
    expect(second.id).toBe(id);
    expect(await queue.renew(first, 5)).toBe(false);
    expect(await queue.finish(first, { ...DONE, counts: '{"created":2}' })).toBe(false);
    expect(await others.renew(second, 7)).toBe(true);
    expect(await queue.find(id)).toMatchObject({ status: 'running', recordsSeen: 7, runId: 'run-1' });
    expect(await others.finish(second, DONE)).toBe(true);
    expect(await queue.find(id)).toMatchObject({ status: 'completed', counts: '{"created":1}', error: null });
    expect((await queue.find(id))?.finishedAt).toMatch(/Z$/);
  });

  test('begins a request of a dead process again, once, and before those that wait', async () => {
    const { id } = await queue.enqueue(CRM, 'key');
    await taken();
    const waiting = await queue.enqueue(CRM, 'key');
    await lapse();
    expect(await others.readyApps()).toEqual([{ appKey: 'crm', requests: 2 }]);
    expect((await taken('crm', others)).id).toBe(id);
    await lapse();
    expect((await taken()).id).toBe(waiting.id);
    expect(await queue.find(id)).toMatchObject({ status: 'failed', error: { code: 'INTERRUPTED' } });
  });

  test('lets a request wait again, or cancels it if an equal one waits', async () => {
    const { id } = await queue.enqueue(CRM, 'key');
    await queue.giveBack(await taken());
    expect(await queue.find(id)).toMatchObject({ status: 'pending', startedAt: null, runId: null });
    const again = await taken();
    await queue.enqueue(CRM, 'key');
    await queue.giveBack(again);
    expect(await queue.find(id)).toMatchObject({ status: 'cancelled' });
  });

  test('reads a list of collections that another program wrote wrongly as a collection of that name', async () => {
    await sql(`insert into sync_requests (app_key, collections) values ('crm', 'contacts')`);
    expect((await taken()).collections).toEqual(['contacts']);
  });

  test('forgets finished requests after their time, and no others', async () => {
    const { id } = await queue.enqueue(CRM, 'key');
    await queue.finish(await taken(), DONE);
    await queue.forget();
    expect(await queue.find(id)).toBeDefined();
    await sql(
      'update sync_requests set finished_at = ?',
      new Date(Date.now() - (SYNC_REQUEST_KEEP_DAYS * 86_400 + 60) * 1_000).toISOString(),
    );
    const waiting = await queue.enqueue(CRM, 'key');
    await queue.forget();
    expect(await queue.find(id)).toBeUndefined();
    expect(await queue.find(waiting.id)).toBeDefined();
  });
});
