import { expect, test } from '@jest/globals';
import { execa } from 'execa';
import { fileURLToPath } from 'node:url';
import { BUCKET, gcsForEachTest } from '../../support/gcs.ts';

const MEGABYTES = 200;
/** Two chunks of 8 MiB, pieces of 4 MiB that wait to be collected, and what the client needs by itself. */
const GROWN_MIB_MAX = 100;

const gcs = gcsForEachTest();

test('memory does not grow with an artifact that goes to a bucket and comes back', async () => {
  const child = fileURLToPath(new URL('../../support/memory/upload-artifact-child.ts', import.meta.url));
  const args = ['--import', 'tsx', child, gcs.server().url, BUCKET, String(MEGABYTES)];
  const { stdout } = await execa(process.execPath, args);
  const { read, grownMib } = JSON.parse(stdout) as { read: number; grownMib: number };
  expect(read).toBe(MEGABYTES * 1_000_000);
  expect(grownMib).toBeLessThan(GROWN_MIB_MAX);
});
