import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describe } from '@jest/globals';
import { pgCronSqlOf } from '../../../src/app/sync/pg-cron.ts';
import { workOffQueue } from '../../../src/app/sync/jobs/work-off-queue.ts';
import { silentLogger } from '../../../src/core/log.ts';
import { systemClock } from '../../../src/core/time/clock.ts';
import type { App } from '../../../src/definitions/app/types.ts';
import { migrateState } from '../../../src/state/run/open-state.ts';
import { CRM, runnerStandIn } from '../../support/apps/app-stand-in.ts';
import { describeOnPgCron, startPgCron } from '../../support/databases/pg-cron.ts';
import type { TestPostgres } from '../../support/databases/postgres.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

function app(name: string, schedule?: string): App {
  return { ...CRM, metadata: { name }, spec: { ...CRM.spec, ...(schedule !== undefined && { schedule }) } };
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

  /** Runs the command of a job as pg_cron would. */
  async function due(appKey: string): Promise<void> {
    const [job] = await postgres.query(
      `select command from cron.job where jobname = 'gemini-sync-bridge app ${appKey}'`,
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

  test('Cron schedule configured', async () => {
    await postgres.query(pgCronSqlOf([app('crm', '* * * * *'), app('manual')]));
    expect(await jobs()).toMatchObject([{ jobname: 'gemini-sync-bridge app crm', schedule: '* * * * *' }]);
    const deadline = systemClock.elapsedMs() + MINUTE_MS;
    while ((await requests()).length === 0 && systemClock.elapsedMs() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await requests()).toEqual([
      { app_key: 'crm', mode: 'incremental', status: 'pending', requested_by: 'schedule' },
    ]);
  });

  test('Schedule per app instance', async () => {
    await postgres.query(
      pgCronSqlOf([app('crm', '*/5 * * * *'), app('shop', '30 2 * * MON-FRI'), app('manual')]),
    );
    expect(await jobs()).toMatchObject([
      { jobname: 'gemini-sync-bridge app crm', schedule: '*/5 * * * *' },
      { jobname: 'gemini-sync-bridge app shop', schedule: '30 2 * * MON-FRI' },
    ]);
    await postgres.query('delete from sync_requests');
    await due('shop');
    expect(await requests()).toMatchObject([{ app_key: 'shop' }]);
  });

  test('Scheduled sync is incremental', async () => {
    await postgres.query('delete from sync_requests');
    await due('crm');
    await due('crm');
    expect((await workOff()).orders).toMatchObject([{ mode: 'incremental', collections: undefined }]);
    expect((await workOff()).orders).toEqual([]);
    expect(await requests()).toMatchObject([{ app_key: 'crm', mode: 'incremental', status: 'completed' }]);
  });

  test('leaves no job of an app that was renamed, removed or lost its schedule, and no other job alone', async () => {
    await postgres.query(`select cron.schedule('gemini-sync-bridge-backup', '0 3 * * *', 'select 1')`);
    await postgres.query(pgCronSqlOf([app('crm-2', '0 * * * *'), app('shop')]));
    expect((await jobs()).map(({ jobname }) => jobname)).toEqual([
      'gemini-sync-bridge app crm-2',
      'gemini-sync-bridge-backup',
    ]);
    await postgres.query(pgCronSqlOf([]));
    expect((await jobs()).map(({ jobname }) => jobname)).toEqual(['gemini-sync-bridge-backup']);
  });

  test('changes nothing when it is run again', async () => {
    const sql = pgCronSqlOf([app('crm', '0 * * * *')]);
    await postgres.query(sql);
    const before = await postgres.query('select * from cron.job order by jobid');
    await postgres.query(sql);
    expect(await postgres.query('select * from cron.job order by jobid')).toEqual(before);
  });
});

describe('the SQL for pg_cron', () => {
  test('has no key, no address and no HTTP', () => {
    const sql = pgCronSqlOf([app('crm', '0 * * * *')]);
    expect(sql).not.toMatch(/http|secret|bearer|127\.0\.0\.1/i);
    expect(sql).toContain('GMT');
  });

  test.each(['0 0 L * *', '0 0 * * 5#2', '0 0 15W * *', '@hourly', '0 0 * *', "0 0 * * '"])(
    'refuses the schedule %s, which pg_cron cannot read',
    (schedule) => {
      expect(() => pgCronSqlOf([app('crm', schedule)])).toThrow(
        expect.objectContaining({ code: 'APP_INVALID' }),
      );
    },
  );
});
