import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { EXPLAIN_PUSHES_MAX } from '../../../src/core/limits.ts';
import type { ExplainState } from '../../../src/pipeline/ports/explain-state-port.ts';
import type { DatabaseAddress } from '../../../src/database/database.ts';
import { migrateState } from '../../../src/state/run/open-state.ts';
import type { PushEvent } from '../../../src/push/events/packed-events.ts';
import { openExplainState } from '../../../src/state/explain/open-explain-state.ts';
import { openPushQueue, type PushQueue } from '../../../src/state/push/queue.ts';
import { pushBatch } from '../../contracts/push-queue.contract.ts';
import { startPostgres, type TestPostgres } from '../../support/databases/postgres.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const UPSERT = (docId: string): PushEvent => ({ docId, op: 'UPSERT', document: '{"title":"T"}' });
const DELETE = (docId: string): PushEvent => ({ docId, op: 'DELETE', document: null });

const folders = temporaryFolders();
let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.stop();
  folders.removeAll();
});

describe.each(['SQLite', 'Postgres'])('the pending events of one document in %s', (engine) => {
  let queue: PushQueue;
  let state: ExplainState;
  beforeAll(async () => {
    const file = join(folders.make(), 'state.db');
    const address: DatabaseAddress = engine === 'Postgres' ? { url: postgres.url(), file } : { file };
    await migrateState(address);
    queue = await openPushQueue(address);
    state = await openExplainState(address);
  });
  afterAll(async () => {
    await state.close();
    await queue.close();
  });

  const push = (events: PushEvent[], pushRunId: string, receivedAt: string, connectorId = 'hr') =>
    queue.enqueue(pushBatch({ connectorId, pushRunId, receivedAt: new Date(receivedAt), events }));

  test('is named with what it says, when it came and in which push, the newest first', async () => {
    await push([UPSERT('hr:1'), UPSERT('hr:2')], 'first', '2026-01-02T03:04:05.678Z');
    await push([DELETE('hr:1'), UPSERT('hr:1')], 'second', '2026-01-02T03:05:00.000Z');
    await push([DELETE('hr:1')], 'elsewhere', '2026-01-02T03:06:00.000Z', 'kb');
    expect(await state.waitingPushes('hr', 'hr:1')).toEqual([
      { op: 'UPSERT', receivedAt: '2026-01-02T03:05:00.000Z', pushRunId: 'second' },
      { op: 'DELETE', receivedAt: '2026-01-02T03:05:00.000Z', pushRunId: 'second' },
      { op: 'UPSERT', receivedAt: '2026-01-02T03:04:05.678Z', pushRunId: 'first' },
    ]);
    expect(await state.waitingPushes('hr', 'hr:3')).toEqual([]);
  });

  test('is told of the newest events, where there are many', async () => {
    const many = Array.from({ length: EXPLAIN_PUSHES_MAX }, () => DELETE('hr:9'));
    await push([UPSERT('hr:9'), ...many], 'many', '2026-01-02T03:04:05.678Z');
    const told = await state.waitingPushes('hr', 'hr:9');
    expect(told.map(({ op }) => op)).toEqual(many.map(() => 'DELETE'));
  });
});
