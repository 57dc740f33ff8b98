import { afterAll, beforeAll } from '@jest/globals';
import { join } from 'node:path';
import { describeInterruptionContract } from '../contracts/knowledge/interruption.contract.ts';
import { describeLeavingContract } from '../contracts/knowledge/leaving.contract.ts';
import { describePassContract } from '../contracts/knowledge/passes.contract.ts';
import { describeStorageContract } from '../contracts/knowledge/storage.contract.ts';
import { startPostgres, type TestPostgres } from '../support/databases/postgres.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';

const folders = temporaryFolders();
let postgres: TestPostgres;
let url: string | undefined;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.stop();
  folders.removeAll();
});

const makeSqlite = () => Promise.resolve({ file: join(folders.make(), 'state.db') });
/** One database, whose tables are emptied: migrating a new one for each test would take most of the time. */
const makePostgres = async () => {
  url ??= await postgres.createDatabase('knowledge');
  const [{ found } = {}] = await postgres.query(
    `select to_regclass('kb_sources') is not null as found`,
    'knowledge',
  );
  if (found === true) await postgres.query(`truncate ${TABLES.join(', ')} cascade`, 'knowledge');
  return { url, file: '' };
};
const TABLES = ['kb_set_aside', 'kb_chunks', 'kb_docs', 'kb_rest_cursors', 'kb_sources', 'connector_leases'];

describePassContract('SQLite', makeSqlite);
describePassContract('Postgres', makePostgres);
describeLeavingContract('SQLite', makeSqlite);
describeLeavingContract('Postgres', makePostgres);
describeStorageContract('SQLite', makeSqlite);
describeStorageContract('Postgres', makePostgres);
describeInterruptionContract('SQLite', makeSqlite);
describeInterruptionContract('Postgres', makePostgres);
