import { expect, test } from '@jest/globals';
import { execa } from 'execa';
import { fileURLToPath } from 'node:url';

const ROWS = 200_000;
/** Half of what all rows are together; measured were 11 and 29. */
const GROWN_MIB_MAX = 100;

test.each(['tds', 'tns'])('memory does not grow with the rows that go through %s', async (protocol) => {
  const child = fileURLToPath(new URL('../../support/memory/many-rows-child.ts', import.meta.url));
  const { stdout } = await execa(process.execPath, ['--import', 'tsx', child, protocol, String(ROWS)]);
  const { read, grownMib } = JSON.parse(stdout) as { read: number; grownMib: number };
  expect(read).toBe(ROWS);
  expect(grownMib).toBeLessThan(GROWN_MIB_MAX);
});
