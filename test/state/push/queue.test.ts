import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PUSH_UNPACK_BATCHES } from '../../../src/state/limits.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { migrateState } from '../../../src/state/run/open-state.ts';
import { batchRow } from '../../../src/state/push/batch.ts';
import { openPushQueue } from '../../../src/state/push/queue.ts';
import { unpackEvents } from '../../../src/state/push/unpacking.ts';
import { describePushHistory } from '../../contracts/push-history.contract.ts';
import { describePushQueueContract, pushBatch } from '../../contracts/push-queue.contract.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';

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

  test('makes rows of the events of what a run claimed, each once, and leaves what others wait for', async () => {
    const { address, remove } = await onPostgres();
    const database = await openDatabase(address);
    const { knex } = database;
    const row = (index: number, run_id: string) => {
      const folded = `DELETE\t"support:${index}"\t\nUPSERT\t"support:${index}"\t{"a":1.50}`;
      return { ...batchRow(pushBatch(), '2026-01-03T03:04:05.678Z'), run_id, folded };
    };
    const many = Array.from({ length: PUSH_UNPACK_BATCHES + 1 }, (_, index) => row(index, 'R1'));
    await knex.batchInsert('push_batches', [...many, row(many.length, 'R2')], 500);
    const claim = { connectorId: 'support', runId: 'R1', claim: true, upTo: undefined };
    await Promise.all([unpackEvents(database, claim), unpackEvents(database, claim)]);
    const rows = await knex('push_events').orderBy(['batch_id', 'seq']).select('doc_id', 'op', 'document');
    expect(rows).toEqual(
      many.flatMap((_, index) => [
        { doc_id: `support:${index}`, op: 'DELETE', document: null },
        { doc_id: `support:${index}`, op: 'UPSERT', document: '{"a":1.50}' },
      ]),
    );
    expect(await knex('push_batches').whereNotNull('folded').select('run_id')).toEqual([{ run_id: 'R2' }]);
    await database.close();
    await remove();
  });

  test('that was stopped is reported as an error that may be transient', async () => {
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
