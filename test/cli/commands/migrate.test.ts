import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandIo } from '../../../src/cli/command-io.ts';
import { readEnvironment } from '../../../src/cli/environment/environment.ts';
import { migrateCommand } from '../../../src/cli/commands/migrate.ts';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'migrate-'));
});
afterEach(async () => {
  await rm(cwd, { recursive: true, force: true });
});

async function migrate(env: NodeJS.ProcessEnv = {}): Promise<{ stdout: string; statuses: number[] }> {
  let stdout = '';
  const statuses: number[] = [];
  const io: CommandIo = {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: () => undefined },
    env: readEnvironment(env),
    cwd,
    exit: (status) => statuses.push(status),
  };
  await migrateCommand(io).parseAsync([], { from: 'user' });
  return { stdout, statuses };
}

test('makes the embedded state below the working directory, and has nothing to do the second time', async () => {
  const file = join(cwd, '.gemini-sync-bridge', 'state.db');
  const names = (await readdir(new URL('../../../migrations/', import.meta.url))).sort();
  expect(await migrate()).toEqual({
    stdout: names.map((name) => `Applied ${name} to ${file}\n`).join(''),
    statuses: [0],
  });
  expect(await readdir(join(cwd, '.gemini-sync-bridge'))).toContain('state.db');
  expect(await migrate()).toEqual({ stdout: `Nothing to apply: ${file} is up to date.\n`, statuses: [0] });
});

test('fails with the path when the state cannot be made', async () => {
  await writeFile(join(cwd, '.gemini-sync-bridge'), '');
  await expect(migrate()).rejects.toMatchObject({
    code: 'STATE_FAILED',
    message: expect.stringContaining(cwd),
  });
});
