import type { KindName } from '../../definitions/files/kind-names.ts';
import { pgCronSql } from '../../schedules/pg-cron/sql.ts';
import type { PolicyPlace } from '../catalog/policy.ts';
import type { Finding } from '../../core/finding.ts';
import { readSchedulables } from './schedulables.ts';
import { unscheduledFindings } from './unscheduled.ts';

interface PgCronSql {
  readonly sql: string;
  /** The definitions without a job, because they have no schedule. */
  readonly unscheduled: readonly Finding[];
}

/**
 * Writes the SQL that makes pg_cron request runs of definitions that have a schedule.
 * @param paths files or folders
 * @param kinds only definitions of these kinds
 * @throws BridgeError DEFINITIONS_INVALID if a file has errors, or SCHEDULE_UNSUPPORTED
 */
export async function generatePgCron(
  paths: readonly string[],
  kinds: readonly KindName[],
  place: PolicyPlace,
): Promise<PgCronSql> {
  const all = await readSchedulables(paths, place);
  const definitions = all.filter(({ kind }) => kinds.includes(kind));
  const unscheduled = await unscheduledFindings(definitions, place.cwd, 'it gets no job');
  return { sql: pgCronSql(definitions), unscheduled };
}
