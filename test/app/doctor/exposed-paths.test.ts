import { afterAll, describe, expect, test } from '@jest/globals';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { bucketFindings } from '../../../src/app/doctor/cloud/bucket.ts';
import { exposedFolder, exposedState, unlessExposed } from '../../../src/app/doctor/exposed-paths.ts';
import { stateFindings } from '../../../src/app/doctor/state.ts';
import { migrateState, STATE_FILE } from '../../../src/state/run/open-state.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});
const never = new AbortController().signal;

describe('exposedState', () => {
  test('finds nothing when the state is missing or private', async () => {
    const file = join(folders.make(), STATE_FILE);
    await expect(exposedState(file)).resolves.toBeUndefined();
    await migrateState({ file });
    await expect(exposedState(file)).resolves.toBeUndefined();
  });

  test.each([
    ['the index beside a private file', 'state.db-shm', 0o640],
    ['a file that the group may write', 'state.db', 0o620],
    ['a file that all others may read', 'state.db', 0o604],
  ])('finds %s', async (_, name, mode) => {
    const folder = folders.make();
    for (const each of ['state.db', 'state.db-shm']) writeFileSync(join(folder, each), '', { mode: 0o600 });
    chmodSync(join(folder, name), mode);
    await expect(exposedState(join(folder, 'state.db'))).resolves.toEqual({
      paths: [join(folder, name)],
      fix: `chmod -R go= ${folder}`,
    });
  });
});

describe('exposedFolder', () => {
  test('names a command that works, whatever the folder is called', async () => {
    const folder = join(folders.make(), "it's a $(bucket)");
    mkdirSync(folder, { mode: 0o755 });
    writeFileSync(join(folder, 'x'), '');
    const { fix } = (await exposedFolder(folder)) ?? { fix: '' };
    execFileSync('/bin/sh', ['-c', fix]);
    await expect(exposedFolder(folder)).resolves.toBeUndefined();
  });

  test('lets a folder pass that others can only go through', async () => {
    const folder = folders.make();
    chmodSync(folder, 0o711);
    await expect(exposedFolder(folder)).resolves.toBeUndefined();
  });
});

describe('doctor', () => {
  test('warns of a state and a bucket that others may read', async () => {
    const cwd = folders.make();
    await migrateState({ file: join(cwd, STATE_FILE) });
    chmodSync(join(cwd, STATE_FILE), 0o644);
    await expect(stateFindings({ cwd, databaseUrl: undefined }, never)).resolves.toMatchObject([
      {
        subject: 'state',
        status: 'warn',
        message: expect.stringContaining(`may read or write ${join(cwd, STATE_FILE)}.`),
        fix: `chmod -R go= ${join(cwd, '.gemini-sync-bridge')}`,
      },
    ]);
    const bucket = join(cwd, 'bucket');
    mkdirSync(bucket, { mode: 0o755 });
    await expect(
      bucketFindings(`file://${bucket}`, { cwd, gcsEndpoint: undefined }, never),
    ).resolves.toMatchObject([{ subject: 'bucket', status: 'warn', fix: `chmod -R go= ${bucket}` }]);
  });

  test('reports a failure in addition to the warning', () => {
    const failed = {
      subject: 'state',
      status: 'fail',
      message: 'x',
      fix: 'y',
      code: 'STATE_FAILED',
    } as const;
    expect(unlessExposed(failed, { paths: ['z'], fix: 'chmod' })).toBe(failed);
  });
});
