import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import { describe } from '@jest/globals';
import { startPostgres, type TestPostgres } from './postgres.ts';

const run = promisify(execFile);

const INSTALLATION = '/usr/lib/postgresql/15';
const EXTENSION = `${INSTALLATION}/lib/pg_cron.so`;
const APT = '/usr/bin/apt-get';
/** Another installation on the same machine takes less. */
const LOCK_SECONDS = 600;

/** Whether it is installed, or can be: as root on Debian, as CI is. In CI it must be, so there nothing is skipped. */
function canHavePgCron(): boolean {
  return (
    process.env['CI'] !== undefined || existsSync(EXTENSION) || (userInfo().uid === 0 && existsSync(APT))
  );
}

/** `describe`, or a visible skip where there can be no pg_cron. */
export const describeOnPgCron = canHavePgCron() ? describe : describe.skip;

async function installPgCron(): Promise<void> {
  if (existsSync(EXTENSION)) return;
  const apt = (...command: string[]) =>
    run(APT, ['-o', `DPkg::Lock::Timeout=${LOCK_SECONDS}`, ...command], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  const packages = ['postgresql-15', 'postgresql-15-cron'];
  const install = () => apt('install', '-y', '--no-install-recommends', ...packages);
  await install().catch(async () => {
    // A fresh machine knows no packages yet.
    await apt('update');
    await install();
  });
}

/** The system's PostgreSQL with pg_cron, whose jobs work on the database `postgres`. */
export async function startPgCron(): Promise<TestPostgres> {
  await installPgCron();
  const postgres = await startPostgres({
    installation: INSTALLATION,
    settings: {
      shared_preload_libraries: 'pg_cron',
      'cron.database_name': 'postgres',
      // Otherwise its jobs connect as clients, and need a password.
      'cron.use_background_workers': 'on',
      max_worker_processes: '20',
    },
  });
  await postgres.query('create extension pg_cron');
  return postgres;
}
