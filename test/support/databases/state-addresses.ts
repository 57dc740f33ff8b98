import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import type { DatabaseAddress } from '../../../src/database/database.ts';
import { migrateState } from '../../../src/state/run/open-state.ts';
import { temporaryFolders } from '../files/temporary-folder.ts';
import { startPostgres, type TestPostgres } from './postgres.ts';

/** Makes empty states of either engine for the tests of a file, and removes them at its end. */
export function stateAddresses(): (engine: string) => Promise<DatabaseAddress> {
  const folders = temporaryFolders();
  let postgres: TestPostgres | undefined;
  afterAll(async () => {
    await postgres?.stop();
    folders.removeAll();
  });
  return async (engine) => {
    const file = join(folders.make(), 'state.db');
    if (engine === 'SQLite') return { file };
    postgres = await startPostgres();
    const url = postgres.url();
    await migrateState({ url, file });
    return { url, file };
  };
}
