import { SERVER_STATE_SILENCE_SECONDS_MAX } from './limits.ts';
import type { Database, DatabaseAddress, DatabaseOptions } from './database.ts';
import { migrate, requireCurrentSchema } from './migrations.ts';
import { namedErrors } from './with-state-errors.ts';
import { preparedDatabase } from './prepared-database.ts';

/** A database as a server has it open: for long, and through times when it cannot be reached. */
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
): Promise<ServerDatabase> {
  const database = await preparedDatabase(
    address,
    async (opening) => {
      if (opening.embedded) await migrate(opening);
      else await requireCurrentSchema(opening);
    },
    { silenceSeconds: SERVER_STATE_SILENCE_SECONDS_MAX, ...options },
  );
  const named = namedErrors(database);
  return { guarded: (work) => named(work)(), close: () => database.close() };
}
