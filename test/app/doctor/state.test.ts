import { afterAll, describe, expect, test } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stateFindings } from '../../../src/app/doctor/state.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { migrateState, STATE_FILE } from '../../../src/state/run/open-state.ts';
import { folderListing } from '../../support/files/folder-listing.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

const never = new AbortController().signal;
/** Without the files beside it, which SQLite cannot read without. */
const databaseOf = (cwd: string) => folderListing(cwd).filter((line) => !/\.db-(shm|wal) /.test(line));

const look = (cwd: string, databaseUrl?: string) => stateFindings({ cwd, databaseUrl }, never);

describe('the embedded state', () => {
  test('need not be there yet, and is not made', async () => {
    const cwd = folders.make();
    await expect(look(cwd)).resolves.toMatchObject([
      { status: 'ok', message: expect.stringContaining('the first run makes it') },
    ]);
    expect(folderListing(cwd)).toEqual([]);
  });

  test('is fine when it is of this version, and stays as it is', async () => {
    const cwd = folders.make();
    await migrateState({ file: join(cwd, STATE_FILE) });
    const before = databaseOf(cwd);
    await expect(look(cwd)).resolves.toMatchObject([
      { status: 'ok', message: expect.stringContaining('its schema is that of this version') },
    ]);
    expect(databaseOf(cwd)).toEqual(before);
  });

  test('is fine when it is older, because the next run migrates it; this does not', async () => {
    const cwd = folders.make();
    const database = await openDatabase({ file: join(cwd, STATE_FILE) });
    await database.knex.raw('CREATE TABLE something (id integer)');
    await database.close();
    const before = databaseOf(cwd);
    await expect(look(cwd)).resolves.toMatchObject([
      { status: 'ok', message: expect.stringContaining('the next run brings it up to date') },
    ]);
    expect(databaseOf(cwd)).toEqual(before);
  });

  test('fails when its folder cannot be made', async () => {
    const cwd = folders.make();
    writeFileSync(dirname(join(cwd, STATE_FILE)), '');
    await expect(look(cwd)).resolves.toMatchObject([
      { status: 'fail', code: 'STATE_FAILED', message: expect.stringContaining('is not a folder') },
    ]);
  });

  test('fails when it is no database', async () => {
    const cwd = folders.make();
    mkdirSync(dirname(join(cwd, STATE_FILE)));
    writeFileSync(join(cwd, STATE_FILE), 'no database at all, and long enough to be looked at '.repeat(20));
    await expect(look(cwd)).resolves.toMatchObject([{ status: 'fail', code: 'STATE_FAILED' }]);
  });
});

test('a database that cannot be reached fails, without its password', async () => {
  const found = await look(folders.make(), 'postgres://bridge:canary@127.0.0.1:1/state');
  expect(found).toMatchObject([{ status: 'fail', code: 'STATE_UNREACHABLE' }]);
  expect(JSON.stringify(found)).not.toContain('canary');
});
