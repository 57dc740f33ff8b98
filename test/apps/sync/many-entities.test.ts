import { afterAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startPostgres } from '../../support/databases/postgres.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const CHILD = fileURLToPath(new URL('../../support/apps/many-entities-child.ts', import.meta.url));
const ENTITIES = 100_000;
/** A sync that held on to all entities, 85 MB of JSON and as much of text, would exceed this. */
const GROWTH_MIB_MAX = 120;

const folders = temporaryFolders();
afterAll(() => {
  folders.removeAll();
});

async function syncInto(address: string): Promise<{ results: unknown; grownMib: number }> {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [
    '--expose-gc',
    '--max-old-space-size=256',
    '--import',
    'tsx',
    CHILD,
    address,
    String(ENTITIES),
  ]);
  return JSON.parse(stdout) as Awaited<ReturnType<typeof syncInto>>;
}

const RESULTS = [
  { status: 'completed', mode: 'full', created: ENTITIES, updated: 0, unchanged: 0, deleted: 0 },
  { status: 'completed', mode: 'full', created: 0, updated: 0, unchanged: ENTITIES, deleted: 0 },
  {
    ...{ status: 'completed', mode: 'incremental', created: 0, deleted: 0 },
    updated: ENTITIES / 10,
    unchanged: (ENTITIES / 10) * 9,
  },
];

describe('100,000 entities', () => {
  test('sync in full and incrementally in bounded memory, on the embedded database', async () => {
    const { results, grownMib } = await syncInto(join(folders.make(), 'state.db'));
    expect(results).toEqual(RESULTS);
    expect(grownMib).toBeLessThan(GROWTH_MIB_MAX);
  }, 300_000);

  test('sync in full and incrementally in bounded memory, on Postgres', async () => {
    const server = await startPostgres();
    try {
      const { results, grownMib } = await syncInto(await server.createDatabase('many'));
      expect(results).toEqual(RESULTS);
      expect(grownMib).toBeLessThan(GROWTH_MIB_MAX);
    } finally {
      await server.stop();
    }
  }, 300_000);
});
