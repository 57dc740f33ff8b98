import type { Schedulable } from '../schedulable.ts';
import { JOB_PREFIXES, pgCronJobs } from './jobs.ts';
import { sqlLiteral } from './literal.ts';

/**
 * The SQL that makes the jobs of pg_cron match the definitions: it removes jobs of this program that are not among them, and
 * creates or replaces the others. It needs no HTTP and no key: a job inserts a row.
 * @throws BridgeError SCHEDULE_UNSUPPORTED
 */
export function pgCronSql(definitions: readonly Schedulable[]): string {
  const jobs = pgCronJobs(definitions);
  const names = jobs.map(({ name }) => sqlLiteral(name));
  const others = names.length === 0 ? '' : `\n   and jobname not in (${names.join(', ')})`;
  const prefixes = Object.values(JOB_PREFIXES)
    .map((prefix) => `starts_with(jobname, ${sqlLiteral(prefix)})`)
    .join('\n     or ');
  return [
    '-- Made by: gemini-sync-bridge generate pg-cron',
    '-- Run it in the database of DATABASE_URL after each change of a schedule, always as the same user:',
    '--   gemini-sync-bridge generate pg-cron | psql --set ON_ERROR_STOP=1 "$DATABASE_URL"',
    '-- A job inserts a request, which `gemini-sync-bridge worker` executes. pg_cron reads all times as GMT.',
    'begin;',
    '',
    '-- Jobs of definitions that were removed, renamed or paused, or that have no schedule any more.',
    'select cron.unschedule(jobid)',
    '  from cron.job',
    ` where (${prefixes})`,
    `   and username = current_user${others};`,
    ...jobs.flatMap(({ name, schedule, command }) => [
      '',
      `-- ${schedule} GMT`,
      `select cron.schedule(${sqlLiteral(name)}, ${sqlLiteral(schedule)}, ${sqlLiteral(command)});`,
    ]),
    '',
    'commit;',
    '',
  ].join('\n');
}
