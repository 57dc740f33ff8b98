import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { workOffQueue } from '../../../src/app/sync/jobs/work-off-queue.ts';
import { silentLogger } from '../../../src/core/log.ts';
import { systemClock } from '../../../src/core/time/clock.ts';
import { sqlLiteral } from '../../../src/schedules/pg-cron/literal.ts';
import { pgCronSql } from '../../../src/schedules/pg-cron/sql.ts';
import type { Schedulable } from '../../../src/schedules/schedulable.ts';
import { migrateState } from '../../../src/state/run/open-state.ts';
import { CRM, runnerStandIn } from '../../support/apps/app-stand-in.ts';
import { describeOnPgCron, startPgCron } from '../../support/databases/pg-cron.ts';
import type { TestPostgres } from '../../support/databases/postgres.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

function definition(kind: Schedulable['kind'], name: string, schedule?: string): Schedulable {
  const file = `connectors/${name}.yaml`;
  return { kind, name, file, schedule, timeZone: 'UTC', paused: false, catchUp: 'last', secretVariables: [] };
}

const app = (name: string, schedule?: string): Schedulable => ({
  ...definition('App', `${name}-definition`, schedule),
  appKey: name,
});

/** Names of the greatest length that differ only in their last character, which pg_cron would cut off. */
const LONG_NAMES = [`a${'-b'.repeat(31)}c`, `a${'-b'.repeat(31)}d`];

/** The statements of docs/pg-cron.md that give the user `scheduler` its rights. */
function documentedGrants(): string {
  const page = readFileSync(new URL('../../../docs/pg-cron.md', import.meta.url), 'utf8');
  const grants = page.match(/^ *grant [^;]*;$/gm) ?? [];
  expect(grants.length).toBeGreaterThan(0);
  return grants.join('\n');
}

/** pg_cron 1.4 runs a job at most once a minute. */
const MINUTE_MS = 70_000;

describeOnPgCron('Scheduled Sync', () => {
  const folders = temporaryFolders();
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPgCron();
    await migrateState({ url: postgres.url(), file: `${folders.make()}/state.db` });
  });
  afterAll(async () => {
    await postgres.stop();
    folders.removeAll();
  });

  const jobs = () => postgres.query('select jobname, schedule, command from cron.job order by jobname');
  const requests = () =>
    postgres.query('select app_key, mode, status, requested_by from sync_requests order by 1');
  const runRequests = () =>
    postgres.query('select kind, name, status, requested_by, not_after from run_requests order by 1, 2');

  /** Runs the command of a job as pg_cron would. */
  async function due(name: string): Promise<void> {
    const [job] = await postgres.query(
      `select command from cron.job where jobname = 'gemini-sync-bridge ${name}'`,
    );
    await postgres.query(String(job?.['command']));
  }

  /** As `sync --queued` does. */
  async function workOff() {
    const standIn = runnerStandIn();
    const done = await workOffQueue(
      {
        runner: standIn.runner,
        findApp: (appKey) =>
          Promise.resolve({ app: CRM, appKey, file: '', load: () => Promise.resolve(CRM) }),
        log: silentLogger,
        clock: systemClock,
        databaseUrl: postgres.url(),
        cwd: folders.make(),
      },
      new AbortController().signal,
    );
    return { ...done, orders: standIn.orders };
  }

  /** A user with the rights of docs/pg-cron.md and no others. */
  async function asScheduler(sql: string): Promise<void> {
    const url = new URL(postgres.url());
    url.username = 'scheduler';
    url.password = 'password-of-the-scheduler';
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  }

  test('Cron schedule configured', async () => {
    await postgres.query(
      `create role scheduler login password 'password-of-the-scheduler'; ${documentedGrants()}`,
    );
    const definitions = [
      { ...app('crm', '* * * * *'), catchUp: 'none' as const },
      app('manual'),
      ...LONG_NAMES.map((name) => definition('Connector', name, '* * * * *')),
      { ...definition('KnowledgeSource', 'wiki', '* * * * *'), catchUp: 'none' as const },
    ];
    await asScheduler(pgCronSql(definitions));
    expect(await jobs()).toMatchObject([
      { jobname: 'gemini-sync-bridge app crm', schedule: '* * * * *' },
      { jobname: expect.stringMatching(/^gemini-sync-bridge connector a-b.*-[0-9a-f]{12}$/) },
      { jobname: expect.stringMatching(/^gemini-sync-bridge connector a-b.*-[0-9a-f]{12}$/) },
      { jobname: 'gemini-sync-bridge knowledge source wiki' },
      { jobname: 'gemini-sync-bridge purge', schedule: '43 4 * * *' },
    ]);
    const [purge] = await postgres.query(`select command from cron.job where jobname like '%purge'`);
    await asScheduler(String(purge?.['command']));
    const deadline = systemClock.elapsedMs() + MINUTE_MS;
    const all = async () => [...(await requests()), ...(await runRequests())];
    while ((await all()).length < 4 && systemClock.elapsedMs() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await requests()).toEqual([
      { app_key: 'crm', mode: 'incremental', status: 'pending', requested_by: 'schedule' },
    ]);
    expect(await runRequests()).toEqual([
      ...LONG_NAMES.map((name) => ({
        kind: 'connector',
        name,
        status: 'pending',
        requested_by: 'schedule',
        not_after: null,
      })),
      {
        kind: 'knowledge_source',
        name: 'wiki',
        status: 'pending',
        requested_by: 'schedule',
        not_after: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      },
    ]);
    await asScheduler(pgCronSql([]));
    expect(await jobs()).toEqual([]);
  });

  test('Schedule per app instance', async () => {
    await postgres.query(
      pgCronSql([app('crm', '*/5 * * * *'), app('shop', '30 2 * * MON-FRI'), app('manual')]),
    );
    expect(await jobs()).toMatchObject([
      { jobname: 'gemini-sync-bridge app crm', schedule: '*/5 * * * *' },
      { jobname: 'gemini-sync-bridge app shop', schedule: '30 2 * * MON-FRI' },
      { jobname: 'gemini-sync-bridge purge' },
    ]);
    await postgres.query('delete from sync_requests');
    await due('app shop');
    expect(await requests()).toMatchObject([{ app_key: 'shop' }]);
  });

  test('Scheduled sync is incremental', async () => {
    await postgres.query('delete from sync_requests');
    await due('app crm');
    await due('app crm');
    expect((await workOff()).orders).toMatchObject([{ mode: 'incremental', collections: undefined }]);
    expect((await workOff()).orders).toEqual([]);
    expect(await requests()).toMatchObject([{ app_key: 'crm', mode: 'incremental', status: 'completed' }]);
  });

  test('removes the job of an app that was renamed, removed or lost its schedule, and keeps all other jobs', async () => {
    await postgres.query(`select cron.schedule('gemini-sync-bridge-backup', '0 3 * * *', 'select 1')`);
    await postgres.query(pgCronSql([app('crm-2', '0 * * * *'), app('shop')]));
    expect((await jobs()).map(({ jobname }) => jobname)).toEqual([
      'gemini-sync-bridge app crm-2',
      'gemini-sync-bridge purge',
      'gemini-sync-bridge-backup',
    ]);
    await postgres.query(pgCronSql([]));
    expect((await jobs()).map(({ jobname }) => jobname)).toEqual(['gemini-sync-bridge-backup']);
  });

  test.each([
    { kind: 'KnowledgeSource' as const, job: 'knowledge source wiki', table: 'run_requests' },
    { kind: 'App' as const, job: 'app wiki', table: 'sync_requests' },
  ])('gives a waiting request of a $kind with catchUp none the expiry of the newest start', async (given) => {
    const { kind, job, table } = given;
    await postgres.query(`delete from ${table}`);
    await postgres.query(pgCronSql([{ ...definition(kind, 'wiki', '0 * * * *'), catchUp: 'none' }]));
    await due(job);
    await postgres.query(`update ${table} set not_after = '2000-01-01T00:00:00.000Z'`);
    await due(job);
    expect(await postgres.query(`select not_after > '2001' as extended from ${table}`)).toEqual([
      { extended: true },
    ]);
    await postgres.query(`update ${table} set not_after = null`);
    await due(job);
    expect(await postgres.query(`select not_after from ${table}`)).toEqual([{ not_after: null }]);
  });

  test('quotes any string so that it stays one value', async () => {
    const unit = fc.constantFrom("'", '\\', '"', ';', '--', '$$', '\n', 'a', 'é', '😀');
    const texts = fc.sample(fc.string({ unit, maxLength: 12 }), 500);
    const literals = texts.map(sqlLiteral).join(', ');
    for (const conforming of ['on', 'off']) {
      const [row] = await postgres.query(
        `set standard_conforming_strings = ${conforming}; select array[${literals}] as texts`,
      );
      expect(row?.['texts']).toEqual(texts);
    }
  });

  test('changes nothing when it is run again', async () => {
    const sql = pgCronSql([app('crm', '0 * * * *')]);
    await postgres.query(sql);
    const before = await postgres.query('select * from cron.job order by jobid');
    await postgres.query(sql);
    expect(await postgres.query('select * from cron.job order by jobid')).toEqual(before);
  });
});
