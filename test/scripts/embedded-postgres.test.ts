import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { afterAll, expect, test } from '@jest/globals';
import { startEmbeddedPostgres } from '../../scripts/embedded-postgres.ts';
import { eventually } from '../support/eventually.ts';
import { isAlive, processesWith } from '../support/processes/processes.ts';
import { startScript } from '../support/processes/run-script.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

test('a stopped server leaves no process and no folder, and may be stopped twice', async () => {
  const server = await startEmbeddedPostgres();
  await server.stop();
  await server.stop();
  expect(isAlive(server.pid)).toBe(false);
  expect(() => readdirSync(server.folder)).toThrow('ENOENT');
});

test('a server that cannot start says why', async () => {
  const started = startEmbeddedPostgres({ settings: { shared_buffers: 'plenty' } });
  await expect(started).rejects.toThrow(
    /PostgreSQL did not start:[^]*invalid value for parameter "shared_buffers"/,
  );
});

test('a server ends with the process that started it, even when that is killed', async () => {
  const folder = folders.make();
  const child = startScript('test/support/databases/postgres-child.ts', folder);
  const [firstWords] = (await once(child.stdout, 'data')) as [Buffer];
  const pid = Number(firstWords.toString());
  expect(isAlive(pid)).toBe(true);

  child.kill('SIGKILL');
  await child;

  await eventually('the server ends', async () => (await processesWith(`${folder}/`)).length === 0);
  await eventually(
    'its folder is removed',
    () => !readdirSync(folder).some((name) => name.startsWith('embedded-postgres-')),
  );
});
