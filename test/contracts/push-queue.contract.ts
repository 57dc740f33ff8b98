import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PUSH_PURGE_BATCHES, PUSH_TOMBSTONE_DAYS } from '../../src/state/limits.ts';
import { packEvents, type PushEvent } from '../../src/push/events/packed-events.ts';
import { batchRow, type NewPushBatch } from '../../src/state/push/batch.ts';
import { openPushQueue, type PushQueue } from '../../src/state/push/queue.ts';
import { refusedPushes } from '../../src/state/push/refused.ts';
import { openDatabase, type Database, type DatabaseAddress } from '../../src/database/database.ts';

/** An empty state store. */
export interface PushStore {
  readonly address: DatabaseAddress;
  remove(): Promise<void>;
}

const RECEIVED = new Date('2026-01-02T03:04:05.678Z');
/** Long enough for any machine. */
const KEY_SECONDS = 3_600;
/** The time of a push whose key has expired when it is stored. */
const EXPIRED_SECONDS = -1;
const LONG_AGO = '2026-01-03T03:04:05.678Z';

let batches = 0;

type BatchChanges = Partial<Omit<NewPushBatch, 'events'>> & { readonly events?: readonly PushEvent[] };

export function pushBatch({ events, ...overrides }: BatchChanges = {}): NewPushBatch {
  batches += 1;
  return {
    connectorId: 'support',
    idempotencyKey: `key-${batches}`,
    bodyChecksum: 'body-1',
    pushRunId: `push-${batches}`,
    pushedBy: 'ticket-system',
    receivedAt: RECEIVED,
    keySeconds: KEY_SECONDS,
    answer: `{"accepted": 1, "run_id": "push-${batches}"}`,
    orderedAnswer: (older) => `{"unchanged": ${older}}`,
    rejected: 0,
    events: packEvents(events ?? [{ docId: 'support:1', op: 'UPSERT', document: '{"title":"One"}' }]),
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
      const expired = pushBatch({ keySeconds: EXPIRED_SECONDS });
      await queue.enqueue(expired);
      expect(await queue.recall(expired)).toBeUndefined();
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
      const first = pushBatch({ keySeconds: EXPIRED_SECONDS });
      await queue.enqueue(first);
      const { idempotencyKey } = first;
      const late = pushBatch({ idempotencyKey, bodyChecksum: 'body-2' });
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
        Array.from({ length: many }, () => batchRow(pushBatch({ events: [] }), LONG_AGO)),
        50,
      );
      const kept = pushBatch({ events: [], receivedAt: new Date(LONG_AGO) });
      await queue.enqueue(kept);
      await queue.enqueue(pushBatch({ keySeconds: EXPIRED_SECONDS }));
      expect(await queue.purge()).toBe(many);
      expect(await queue.purge()).toBe(0);
      expect(await queue.enqueue({ ...kept, pushRunId: 'other' })).toEqual({ replay: kept.answer });
      expect(await queue.depth('support')).toMatchObject({ batches: 1, events: 1 });
    });

    test('counts refused pushes by key and code, until nothing more was refused for a time', async () => {
      const refused = {
        connectorId: 'support',
        pushedBy: 'tickets',
        code: 'OP_INVALID',
        reason: 'one',
        events: 2,
      };
      const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 3, minute));
      const keepSeconds = KEY_SECONDS;
      await queue.noteRefused({ ...refused, receivedAt: at(0), keepSeconds: EXPIRED_SECONDS });
      expect(await refusedPushes(database, 'support', 9)).toEqual([]);
      await queue.noteRefused({ ...refused, receivedAt: at(1), keepSeconds });
      await queue.noteRefused({ ...refused, reason: 'two', events: 5, receivedAt: at(2), keepSeconds });
      await queue.noteRefused({ ...refused, code: 'ACL_EMPTY', receivedAt: at(3), keepSeconds });
      await queue.noteRefused({ ...refused, connectorId: 'other', receivedAt: at(4), keepSeconds });
      const times = (first: number, last: number) => ({
        firstAt: at(first).toISOString(),
        lastAt: at(last).toISOString(),
      });
      const listed = [
        { pushedBy: 'tickets', code: 'ACL_EMPTY', reason: 'one', pushes: 1, events: 2, ...times(3, 3) },
        { pushedBy: 'tickets', code: 'OP_INVALID', reason: 'two', pushes: 2, events: 7, ...times(1, 2) },
      ];
      expect(await refusedPushes(database, 'support', 9)).toEqual(listed);
      await queue.noteRefused({
        ...refused,
        code: 'ACL_EMPTY',
        receivedAt: at(5),
        keepSeconds: EXPIRED_SECONDS,
      });
      await queue.purge();
      expect(await database.knex('refused_pushes').where({ connector_id: 'support' }).pluck('code')).toEqual([
        'OP_INVALID',
      ]);
    });

    describe('of events that are ordered by their versions', () => {
      type Known = readonly [id: number, version: string, op?: PushEvent['op']];
      const ordered = (events: readonly Known[], changes: BatchChanges = {}) =>
        pushBatch({
          ...changes,
          events: events.map(([id, version, op = 'UPSERT']) => ({
            docId: `support:${id}`,
            op,
            document: op === 'DELETE' ? null : `{"v":"${version}"}`,
            version,
          })),
        });
      const storedAs = async () =>
        (await stored()).map(({ doc_id, op, document }) => [doc_id, op, document] as const);

      test('leaves out an event that is older than what is known, and says so in the answer', async () => {
        const first = ordered([[1, '5'], [2, '5', 'DELETE']]); // prettier-ignore
        expect(await queue.enqueue(first)).toEqual({ storedAnswer: '{"unchanged": 0}' });
        const second = ordered([[1, '4'], [2, '4'], [3, '1']]); // prettier-ignore
        expect(await queue.enqueue(second)).toEqual({ storedAnswer: '{"unchanged": 2}' });
        expect(await storedAs()).toEqual([
          ['support:1', 'UPSERT', '{"v":"5"}'],
          ['support:2', 'DELETE', null],
          ['support:3', 'UPSERT', '{"v":"1"}'],
        ]);
        expect(await queue.enqueue({ ...second, pushRunId: 'other' })).toEqual({
          replay: '{"unchanged": 2}',
        });
      });

      test('keeps the later one of two events with the same version, and each connector apart', async () => {
        await queue.enqueue(ordered([[1, '5']]));
        await queue.enqueue(ordered([[1, '5', 'DELETE']]));
        await queue.enqueue(ordered([[1, '4']], { connectorId: 'hr' }));
        expect((await storedAs()).map(([, op]) => op)).toEqual(['UPSERT', 'DELETE', 'UPSERT']);
      });

      test('keeps nothing of a push that only repeats what is older, and counts nothing as waiting', async () => {
        await queue.enqueue(ordered([[1, '5']]));
        await queue.enqueue(ordered([[1, '4'], [1, '3']])); // prettier-ignore
        expect(await queue.depth('support')).toMatchObject({ batches: 1, events: 1 });
      });

      test('remembers no version of a push whose key is taken', async () => {
        const first = ordered([[1, '5']]);
        await queue.enqueue(first);
        const { idempotencyKey } = first;
        expect(await queue.enqueue(ordered([[1, '9']], { idempotencyKey, bodyChecksum: 'body-2' }))).toBe(
          'conflict',
        );
        expect(await queue.enqueue(ordered([[1, '6']]))).toEqual({ storedAnswer: '{"unchanged": 0}' });
      });

      test('knows the time of a delete after a restart, for a bounded time', async () => {
        await queue.enqueue(ordered([[1, '5', 'DELETE'], [2, '5']])); // prettier-ignore
        const other = await openPushQueue(store.address);
        expect(await other.enqueue(ordered([[1, '4'], [2, '4']]))).toEqual({ storedAnswer: '{"unchanged": 2}' }); // prettier-ignore
        await other.close();
        await queue.purge();
        const versions = () => database.knex('push_versions').orderBy('doc_id').pluck('doc_id');
        expect(await versions()).toEqual(['support:1', 'support:2']);
        const days = PUSH_TOMBSTONE_DAYS * 86_400_000 + 60_000;
        await database.knex('push_versions').decrement('noted_ms', days);
        await queue.purge();
        expect(await versions()).toEqual(['support:2']);
      });

      test('ends with the newest event of each document, whatever the order of arrival', async () => {
        const other = await openPushQueue(store.address);
        const event = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 6 }).map(String));
        const pushes = fc.array(fc.array(event, { minLength: 1, maxLength: 4 }), {
          minLength: 2,
          maxLength: 8,
        });
        let history = 0;
        const property = fc.asyncProperty(pushes, async (arrivals) => {
          const connectorId = `c${(history += 1)}`;
          const answers = arrivals.map((events, index) =>
            (index % 2 === 0 ? queue : other).enqueue(ordered(events, { connectorId })),
          );
          await Promise.all(answers);
          const newest = new Map<string, string>();
          for (const [id, version] of arrivals.flat()) {
            const docId = `support:${id}`;
            const known = newest.get(docId) ?? '';
            newest.set(docId, version > known ? version : known);
          }
          const rows = await database
            .knex('waiting_events')
            .join('push_batches', 'push_batches.id', 'waiting_events.batch_id')
            .where({ connector_id: connectorId })
            .orderBy(['batch_id', 'seq'])
            .select<{ doc_id: string; document: string }[]>('doc_id', 'document');
          const last = new Map(rows.map(({ doc_id, document }) => [doc_id, document]));
          const wanted = new Map([...newest].map(([id, version]) => [id, `{"v":"${version}"}`]));
          expect(new Map([...last].sort())).toEqual(new Map([...wanted].sort()));
        });
        await fc.assert(property, { numRuns: 25 });
        await other.close();
      });
    });
  });
}
