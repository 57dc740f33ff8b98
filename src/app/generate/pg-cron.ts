import type { KindName } from '../../definitions/files/kind-names.ts';
import { pgCronSql } from '../../schedules/pg-cron/sql.ts';
import type { PolicyPlace } from '../catalog/policy.ts';
import { readSchedulables } from './schedulables.ts';

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
): Promise<string> {
  const definitions = await readSchedulables(paths, place);
  return pgCronSql(definitions.filter(({ kind }) => kinds.includes(kind)));
}
