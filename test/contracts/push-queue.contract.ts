import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PUSH_PURGE_BATCHES } from '../../src/core/limits.ts';
import { foldEvents, type PushEvent } from '../../src/state/push/folded-events.ts';
import { batchRow, type NewPushBatch } from '../../src/state/push/batch.ts';
import { openPushQueue, type PushQueue } from '../../src/state/push/queue.ts';
import { openDatabase, type Database, type DatabaseAddress } from '../../src/state/database.ts';

/** An empty state store. */
export interface PushStore {
  readonly address: DatabaseAddress;
  remove(): Promise<void>;
}

const RECEIVED = new Date('2026-01-02T03:04:05.678Z');
const EXPIRES = new Date('2026-01-03T03:04:05.678Z');

const LATER = new Date('2026-01-04T03:04:05.678Z');

let batches = 0;

type BatchChanges = Partial<Omit<NewPushBatch, 'events'>> & { readonly events?: readonly PushEvent[] };

export function pushBatch({ events, ...overrides }: BatchChanges = {}): NewPushBatch {
  batches += 1;
  return {
    connectorId: 'support',
    idempotencyKey: `key-${batches}`,
    bodyChecksum: 'body-1',
    pushRunId: `push-${batches}`,
    receivedAt: RECEIVED,
    keyExpiresAt: EXPIRES,
    answer: `{"accepted": 1, "run_id": "push-${batches}"}`,
    rejected: 0,
    events: foldEvents(events ?? [{ docId: 'support:1', op: 'UPSERT', document: '{"title":"One"}' }]),
    ...overrides,
  };
}

/** The promises of `PushQueue`, kept by every engine. */
export function describePushQueueContract(engine: string, makeStore: () => Promise<PushStore>): void {
  describe(`the push queue in ${engine}`, () => {
    let store: PushStore;
    let queue: PushQueue;
    let database: Database;
    beforeEach(async () => {
      store = await makeStore();
      queue = await openPushQueue(store.address);
      database = await openDatabase(store.address);
    });
    afterEach(async () => {
      await queue.close();
      await database.close();
      await store.remove();
    });

    const stored = () => database.knex('waiting_events').orderBy(['batch_id', 'seq']);

    test('keeps the events of a batch in their order, whatever is in them', async () => {
      const odd = JSON.stringify({ title: `"quoted" 'single' \\ {a,b} NULL ü 😀 \n ? :name $1`, none: null });
      await queue.enqueue(
        pushBatch({
          events: [
            { docId: 'support:{"a",\\ NULL}', op: 'UPSERT', document: odd },
            { docId: 'support:2', op: 'DELETE', document: null },
            { docId: 'support:\t\n3', op: 'UPSERT', document: Buffer.from('{"title":"Jürgen\\t😀"}') },
          ],
        }),
      );
      expect(await stored()).toMatchObject([
        { seq: 1, doc_id: 'support:{"a",\\ NULL}', op: 'UPSERT', document: odd },
        { seq: 2, doc_id: 'support:2', op: 'DELETE', document: null },
        { seq: 3, doc_id: 'support:\t\n3', op: 'UPSERT', document: '{"title":"Jürgen\\t😀"}' },
      ]);
    });

    test('answers a repeated push as the first time, and stores nothing again', async () => {
      const first = pushBatch({ rejected: 2 });
      expect(await queue.enqueue(first)).toBe('stored');
      const repeated = pushBatch({ idempotencyKey: first.idempotencyKey });
      expect(await queue.enqueue(repeated)).toEqual({ replay: first.answer });
      expect(await stored()).toHaveLength(1);
    });

    test('tells what it would answer to a push, without storing it', async () => {
      const first = pushBatch();
      expect(await queue.recall(first)).toBeUndefined();
      await queue.enqueue(first);
      expect(await queue.recall(first)).toEqual({ replay: first.answer });
      expect(await queue.recall({ ...first, bodyChecksum: 'body-2' })).toBe('conflict');
      expect(await queue.recall({ ...first, connectorId: 'hr' })).toBeUndefined();
      expect(await queue.recall({ ...first, receivedAt: EXPIRES })).toBeUndefined();
    });

    test('refuses a key that was used for another body, but not when another connector used it', async () => {
      const first = pushBatch();
      await queue.enqueue(first);
      const { idempotencyKey } = first;
      expect(await queue.enqueue(pushBatch({ idempotencyKey, bodyChecksum: 'body-2' }))).toBe('conflict');
      expect(await queue.enqueue(pushBatch({ idempotencyKey, connectorId: 'hr' }))).toBe('stored');
    });

    test('stores one of several pushes of one key at the same time, and answers all of them alike', async () => {
      const other = await openPushQueue(store.address);
      const pushes = Array.from({ length: 8 }, () => pushBatch({ idempotencyKey: 'the-same' }));
      const answers = await Promise.all(
        pushes.map((push, index) => (index % 2 === 0 ? queue : other).enqueue(push)),
      );
      await other.close();
      const winner = pushes[answers.indexOf('stored')];
      const replay = { replay: winner?.answer };
      expect(answers.filter((answer) => answer !== 'stored')).toEqual(Array(7).fill(replay));
      expect(await stored()).toHaveLength(1);
    });

    test('takes a key that has expired as a new one, and loses nothing that still waits', async () => {
      const first = pushBatch();
      await queue.enqueue(first);
      const { idempotencyKey } = first;
      const late = pushBatch({
        idempotencyKey,
        bodyChecksum: 'body-2',
        receivedAt: EXPIRES,
        keyExpiresAt: LATER,
      });
      expect(await queue.enqueue(late)).toBe('stored');
      expect(await queue.depth('support')).toMatchObject({ batches: 2, events: 2 });
      expect(await queue.enqueue({ ...late, pushRunId: 'push-again' })).toEqual({ replay: late.answer });
    });

    test('tells how much waits, for one connector and for all', async () => {
      expect(await queue.depth('support')).toEqual({ batches: 0, events: 0, oldestReceivedAt: null });
      const event = { docId: 'hr:1', op: 'DELETE', document: null } as const;
      await queue.enqueue(pushBatch({ receivedAt: new Date('2026-01-02T04:00:00.000Z') }));
      await queue.enqueue(pushBatch({ receivedAt: new Date('2026-01-02T03:30:00.000Z') }));
      await queue.enqueue(pushBatch({ connectorId: 'hr', events: [event, event] }));
      const support = { batches: 2, events: 2, oldestReceivedAt: '2026-01-02T03:30:00.000Z' };
      expect(await queue.depth('support')).toEqual(support);
      expect([...(await queue.depths())]).toEqual([
        ['hr', { batches: 1, events: 2, oldestReceivedAt: RECEIVED.toISOString() }],
        ['support', support],
      ]);
    });

    test('keeps the answer of a push of which nothing was accepted, with nothing to wait for', async () => {
      const empty = pushBatch({ events: [], rejected: 3 });
      expect(await queue.enqueue(empty)).toBe('stored');
      expect(await queue.enqueue({ ...empty, pushRunId: 'other' })).toEqual({ replay: empty.answer });
      expect(await queue.depth('support')).toMatchObject({ batches: 0, events: 0 });
    });

    test('forgets what is done once its key has expired, however much that is', async () => {
      const many = PUSH_PURGE_BATCHES + 1;
      await database.knex.batchInsert(
        'push_batches',
        Array.from({ length: many }, () => batchRow(pushBatch({ events: [] }))),
        50,
      );
      const kept = pushBatch({ events: [], keyExpiresAt: LATER });
      await queue.enqueue(kept);
      await queue.enqueue(pushBatch());
      expect(await queue.purge(new Date(EXPIRES.getTime() - 1))).toBe(0);
      expect(await queue.purge(EXPIRES)).toBe(many);
      expect(await queue.enqueue({ ...kept, pushRunId: 'other' })).toEqual({ replay: kept.answer });
      expect(await queue.depth('support')).toMatchObject({ batches: 1, events: 1 });
    });
  });
}
