import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrateState } from '../../src/state/open-state.ts';
import { openPushQueue } from '../../src/state/push-queue.ts';
import { describePushHistory } from '../contracts/push-history.contract.ts';
import { describePushQueueContract, pushBatch } from '../contracts/push-queue.contract.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

const FILE = 'not-used.db';

let server: TestPostgres;
let databases = 0;
beforeAll(async () => {
  server = await startPostgres();
  await server.createDatabase('template_queue');
  await migrateState({ url: server.url('template_queue'), file: FILE });
});
afterAll(async () => {
  await server.stop();
});

async function onPostgres() {
  const name = `queue_${(databases += 1)}`;
  await server.query(`create database ${name} template template_queue`);
  return {
    address: { url: server.url(name), file: FILE },
    remove: async () => {
      await server.query(`drop database ${name} with (force)`);
    },
  };
}

async function onSqlite() {
  const folder = await mkdtemp(join(tmpdir(), 'queue-'));
  return {
    address: { file: join(folder, 'below', 'state.db') },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

describePushQueueContract('Postgres', onPostgres);
describePushQueueContract('SQLite', onSqlite);
// On each engine as many histories as take some seconds.
describePushHistory('Postgres', 8, onPostgres);
describePushHistory('SQLite', 25, onSqlite);

describe('a push queue in Postgres', () => {
  test('without a schema is refused until it is migrated', async () => {
    const url = await server.createDatabase('bare');
    await expect(openPushQueue({ url, file: FILE })).rejects.toMatchObject({ code: 'STATE_NOT_MIGRATED' });
  });

  test('that was stopped says so, in words that tell it may pass', async () => {
    const { address, remove } = await onPostgres();
    const queue = await openPushQueue(address);
    await queue.enqueue(pushBatch());
    await remove();
    await expect(queue.enqueue(pushBatch())).rejects.toMatchObject({
      code: expect.stringMatching(/^STATE_/),
    });
    await queue.close();
  });
});
