import { SERVER_STATE_SILENCE_SECONDS_MAX, UNREADABLE_RUNS_LOGGED_MAX } from '../core/limits.ts';
import { silentLogger, type Logger } from '../core/log.ts';
import type { Database, DatabaseAddress, DatabaseOptions } from './database.ts';
import { migrate, requireCurrentSchema } from './migrations.ts';
import { namedErrors } from './with-state-errors.ts';
import { preparedDatabase } from './prepared-database.ts';
import type { OnUnreadableRun } from '../state/run/readable-run.ts';

/** The state store as a server has it open: for long, and through times when it cannot be reached. */
export interface ServerDatabase {
  /** Does some work in it. @throws BridgeError STATE_* for whatever the database says */
  guarded<Answer>(work: (database: Database) => Promise<Answer>): Promise<Answer>;
  close(): Promise<void>;
}

/**
 * The embedded database is migrated, one of a URL has to be up to date.
 * @throws BridgeError ENVIRONMENT_INVALID, STATE_UNREACHABLE, STATE_FAILED, STATE_NEWER or STATE_NOT_MIGRATED.
 */
export async function openServerDatabase(
  address: DatabaseAddress,
  options: DatabaseOptions = {},
  log: Pick<Logger, 'warn'> = silentLogger,
): Promise<ServerDatabase> {
  const database = await preparedDatabase(
    address,
    async (opening) => {
      if (opening.embedded) await migrate(opening);
      else await requireCurrentSchema(opening);
    },
    { silenceSeconds: SERVER_STATE_SILENCE_SECONDS_MAX, ...options },
  );
  const named = namedErrors({ ...database, onUnreadableRun: onceForEachRun(log) });
  return { guarded: (work) => named(work)(), close: () => database.close() };
}

/** Pages ask for news every few seconds, and a row that cannot be read stays so. */
function onceForEachRun(log: Pick<Logger, 'warn'>): OnUnreadableRun {
  const told = new Set<string>();
  return (run, columns) => {
    if (told.has(run) || told.size >= UNREADABLE_RUNS_LOGGED_MAX) return;
    told.add(run);
    log.warn('a row of run_state cannot be read; its run is shown as unreadable', { run, columns });
  };
}
