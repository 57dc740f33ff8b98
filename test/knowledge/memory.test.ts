import { afterAll, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolders } from '../support/files/temporary-folder.ts';

const CHILD = fileURLToPath(new URL('../support/knowledge/many-items-child.ts', import.meta.url));
const GROWN_MIB_MAX = 30;
const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

test('a pass over 100,000 items needs no more memory than its first pages', async () => {
  const file = join(folders.make(), 'state.db');
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    ...['--import', 'tsx', CHILD, file, '100000'],
  ]);
  const { grownMib, ...counts } = JSON.parse(stdout) as { items: number; chunks: number; grownMib: number };
  expect(counts).toEqual({ items: 100_000, chunks: 10_000 });
  expect(grownMib).toBeLessThan(GROWN_MIB_MAX);
}, 300_000);
