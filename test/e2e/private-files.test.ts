import { chmodSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { writeFileConnector } from '../support/files/file-connector.ts';
import { writeOldFile } from '../support/files/file-source.ts';
import { runCli } from '../support/processes/run-cli.ts';
import { runHere } from '../support/processes/run-here.ts';
import { startServe } from '../support/server/serving.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';

const folders = temporaryFolders();
/** The umask of the test process, to be restored; reading it sets it. */
const umask = process.umask(0o022);
process.umask(umask);
let cwd = '';
beforeEach(() => {
  cwd = folders.make();
  writeFileConnector(cwd);
  // A row without an id is quarantined.
  writeOldFile(join(cwd, 'exports'), 'a.csv', 'id,name,team\n1,Ada,Sales\n,Bea,Sales\n');
});
afterEach(() => {
  process.umask(umask);
});
afterAll(() => {
  folders.removeAll();
});

/** What the test itself has written. */
const OWN = /^(exports|staff\.yaml$)/;

function created(): string[] {
  return readdirSync(cwd, { recursive: true, encoding: 'utf8' }).filter((path) => !OWN.test(path));
}

function shared(): string[] {
  return created()
    .map((path) => [path, lstatSync(join(cwd, path)).mode & 0o777] as const)
    .filter(([, mode]) => (mode & 0o077) !== 0)
    .map(([path, mode]) => `${mode.toString(8)} ${path}`);
}

const COMMANDS: Readonly<Record<string, { args: readonly string[]; status: number; env?: object }>> = {
  run: {
    args: ['run', '--connector', 'staff.yaml'],
    status: 4,
    env: { GEMINI_INGESTION_DRY_RUN: 'true' },
  },
  'run --local': { args: ['run', '--connector', 'staff.yaml', '--local'], status: 4 },
  migrate: { args: ['migrate'], status: 0 },
  'keys create': { args: ['keys', 'create', '--name', 'x', '--right', 'read'], status: 0 },
};

describe('files that the program creates are readable by their owner alone', () => {
  describe.each([0o022, 0o000])('when the umask is %d', (mask) => {
    // In this process the umask of the command itself does not count, so these are the modes that the code asks for.
    test.each(Object.entries(COMMANDS))('after %s', async (_, { args, status, env }) => {
      process.umask(mask);
      const { exitCode, stderr } = await runHere(args, { cwd, env: { ...env } });
      expect({ exitCode, stderr }).toEqual({ exitCode: status, stderr: expect.any(String) });
      expect(created()).toContain('.gemini-sync-bridge/state.db');
      expect(shared()).toEqual([]);
    });

    test('while serve runs, with its journal, and after it', async () => {
      process.umask(mask);
      const server = await startServe({ cwd });
      expect((await server.request('/ops')).status).toBe(200);
      expect(created()).toContain('.gemini-sync-bridge/state.db-wal');
      expect(shared()).toEqual([]);
      await server.stop();
      expect(shared()).toEqual([]);
    });

    test('when something that knows of no mode creates a file in the process', async () => {
      process.umask(mask);
      const library = `import { writeFileSync } from 'node:fs';
        process.on('exit', () => { writeFileSync('of-a-library', ''); });`;
      const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(library)}`;
      const { exitCode } = await runCli(['migrate'], { cwd, env: { NODE_OPTIONS } });
      expect(exitCode).toBe(0);
      expect(created()).toContain('of-a-library');
      expect(shared()).toEqual([]);
    });
  });

  test('in a bucket that is shared and stays so', async () => {
    mkdirSync(join(cwd, 'bucket'));
    chmodSync(join(cwd, 'bucket'), 0o775);
    const { exitCode } = await runHere(['run', '--connector', 'staff.yaml'], {
      cwd,
      env: { GEMINI_INGESTION_DRY_RUN: 'true' },
    });
    expect(exitCode).toBe(4);
    expect(created().length).toBeGreaterThan(8);
    expect(shared()).toEqual(['775 bucket']);
  });
});

describe('a file that other users could read before', () => {
  const warnings = (stderr: string) =>
    stderr
      .split('\n')
      .filter((line) => line.includes('"level":"warn"'))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ message }) => String(message).startsWith('other users of this machine'))
      .map(({ message, paths, fix }) => ({ message, paths, fix }));

  async function exposed(): Promise<string> {
    await runHere(['migrate'], { cwd });
    const folder = join(cwd, '.gemini-sync-bridge');
    chmodSync(folder, 0o755);
    writeFileSync(join(folder, 'state.db-wal'), '');
    for (const name of ['state.db', 'state.db-wal']) chmodSync(join(folder, name), 0o644);
    return folder;
  }

  test('is warned of by a run, for the state and the bucket, with the command to type', async () => {
    const folder = await exposed();
    mkdirSync(join(cwd, 'local-bucket'));
    chmodSync(join(cwd, 'local-bucket'), 0o750);
    const { stderr } = await runHere(['run', '--connector', 'staff.yaml', '--local'], { cwd });
    expect(warnings(stderr)).toEqual([
      {
        message: 'other users of this machine may read or write the state',
        paths: [folder, join(folder, 'state.db'), join(folder, 'state.db-wal')],
        fix: `chmod -R go= ${folder}`,
      },
      {
        message: 'other users of this machine may read or write in the bucket',
        paths: [join(cwd, 'local-bucket')],
        fix: `chmod -R go= ${join(cwd, 'local-bucket')}`,
      },
    ]);
  });

  test('is warned of by serve', async () => {
    const folder = await exposed();
    const server = await startServe({ cwd });
    await server.stop();
    expect(warnings(server.logs())).toEqual([
      expect.objectContaining({ paths: expect.arrayContaining([join(folder, 'state.db')]) }),
    ]);
  });

  test('is not warned of when it is private', async () => {
    await runHere(['run', '--connector', 'staff.yaml', '--local'], { cwd });
    const { stderr } = await runHere(['run', '--connector', 'staff.yaml', '--local'], { cwd });
    expect(warnings(stderr)).toEqual([]);
  });
});
