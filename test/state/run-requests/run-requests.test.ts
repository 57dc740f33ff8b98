import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { RUN_REQUEST_ATTEMPTS_MAX } from '../../../src/core/limits.ts';
import { openServerDatabase, type ServerDatabase } from '../../../src/database/open-server-database.ts';
import { RUN_REQUEST_KEEP_DAYS } from '../../../src/state/limits.ts';
import type { RunRequests, TakenRunRequest } from '../../../src/state/run-requests/queue.ts';
import { openRunRequests } from '../../../src/state/run-requests/run-requests.ts';
import { readyRequests } from '../../../src/state/run-requests/take.ts';
import { openSyncRequests } from '../../../src/state/sync-requests/sync-requests.ts';
import { stateAddresses } from '../../support/databases/state-addresses.ts';

const address = stateAddresses();

const DONE = { status: 'completed', exitStatus: 0, error: null } as const;
const BUSY = { code: 'LEASE_HELD', message: 'Connector staff is being run.' };
const LONG_AGO = '2000-01-01T00:00:00.000Z';

describe.each(['SQLite', 'Postgres'])('the queue of run requests in %s', (engine) => {
  let databases: ServerDatabase[];
  let queue: RunRequests;
  /** Another process. */
  let others: RunRequests;
  beforeAll(async () => {
    const place = await address(engine);
    databases = [await openServerDatabase(place), await openServerDatabase(place)];
    const [one, other] = databases;
    if (one === undefined || other === undefined) throw new Error('Two databases were opened.');
    queue = openRunRequests(one);
    others = openRunRequests(other);
  });
  afterAll(() => Promise.all(databases.map((database) => database.close())));
  afterEach(async () => {
    await sql('delete from run_requests');
    await sql('delete from sync_requests');
  });

  async function sql(statement: string, ...bindings: string[]): Promise<void> {
    await databases[0]?.guarded(({ knex }) => knex.raw(statement, bindings));
  }

  const request = (name: string, kind = 'connector') =>
    sql('insert into run_requests (kind, name) values (?, ?) on conflict do nothing', kind, name);

  const rows = async () =>
    databases[0]?.guarded(({ knex }) => knex('run_requests').orderBy(['requested_at', 'name']));

  async function taken(from = queue, runId = 'run-1'): Promise<TakenRunRequest> {
    const found = await from.take(runId);
    if (found === undefined) throw new Error('There was a request to take.');
    return found;
  }

  /** As if its worker had died the lease's time ago. */
  const lapse = () => sql(`update run_requests set expires_at = 1 where status = 'running'`);
  /** As if the wait before the next attempt had passed. */
  const due = () => sql(`update run_requests set next_attempt_at = 1 where status = 'retrying'`);

  test('keeps one waiting request of a definition, and takes it once', async () => {
    await request('staff');
    await request('staff');
    const requests = await Promise.all(
      Array.from({ length: 6 }, (_, index) => (index % 2 === 0 ? queue : others).take(`run-${index}`)),
    );
    const got = requests.filter((found) => found !== undefined);
    expect(got).toMatchObject([{ kind: 'connector', name: 'staff', requestedBy: 'schedule', attempt: 1 }]);
    expect(await queue.finish(got[0] ?? (await taken()), DONE)).toBe(true);
    expect(await queue.take('run-9')).toBeUndefined();
    expect(await rows()).toMatchObject([{ status: 'completed', exit_status: 0 }]);
  });

  test('keeps a request waiting while another request of its definition is in progress or waits for a retry', async () => {
    await request('staff');
    const first = await taken();
    await request('staff');
    await request('staff', 'knowledge_source');
    expect(await queue.countReady()).toBe(1);
    expect(await taken(others)).toMatchObject({ kind: 'knowledge_source', name: 'staff' });
    expect(await others.take('run-2')).toBeUndefined();
    await queue.retry(first, { seconds: 60, error: BUSY, counts: true });
    expect(await others.take('run-2')).toBeUndefined();
    await due();
    expect(await taken(others, 'run-2')).toMatchObject({ id: first.id, runId: 'run-1', attempt: 2 });
  });

  test('gives the request of a dead worker to another worker with the same run id, and refuses the late result', async () => {
    await request('staff');
    const first = await taken(queue, 'run-1');
    expect(await others.take('run-2')).toBeUndefined();
    await lapse();
    const second = await taken(others, 'run-2');
    expect(second).toMatchObject({ id: first.id, runId: 'run-1', attempt: 2 });
    expect(await queue.renew(first)).toBe(false);
    expect(await queue.finish(first, { ...DONE, status: 'failed' })).toBe(false);
    expect(await queue.retry(first, { seconds: 1, error: BUSY, counts: true })).toBe(false);
    expect(await queue.giveBack(first)).toBe(false);
    expect(await others.renew(second)).toBe(true);
    expect(await others.finish(second, DONE)).toBe(true);
  });

  test('gives an interrupted request to another worker at once, without counting the attempt', async () => {
    await request('staff');
    const first = await taken();
    await request('staff');
    await queue.giveBack(first);
    expect(await taken(others, 'run-2')).toMatchObject({ id: first.id, runId: 'run-1', attempt: 1 });
  });

  test('does not count an attempt that only waited for another run', async () => {
    await request('staff');
    await queue.retry(await taken(), { seconds: 60, error: BUSY, counts: false });
    expect(await rows()).toMatchObject([{ status: 'retrying', attempts: 0, error_code: 'LEASE_HELD' }]);
    await due();
    expect(await taken(others, 'run-2')).toMatchObject({ runId: 'run-1', attempt: 1 });
  });

  test.each([-2_147_483_648, 2_147_483_647])(
    'takes a request that was inserted with %i attempts, so that it does not block the others',
    async (attempts) => {
      await sql(
        `insert into run_requests (kind, name, attempts, requested_at) values ('connector', 'staff', ${attempts}, ?)`,
        LONG_AGO,
      );
      await request('other');
      const attempt = attempts < 0 ? 1 : RUN_REQUEST_ATTEMPTS_MAX + 1;
      expect(await taken()).toMatchObject({ name: 'staff', attempt });
      expect(await taken()).toMatchObject({ name: 'other', attempt: 1 });
    },
  );

  test('fails a request after its workers died too often', async () => {
    await request('staff');
    for (let attempt = 1; attempt <= RUN_REQUEST_ATTEMPTS_MAX; attempt++) {
      expect(await taken()).toMatchObject({ attempt });
      await lapse();
    }
    expect(await queue.take('run-2')).toBeUndefined();
    expect(await rows()).toMatchObject([{ status: 'failed', error_code: 'INTERRUPTED' }]);
  });

  test('cancels a request that no worker took before it expired', async () => {
    await sql(`insert into run_requests (kind, name, not_after) values ('connector', 'staff', ?)`, LONG_AGO);
    await sql(
      `insert into run_requests (kind, name, not_after) values ('connector', 'teams', '9999-01-01T00:00:00.000Z')`,
    );
    expect(await taken()).toMatchObject({ name: 'teams' });
    expect(await rows()).toContainEqual(
      expect.objectContaining({ name: 'staff', status: 'cancelled', error_code: 'REQUEST_EXPIRED' }),
    );
  });

  test('cancels an expired request for a sync of an app', async () => {
    const [database] = databases;
    if (database === undefined) throw new Error('It is open.');
    await sql(`insert into sync_requests (app_key, not_after) values ('crm', ?)`, LONG_AGO);
    const syncs = openSyncRequests(database);
    expect(await syncs.readyApps()).toEqual([]);
    expect(await database.guarded(({ knex }) => knex('sync_requests'))).toMatchObject([
      { status: 'cancelled', error_code: 'REQUEST_EXPIRED' },
    ]);
  });

  test('removes old finished requests, and no other requests', async () => {
    await request('staff');
    await queue.finish(await taken(), DONE);
    await request('staff');
    await queue.finish(await taken(), DONE);
    const old = new Date(Date.now() - (RUN_REQUEST_KEEP_DAYS + 1) * 86_400_000).toISOString();
    const [first] = (await rows()) ?? [];
    await sql('update run_requests set finished_at = ? where id = ?', old, first?.id ?? '');
    await queue.forget();
    expect(await rows()).toHaveLength(1);
  });
});

test('SQLite finds the active request of a definition by its index, and not by reading the whole table', async () => {
  const database = await openServerDatabase(await address('SQLite'));
  try {
    const plan = await database.guarded(({ knex, dialect }): Promise<unknown> => {
      const { sql, bindings } = readyRequests(knex, dialect).count().toSQL();
      return knex.raw(`explain query plan ${sql}`, [...bindings]);
    });
    expect(JSON.stringify(plan)).toContain('SEARCH active USING INDEX run_requests_active');
  } finally {
    await database.close();
  }
});
