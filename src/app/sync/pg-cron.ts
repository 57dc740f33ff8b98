import { BridgeError } from '../../core/errors.ts';
import { appKeyOf } from '../../definitions/app/app-key.ts';
import type { App } from '../../definitions/app/types.ts';
import { problemLine } from '../../definitions/problem.ts';
import { checkDefinitionsUnderPolicy, type PolicyPlace } from '../catalog/policy.ts';

/** Begins the name of every job, so that jobs of removed apps are found. */
const JOB_PREFIX = 'gemini-sync-bridge app ';

/** A field of a cron expression as pg_cron reads it: without the extensions of other cron programs. */
const FIELD = /^(\*|\d+|[a-z]{3})(-(\d+|[a-z]{3}))?(\/\d+)?(,(\*|\d+|[a-z]{3})(-(\d+|[a-z]{3}))?(\/\d+)?)*$/i;

/**
 * Writes the SQL that makes pg_cron request an incremental sync of each app with a schedule. It needs no HTTP and no key: a job
 * inserts a row, of which one at a time waits.
 * @param paths files or folders
 * @throws BridgeError APP_INVALID if a file has errors, because a missing app would lose its job, or if pg_cron cannot read a
 *   schedule
 */
export async function pgCronSql(paths: readonly string[], place: PolicyPlace): Promise<string> {
  const { apps, problems } = await checkDefinitionsUnderPolicy(paths, place);
  const failures = problems.filter(({ status }) => status === 'fail');
  if (failures.length > 0) {
    throw new BridgeError('APP_INVALID', ['Some definitions have errors:', ...failures.map(problemLine)], {
      hint: 'Correct them first: a schedule that cannot be read would lose its job.',
    });
  }
  return pgCronSqlOf(apps.map(({ app }) => app));
}

export function pgCronSqlOf(apps: readonly App[]): string {
  const jobs = apps.flatMap((app) => {
    const { schedule } = app.spec;
    return schedule === undefined ? [] : [jobOf(appKeyOf(app), schedule)];
  });
  const names = jobs.map(({ name }) => literal(name));
  const others = names.length === 0 ? '' : `\n   and jobname not in (${names.join(', ')})`;
  return [
    '-- Made by: gemini-sync-bridge generate pg-cron',
    '-- Run it in the database of DATABASE_URL, as the owner of its tables, after each change of a schedule:',
    '--   gemini-sync-bridge generate pg-cron | psql --set ON_ERROR_STOP=1 "$DATABASE_URL"',
    '-- A job inserts a request, which `serve` or `sync --queued` works on. pg_cron reads all times as GMT.',
    'begin;',
    '',
    '-- Jobs of apps that were removed or renamed, or that have no schedule any more.',
    'select cron.unschedule(jobid)',
    '  from cron.job',
    ` where starts_with(jobname, ${literal(JOB_PREFIX)})`,
    `   and username = current_user${others};`,
    ...jobs.flatMap(({ name, schedule, command }) => [
      '',
      `-- ${schedule} GMT`,
      `select cron.schedule(${literal(name)}, ${literal(schedule)}, ${literal(command)});`,
    ]),
    '',
    'commit;',
    '',
  ].join('\n');
}

function jobOf(appKey: string, written: string) {
  const fields = written.trim().split(/\s+/);
  if (fields.length !== 5 || !fields.every((field) => FIELD.test(field))) {
    throw new BridgeError(
      'APP_INVALID',
      `The schedule ${JSON.stringify(written)} of app ${appKey} is not one that pg_cron can read.`,
      {
        hint: 'Use five fields of numbers, names of three letters, *, -, / and commas, such as */15 * * * *.',
      },
    );
  }
  return {
    name: `${JOB_PREFIX}${appKey}`,
    schedule: fields.join(' '),
    command: `insert into sync_requests (app_key, mode, requested_by) values (${literal(appKey)}, 'incremental', 'schedule') on conflict do nothing`,
  };
}

/** A text as SQL, whatever `standard_conforming_strings` is. */
function literal(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return text.includes('\\') ? `E${quoted}` : quoted;
}
