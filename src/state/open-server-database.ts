import { SERVER_STATE_SILENCE_SECONDS_MAX } from '../core/limits.ts';
import { openDatabase, type Database, type DatabaseAddress, type DatabaseOptions } from './database.ts';
import { migrate, requireCurrentSchema } from './migrations.ts';
import { stateError } from './state-errors.ts';

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
  { silenceSeconds = SERVER_STATE_SILENCE_SECONDS_MAX }: Pick<DatabaseOptions, 'silenceSeconds'> = {},
): Promise<ServerDatabase> {
  const database = await openDatabase(address, { silenceSeconds });
  const guarded: ServerDatabase['guarded'] = async (work) => {
    try {
      return await work(database);
    } catch (thrown) {
      throw stateError(thrown, database.location);
    }
  };
  try {
    await guarded((opened) =>
      (opened.embedded ? migrate(opened) : requireCurrentSchema(opened)).then(() => undefined),
    );
  } catch (thrown) {
    await database.close();
    throw thrown;
  }
  return { guarded, close: () => database.close() };
}
