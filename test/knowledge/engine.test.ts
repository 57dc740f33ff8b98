import { afterAll, beforeAll } from '@jest/globals';
import { join } from 'node:path';
import { describePassContract } from '../contracts/knowledge/passes.contract.ts';
import { startPostgres, type TestPostgres } from '../support/databases/postgres.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';

const folders = temporaryFolders();
let postgres: TestPostgres;
let databases = 0;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.stop();
  folders.removeAll();
});

const makeSqlite = () => Promise.resolve({ file: join(folders.make(), 'state.db') });
const makePostgres = async () => ({
  url: await postgres.createDatabase(`knowledge_${(databases += 1)}`),
  file: '',
});

describePassContract('SQLite', makeSqlite);
describePassContract('Postgres', makePostgres);
