import { SERVER_STATE_SILENCE_SECONDS_MAX } from './limits.ts';
import type { Database, DatabaseAddress, DatabaseOptions } from './database.ts';
import { migrate, requireCurrentSchema } from './migrations.ts';
import { withStateErrors } from './with-state-errors.ts';
import { preparedDatabase } from './prepared-database.ts';

/** A database as a server uses it: open for a long time, and through periods when it is unreachable. */
export interface ServerDatabase {
  /** Runs work on the database. @throws BridgeError STATE_* for an error of the database */
  guarded<Answer>(work: (database: Database) => Promise<Answer>): Promise<Answer>;
  close(): Promise<void>;
}

/**
 * Migrates the embedded database; the database of a URL has to be up to date.
 * @throws BridgeError ENVIRONMENT_INVALID, STATE_UNREACHABLE, STATE_FAILED, STATE_NEWER or STATE_NOT_MIGRATED.
 */
export async function openServerDatabase(
  address: DatabaseAddress,
  options: DatabaseOptions = {},
): Promise<ServerDatabase> {
  const database = await preparedDatabase(
    address,
    async (opening) => {
      if (opening.embedded) await migrate(opening);
      else await requireCurrentSchema(opening);
    },
    { silenceSeconds: SERVER_STATE_SILENCE_SECONDS_MAX, ...options },
  );
  const named = withStateErrors(database);
  return { guarded: (work) => named(work)(), close: () => database.close() };
}
