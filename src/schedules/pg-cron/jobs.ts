import { createHash } from 'node:crypto';
import type { KindName } from '../../definitions/files/kind-names.ts';
import type { Schedulable } from '../schedulable.ts';
import {
  PG_CRON_CATCH_UP_MINUTES,
  PG_CRON_DETAILS_KEEP_DAYS,
  PG_CRON_JOB_NAME_CHARACTERS_MAX,
  PG_CRON_REQUESTS_KEEP_DAYS,
} from './limits.ts';
import { sqlLiteral } from './literal.ts';
import { pgCronSchedule } from './schedule.ts';

/** A job of pg_cron. */
export interface PgCronJob {
  /** Unique in the database; stable, so that a changed job replaces its predecessor. */
  readonly name: string;
  readonly schedule: string;
  /** One or more statements. */
  readonly command: string;
}

/** Begin the names of all jobs, so that jobs of removed definitions are found. */
export const JOB_PREFIXES: Readonly<Record<KindName | 'purge', string>> = {
  Connector: 'gemini-sync-bridge connector ',
  KnowledgeSource: 'gemini-sync-bridge knowledge source ',
  App: 'gemini-sync-bridge app ',
  purge: 'gemini-sync-bridge purge',
};

/** 48 bits: no two of the names in one database have the same. */
const HASH_CHARACTERS = 12;

/** A time of the day at which few other jobs run. */
const PURGE_SCHEDULE = '43 4 * * *';

/** An instant as the tables of requests store it: ISO 8601, UTC. */
const TIME_TEXT = (interval: string) =>
  `to_char((clock_timestamp() ${interval}) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/**
 * The jobs of definitions that have a schedule and are not paused, and a job that removes old rows; none without definitions.
 * @throws BridgeError SCHEDULE_UNSUPPORTED
 */
export function pgCronJobs(definitions: readonly Schedulable[]): readonly PgCronJob[] {
  const jobs = definitions.flatMap((definition): PgCronJob[] => {
    const { schedule: written, paused } = definition;
    // Checked also while it is paused, so that a resumed definition does not fail.
    const schedule = written === undefined ? undefined : pgCronSchedule(definition, written);
    if (schedule === undefined || paused) return [];
    return [
      {
        name: jobName(definition),
        schedule,
        command: requestCommand(definition),
      },
    ];
  });
  return jobs.length === 0 ? [] : [...jobs, purgeJob()];
}

/** pg_cron truncates names, so that two long ones could become one job; these end in a hash of the whole name. */
function jobName(definition: Schedulable): string {
  const name = `${JOB_PREFIXES[definition.kind]}${requestName(definition)}`;
  if (name.length <= PG_CRON_JOB_NAME_CHARACTERS_MAX) return name;
  const hash = `-${createHash('sha256').update(name).digest('hex').slice(0, HASH_CHARACTERS)}`;
  return name.slice(0, PG_CRON_JOB_NAME_CHARACTERS_MAX - hash.length) + hash;
}

/** The name under which a run of the definition is requested. */
function requestName({ name, appKey }: Schedulable): string {
  return appKey ?? name;
}

/** Inserts a request, of which one at a time waits. */
function requestCommand(definition: Schedulable): string {
  const name = sqlLiteral(requestName(definition));
  const catchesUp = definition.catchUp === 'last';
  if (definition.kind === 'App') {
    return insert('sync_requests', ['app_key', 'mode'], [name, "'incremental'"], {
      catchesUp,
      unique: "(app_key, mode, coalesce(collections, ''))",
    });
  }
  const kind = definition.kind === 'Connector' ? 'connector' : 'knowledge_source';
  return insert('run_requests', ['kind', 'name'], [sqlLiteral(kind), name], {
    catchesUp,
    unique: '(kind, name)',
  });
}

function insert(
  table: string,
  columns: readonly string[],
  values: readonly string[],
  { catchesUp, unique }: { readonly catchesUp: boolean; readonly unique: string },
): string {
  const all = [...columns, 'requested_by', ...(catchesUp ? [] : ['not_after'])];
  const expiry = TIME_TEXT(`+ interval '${PG_CRON_CATCH_UP_MINUTES} minutes'`);
  const row = [...values, "'schedule'", ...(catchesUp ? [] : [expiry])];
  const into = `insert into ${table} (${all.join(', ')}) values (${row.join(', ')})`;
  if (catchesUp) return `${into} on conflict do nothing`;
  // A waiting request may be about to expire, and then this start would be missed. A request without an expiry stays without.
  return `${into} on conflict ${unique} where status = 'pending' do update set not_after = excluded.not_after where ${table}.not_after is not null`;
}

function purgeJob(): PgCronJob {
  const before = TIME_TEXT(`- interval '${PG_CRON_REQUESTS_KEEP_DAYS} days'`);
  return {
    name: JOB_PREFIXES.purge,
    schedule: PURGE_SCHEDULE,
    command: [
      // A policy of pg_cron limits this to the rows of the user's own jobs.
      `delete from cron.job_run_details where end_time < now() - interval '${PG_CRON_DETAILS_KEEP_DAYS} days'`,
      `delete from run_requests where finished_at < ${before}`,
      `delete from sync_requests where finished_at < ${before}`,
    ].join('; '),
  };
}
