import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { State } from '../../../src/pipeline/ports/state-port.ts';
import { openServerDatabase } from '../../../src/database/open-server-database.ts';
import { openCheckState } from '../../../src/state/check/open-check-state.ts';
import { openExplainState } from '../../../src/state/explain/open-explain-state.ts';
import { migrateState, openState } from '../../../src/state/run/open-state.ts';
import { describeAlertStateContract } from '../../contracts/alert-state.contract.ts';
import { describeJournalContract } from '../../contracts/journal.contract.ts';
import { describeLeaseContract } from '../../contracts/lease.contract.ts';
import { describeRunMetricsContract } from '../../contracts/run-metrics.contract.ts';
import { describeKindsContract } from '../../contracts/state/kinds.contract.ts';
import { describeStateContract } from '../../contracts/state.contract.ts';
import type { StateStore } from '../../contracts/state/state-scene.ts';
import { breakableConnection } from '../../support/http/breakable-connection.ts';
import { eventually } from '../../support/eventually.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { runCounts } from '../../support/pipeline/run-counts.ts';
import { batchesOf, checksumOf } from '../../support/pipeline/staged.ts';

const FILE = 'not-used.db';

let server: TestPostgres;
let databases = 0;
beforeAll(async () => {
  server = await startPostgres();
  await server.createDatabase('template_state');
  await migrateState({ url: server.url('template_state'), file: FILE });
});
afterAll(async () => {
  await server.stop();
});

async function migratedDatabase(): Promise<{ name: string; url: string }> {
  const name = `state_${(databases += 1)}`;
  await server.query(`create database ${name} template template_state`);
  return { name, url: server.url(name) };
}

async function makeStore() {
  const { name, url } = await migratedDatabase();
  return {
    address: { url, file: FILE },
    open: ((options) =>
      openState({ url, file: FILE, readOnly: false, ...options })) satisfies StateStore['open'],
    openExplain: ((options) =>
      openExplainState({ url, file: FILE, ...options })) satisfies StateStore['openExplain'],
    openCheck: ((options) =>
      openCheckState({ url, file: FILE, ...options })) satisfies StateStore['openCheck'],
    remove: async () => {
      await server.query(`drop database ${name} with (force)`);
    },
  };
}

describeStateContract('Postgres', makeStore);
describeJournalContract('Postgres', makeStore);
describeLeaseContract('Postgres', makeStore);
describeAlertStateContract('Postgres', makeStore);
describeRunMetricsContract('Postgres', makeStore);
describeKindsContract('Postgres', makeStore);

describe('a Postgres state of a server', () => {
  test('that stops responding is reported as unreachable, and is queried again over another connection', async () => {
    const { name } = await migratedDatabase();
    const way = await breakableConnection(server);
    const url = server.url(name).replace(`:${server.port}/`, `:${way.port}/`);
    const database = await openServerDatabase({ url, file: FILE }, { silenceSeconds: 1 });
    const ask = () => database.guarded(({ knex }) => knex.raw('select 1'));
    way.hush();
    await expect(ask()).rejects.toMatchObject({ code: 'STATE_UNREACHABLE' });
    await eventually('it answers', () => ask().then(Boolean, () => false));
    await database.close();
    await way.close();
  });
});

describe('a Postgres state', () => {
  test('without a schema is refused until it is migrated', async () => {
    const url = await server.createDatabase('bare');
    await expect(openState({ url, file: FILE, readOnly: false })).rejects.toMatchObject({
      code: 'STATE_NOT_MIGRATED',
      message: expect.stringMatching(/\/bare has no tables of this program yet\.$/),
      hint: expect.stringContaining('gemini-sync-bridge migrate'),
    });
    expect(await server.query('select 1 from pg_tables where tablename like $$knex%$$', 'bare')).toEqual([]);
    // Several at once, as when all replicas of a deployment start.
    const answers = await Promise.all([1, 2, 3].map(() => migrateState({ url, file: FILE })));
    expect(answers.filter(({ applied }) => applied.length > 0)).toHaveLength(1);
    const state = await openState({ url, file: FILE, readOnly: false });
    await state.close();
  });

  test('is migrated on the way when asked to', async () => {
    const url = await server.createDatabase('asked');
    const state = await openState({ url, file: FILE, readOnly: false, migrate: true });
    expect((await state.position('hr', 'store')).scope).toBeGreaterThan(0);
    await state.close();
  });

  test('of a newer version of the program is refused', async () => {
    const { name, url } = await migratedDatabase();
    await server.query(
      "insert into knex_migrations (name, batch) values ('29990101000001_future.js', 2)",
      name,
    );
    await expect(openState({ url, file: FILE, readOnly: false })).rejects.toMatchObject({
      code: 'STATE_NEWER',
    });
  });

  test.each([
    ['a wrong password', (url: string) => url.replace(/:[^:@]*@/, ':s3cret-wrong@'), 'STATE_FAILED'],
    ['an unknown database', (url: string) => url.replace(/[^/]*$/, 'nowhere'), 'STATE_FAILED'],
    ['a refused port', (url: string) => url.replace(/:\d+\//, ':1/'), 'STATE_UNREACHABLE'],
    ['another kind of URL', () => 'mysql://root:s3cret-wrong@localhost/x', 'ENVIRONMENT_INVALID'],
    ['something that is not a URL', () => 'postgres://root:s3cret-wrong@:x:y/z', 'ENVIRONMENT_INVALID'],
  ])('at %s is refused without telling the password', async (_, change, code) => {
    const url = change(server.url('template_state'));
    const error: unknown = await openState({ url, file: FILE, readOnly: false }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code, hint: expect.any(String) });
    const { message, hint } = error as { message: string; hint: string };
    expect(`${message} ${hint}`).not.toMatch(new RegExp(`s3cret|${server.password}`));
  });

  test('rolls the whole commit back when its connection is killed in the middle', async () => {
    const { name, url } = await migratedDatabase();
    const state = await openState({ url, file: FILE, readOnly: false });
    const { fence, scope } = await stagedRun(state);
    // The last step of a commit waits for this lock, with everything else done.
    await server.query(
      `create function wait_there() returns trigger language plpgsql as
         $$begin perform pg_sleep(600); return old; end$$;
       create trigger wait_there before delete on record_loads for each row execute function wait_there()`,
      name,
    );
    const answer = commit(state, fence).catch((thrown: unknown) => thrown);
    const waiting = `select pid from pg_stat_activity
      where datname = '${name}' and wait_event = 'PgSleep' and application_name = 'gemini-sync-bridge'`;
    let sleepers: Record<string, unknown>[] = [];
    while (sleepers.length === 0) sleepers = await server.query(waiting);
    await server.query(`select pg_terminate_backend(pid) from (${waiting}) as sleepers`);
    expect(await answer).toMatchObject({ code: 'STATE_UNREACHABLE' });

    await server.query('drop trigger wait_there on record_loads', name);
    expect(await state.lookup(scope, ['hr:1'])).toEqual([]);
    expect(await state.position('hr', 'store')).toMatchObject({ checkpoint: undefined });
    expect(await state.unfinishedRuns('hr')).toHaveLength(1);
    await commit(state, fence);
    const { scope: committed } = await state.position('hr', 'store');
    expect(await state.lookup(committed, ['hr:1'])).toHaveLength(1);
    await state.close();
  });

  test('lets the heartbeat through, and answers contenders at once, during a long commit', async () => {
    const { name, url } = await migratedDatabase();
    const leaseTiming = { leaseMs: 60_000, heartbeatMs: 20 };
    const state = await openState({ url, file: FILE, readOnly: false, leaseTiming });
    const { fence, lease } = await stagedRun(state);
    await server.query(
      `create function wait_there() returns trigger language plpgsql as
         $$begin perform pg_advisory_xact_lock_shared(1); return old; end$$;
       create trigger wait_there before delete on record_loads for each row execute function wait_there()`,
      name,
    );
    const there = async (sql: string) => (await server.query(sql, name))[0];
    const until = async (sql: string) => {
      for (;;) {
        const row = await there(sql);
        if (row !== undefined) return row;
      }
    };
    const holding = server.query('select pg_advisory_lock(1), pg_sleep(600)', name).catch(() => undefined);
    const locks = `select pid from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = '${name}')`;
    const holder = await until(`${locks} and granted`);
    let committed = false;
    const committing = commit(state, fence).then(() => (committed = true));
    await until(`${locks} and not granted`);

    const before = await there('select expires_at from connector_leases');
    await until(`select 1 from connector_leases where expires_at > ${String(before?.['expires_at'])}`);
    const contender = await openState({ url, file: FILE, readOnly: false });
    await expect(contender.lease('hr', { runId: 'S', host: 'host-2', pid: 1 })).rejects.toMatchObject({
      code: 'LEASE_HELD',
    });
    expect(committed).toBe(false);

    await there(`select pg_terminate_backend(${String(holder['pid'])})`);
    await holding;
    await committing;
    await lease.release();
    await Promise.all([state.close(), contender.close()]);
  });

  test('that goes away mid-run fails every call, and the lease once it has been silent for too long', async () => {
    const mortal = await startPostgres();
    const url = mortal.url();
    await migrateState({ url, file: FILE });
    const state = await openState({
      url,
      file: FILE,
      readOnly: false,
      leaseTiming: { leaseMs: 500, heartbeatMs: 50 },
    });
    const { fence, scope, lease } = await stagedRun(state);
    await mortal.stop();
    const unreachable = {
      code: 'STATE_UNREACHABLE',
      message: expect.stringContaining(`${mortal.host}:${mortal.port}`),
    };
    await expect(state.enterPhase('R', 'diff', new Date())).rejects.toMatchObject(unreachable);
    await expect(state.stage('R', batchesOf([record('hr:2')]))).rejects.toMatchObject(unreachable);
    await expect(state.lookup(scope, ['hr:1'])).rejects.toMatchObject(unreachable);
    await expect(commit(state, fence)).rejects.toMatchObject(unreachable);
    await expect(drain(state, scope)).rejects.toMatchObject(unreachable);
    if (!lease.signal.aborted) await new Promise((told) => (lease.signal.onabort = told));
    expect(lease.signal.reason).toMatchObject({ code: 'LEASE_LOST' });
    await lease.release();
    await state.close();
  });
});

const COUNTS = runCounts({ seen: 1, added: 1 });
const record = (docId: string) =>
  ({ op: 'upsert', docId, checksum: checksumOf(docId), fingerprint: '0123456789abcdef' }) as const;

/** Run R of connector hr, published, with one document to commit. */
async function stagedRun(state: State) {
  const lease = await state.lease('hr', { runId: 'R', host: 'host-1', pid: process.pid });
  const { scope } = await state.position('hr', 'store');
  await state.beginRun({ runId: 'R', connectorId: 'hr', target: 'store', startedAt: new Date() });
  await state.stage('R', batchesOf([record('hr:1')]));
  await state.published('R', {
    manifestName: 'm',
    counts: COUNTS,
    watermark: 'w',
    startedFrom: null,
    mappingVersion: 'v',
    columns: [],
    holdReason: null,
  });
  return { lease, fence: lease.fence, scope };
}

function commit(state: State, fence: number): Promise<void> {
  return state.commit({
    runId: 'R',
    fence,
    status: 'SUCCESS',
    counts: COUNTS,
    finishedAt: new Date(),
  });
}

async function drain(state: State, scope: number): Promise<void> {
  for await (const chunk of state.fingerprints(scope, 'live')) expect(chunk.length).toBeGreaterThan(0);
}
