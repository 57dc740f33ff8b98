import { execFile } from 'node:child_process';
import { closeSync, openSync, utimesSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from '@jest/globals';
import { WRITTEN } from '../../support/files/file-source.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
afterEach(() => {
  folders.removeAll();
});

const MIB = 1_048_576;

/** Reads a file of this number of rows in a process with a heap of 48 MiB. */
async function growth(format: string, rows: number, header: string, row: (id: number) => string) {
  const folder = folders.make();
  const path = join(folder, 'large');
  const file = openSync(path, 'w');
  writeSync(file, header);
  const STEP = 10_000;
  for (let first = 0; first < rows; first += STEP) {
    const count = Math.min(STEP, rows - first);
    writeSync(file, Array.from({ length: count }, (_, index) => row(first + index)).join(''));
  }
  closeSync(file);
  utimesSync(path, WRITTEN, WRITTEN);
  const child = fileURLToPath(new URL('../../support/memory/read-large-files.ts', import.meta.url));
  const args = ['--max-old-space-size=48', '--import', 'tsx', child, folder, format];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as { rows: number; bytes: number; grownMib: number };
}

describe('memory', () => {
  test('does not grow with a CSV file of 200 MB', async () => {
    const text = 'x'.repeat(1_000);
    const { rows, bytes, grownMib } = await growth(
      'csv',
      200_000,
      'id,text\n',
      (id) => `${id},"${text}"\r\n`,
    );
    expect(rows).toBe(200_000);
    expect(bytes).toBeGreaterThan(190 * MIB);
    expect(grownMib).toBeLessThan(100);
  });

  test('does not grow with an NDJSON file of 200 MB', async () => {
    const text = 'x'.repeat(1_000);
    const { rows, bytes, grownMib } = await growth(
      'ndjson',
      200_000,
      '',
      (id) => `{"id":${id},"text":"${text}"}\n`,
    );
    expect(rows).toBe(200_000);
    expect(bytes).toBeGreaterThan(190 * MIB);
    expect(grownMib).toBeLessThan(100);
  });

  test('is not taken by a CSV file of wide rows', async () => {
    const text = 'x'.repeat(8 * MIB);
    const { rows, grownMib } = await growth('csv', 20, 'id,text\n', (id) => `${id},${text}\n`);
    expect(rows).toBe(20);
    expect(grownMib).toBeLessThan(160);
  });
});
