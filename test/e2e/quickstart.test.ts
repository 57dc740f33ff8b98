import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isAlive, processesWith } from '../support/processes/processes.ts';
import { startScript } from '../support/processes/run-script.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

/** The process id of PostgreSQL, which the script tells. */
function postgresPid(output: string): number {
  return Number(/PostgreSQL 18\S*, process (\d+)/.exec(output)?.[1]);
}

function between(text: string, start: string, end: string): string {
  return text.slice(text.indexOf(start), text.indexOf(end));
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
    expect(stdout.match(/✓ as it should be:\n.*/g)).toEqual([
      '✓ as it should be:\n    5,000 seen, 5,000 added',
      '✓ as it should be:\n    5,000 seen, 4,992 unchanged, 1 added, 7 changed, 1 deleted',
    ]);
  });

  test('sends nothing that the descriptors of Google do not allow', () => {
    expect(stdout.match(/✓ Google's own descriptors allow every request and document/g)).toHaveLength(2);
  });

  test('shows a document of the data store whole, with its text and its readers', () => {
    const shown = between(stdout, '3  The data store has 5,000 documents', '4  Who');
    expect(shown).toMatch(/id {8}hr-employees__678\n +title {5}Yuki Iyer\n/);
    expect(shown).toMatch(/salary_band +[A-Z]\d\n/);
    expect(shown).toMatch(/content {3}Yuki Iyer, .* in Sales \(/);
    expect(shown.match(/(group|user) +\S+@example\.com$/gm)).toEqual([
      'group hr@example.com',
      'group sales@example.com',
      'user  juergen.ivanova.56@example.com',
      'user  yuki.iyer.678@example.com',
    ]);
  });

  test('shows who finds it, and that a user whom no document names finds nothing', () => {
    const table = between(stdout, '4  Who finds what', '5  A working day');
    const rows = [...table.matchAll(/(\S+@example\.com) +([\d,]+) {2}(yes|no)$/gm)].map((row) =>
      row.slice(1),
    );
    expect(rows).toEqual([
      ['hr@example.com', '5,000', 'yes'],
      ['sales@example.com', expect.stringMatching(/^\d{3}$/), 'yes'],
      // The manager of twelve, and of a document too.
      ['juergen.ivanova.56@example.com', '13', 'yes'],
      ['yuki.iyer.678@example.com', '1', 'yes'],
      [expect.not.stringMatching(/^(hr|sales)@/), expect.stringMatching(/^[\d,]+$/), 'no'],
      ['visitor@example.com', '0', 'no'],
    ]);
  });

  test('shows what the working day has changed in the data store, readers too', () => {
    const changes = between(stdout, '7  What is different', 'Where to look');
    expect(changes.match(/^ {4}\+ [^,]+, [^→]+$/gm)).toHaveLength(1);
    expect(changes.match(/^ {4}- [^,]+, [^→]+$/gm)).toHaveLength(1);
    expect(changes.match(/^ {4}~ [^,]+, .+ → .+$/gm)).toHaveLength(7);
    expect(changes).toMatch(/no longer found by [a-z]+@example\.com,\n +but by [a-z]+@example\.com\n/);
    expect(changes).toContain('4,992 others were not written again.');
  });

  test('shows where to look, and everything is there', () => {
    const tree = between(stdout, 'Where to look', 'What was not real');
    expect(tree).toMatch(/upserts\.ndjson +5,000 lines/);
    expect(tree).toMatch(/upserts\.discovery\.ndjson +8 lines/);
    expect(tree).toMatch(/deletes\.discovery\.txt +1 line\n/);
    expect(tree).toMatch(/record_state +5,000 rows/);
    const output = path.join(folder, 'quickstart-output');
    const latest = path.join(output, 'gcs/company-gemini-sync/connectors/hr-employees/latest');
    expect(readdirSync(latest)).toEqual([expect.stringMatching(/^manifest\.json#\d+$/)]);
    expect(existsSync(path.join(output, '.gemini-sync-bridge/state.db'))).toBe(true);
  });

  test('fits into 80 columns, but for paths', () => {
    const wide = stdout.split('\n').filter((line) => line.length > 80);
    expect(wide.filter((line) => !/^ {2}artifacts|^ {2}\$ node|--connector/.test(line))).toEqual([]);
  });

  test('keeps the password of its database to itself', () => {
    expect(stdout).toMatch(/postgres:\/\/postgres:…@127\.0\.0\.1:\d+\/postgres/);
    expect(stdout).not.toMatch(/postgres:[0-9a-f]{8,}@/);
  });

  test('leaves no process and no database', async () => {
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
  ] as const)('ends with the status of %s and leaves no processes or files', async (signal, status) => {
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
