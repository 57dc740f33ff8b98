import { openDatabase, type Database, type DatabaseAddress, type DatabaseOptions } from './database.ts';
import { stateError } from './state-errors.ts';

/**
 * Opens a database and prepares it; closes it again if that failed.
 * @throws BridgeError ENVIRONMENT_INVALID, STATE_UNREACHABLE, STATE_FAILED; what `prepare` throws.
 */
export async function preparedDatabase(
  address: DatabaseAddress,
  prepare: (database: Database) => Promise<void>,
  options?: DatabaseOptions,
): Promise<Database> {
  let database: Database | undefined;
  try {
    database = await openDatabase(address, options);
    await prepare(database);
    return database;
  } catch (thrown) {
    await database?.close();
    throw stateError(thrown, database?.location ?? address.file);
  }
}
