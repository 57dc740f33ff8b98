import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compileMapping } from '../../src/pipeline/mapping/compile-mapping.ts';
import { BridgeError } from '../../src/core/errors.ts';
import type { Destination } from '../../src/pipeline/ports/delivery-port.ts';
import { runConnector, type RunResult } from '../../src/pipeline/run.ts';
import type { State } from '../../src/pipeline/ports/state-port.ts';
import { PushSource } from '../../src/sources/push/source.ts';
import { openDatabase, type Database } from '../../src/database/database.ts';
import { openState } from '../../src/state/run/open-state.ts';
import { openPushQueue, type PushQueue } from '../../src/state/push/queue.ts';
import { connectorSpec } from '../support/pipeline/connector-spec.ts';
import { deliveryFates } from '../support/pipeline/delivery-fates.ts';
import { FlakyIndex, type DeliveryFate } from '../support/pipeline/flaky-index.ts';
import { jobOf } from '../support/pipeline/planning.ts';
import { portsOf } from '../support/processes/running.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';
import { pushBatch, type PushStore } from './push-queue.contract.ts';

const CONNECTOR = 'support';
const IDS = ['a', 'b', 'c', 'd'];
/** A document, undefined for a delete. One without readers may not be published. */
type Pushed = { readonly title: string; readonly readers: readonly string[] } | undefined;
interface Event {
  readonly id: string;
  readonly pushed: Pushed;
}

const event: fc.Arbitrary<Event> = fc.record({
  id: fc.constantFrom(...IDS),
  pushed: fc.option(
    fc.record({
      title: fc.constantFrom('one', 'two', 'three'),
      readers: fc.constantFrom(['x@example.com'], ['x@example.com'], ['y@example.com'], []),
    }),
    { nil: undefined, freq: 3 },
  ),
});
const batch = fc.array(event, { minLength: 1, maxLength: 4 });
const fate = deliveryFates(IDS.length);
const step = fc.record({
  batches: fc.array(batch, { maxLength: 3 }),
  fates: fc.array(fate, { maxLength: 2 }),
  /** Pushed while the run delivers. */
  meanwhile: fc.option(batch, { nil: undefined, freq: 2 }),
  /** Calls of the state after which the process is dead. */
  diesAfter: fc.option(fc.nat(20), { nil: undefined, freq: 3 }),
  /** Which of the pushes so far is the last to be delivered. */
  upTo: fc.option(fc.nat(5), { nil: undefined, freq: 3 }),
  sends: fc.nat(4).map((drawn) => drawn > 0),
  sameId: fc.nat(3).map((drawn) => drawn === 0),
});
const EXPECTED_ENDS = ['SOURCE_UNREACHABLE', 'SOURCE_REFUSED', 'ARTIFACT_MISSING', 'RUN_ID_TAKEN'];
const KILLED = 'killed';

const MAPPING = compileMapping(CONNECTOR, {
  ...connectorSpec({ mapping: { aclUsersField: 'readers' } }),
  mode: 'rest_push',
  source: { type: 'http' },
});

interface RunOf {
  readonly diesAfter?: number | undefined;
  readonly upTo?: string | undefined;
  readonly sends?: boolean;
  readonly sameId?: boolean;
}

/** An index, a queue that feeds it, and what the index should hold. */
class World {
  readonly index = new FlakyIndex();
  readonly expected = new Map<string, Pushed>();
  readonly pushes: string[] = [];
  meanwhile: readonly Event[] | undefined;
  readonly #state: State;
  readonly #queue: PushQueue;
  readonly #folder: string;
  #runs = 0;

  constructor(state: State, queue: PushQueue, folder: string) {
    this.#state = state;
    this.#queue = queue;
    this.#folder = folder;
  }

  async push(events: readonly Event[]): Promise<void> {
    const pushed = pushBatch({
      connectorId: CONNECTOR,
      events: events.map(({ id, pushed: document }) => {
        const docId = `${CONNECTOR}:${id}`;
        if (document === undefined) return { docId, op: 'DELETE', document: null };
        const { title, readers } = document;
        const text = { doc_id: docId, title, content: title, acl_users: readers, metadata: {} };
        return { docId, op: 'UPSERT', document: JSON.stringify(text) };
      }),
    });
    expect(await this.#queue.enqueue(pushed)).toBe('stored');
    this.pushes.push(pushed.pushRunId);
    for (const { id, pushed: document } of events) this.expected.set(id, document);
  }

  /** @returns what the run did; undefined if it failed, as it was to. */
  async run({
    diesAfter = Number.POSITIVE_INFINITY,
    upTo,
    sends = true,
    sameId = false,
  }: RunOf = {}): Promise<RunResult | undefined> {
    if (!sameId || this.#runs === 0) this.#runs += 1;
    const job = jobOf({
      runId: `run-${this.#runs}`,
      connectorId: CONNECTOR,
      prefix: CONNECTOR,
      sends,
      mapping: MAPPING,
      quarantine: { maxCount: 1_000, maxRatio: 1, maxConsecutive: 1_000 },
    });
    const state = mortal(this.#state, diesAfter);
    const selection = { connectorId: CONNECTOR, runId: job.runId, claim: sends, upTo };
    const source = new PushSource(() => state.pushed(selection));
    const writesOnly = { deliver: () => Promise.resolve({ upserts: 0, deletes: 0, rejected: 0 }) };
    const destination = sends ? this.#destination() : writesOnly;
    try {
      const ports = portsOf({ source, state, destination }, this.#folder);
      return await runConnector(job, ports, new AbortController().signal);
    } catch (thrown) {
      const code = thrown instanceof BridgeError ? thrown.code : KILLED;
      const killed = thrown instanceof Error && thrown.message === KILLED;
      if (!killed && !EXPECTED_ENDS.includes(code)) throw thrown;
      return undefined;
    }
  }

  #destination(): Destination {
    return {
      deliver: async (...delivery) => {
        const receipt = await this.index.deliver(...delivery);
        const events = this.meanwhile;
        this.meanwhile = undefined;
        if (events !== undefined) await this.push(events);
        return receipt;
      },
    };
  }

  /** The documents that should be there, by id, with their titles. */
  get wanted(): Record<string, string> {
    const there = [...this.expected].flatMap(([id, pushed]) =>
      pushed === undefined || pushed.readers.length === 0
        ? []
        : [[`${CONNECTOR}:${id}`, pushed.title] as const],
    );
    return Object.fromEntries(there);
  }

  get found(): Record<string, string> {
    return Object.fromEntries([...this.index.documents].map(([id, { title }]) => [id, title]));
  }
}

/** A state of a process that dies after this number of calls. Its lease is free immediately, as the lease of a dead process is. */
function mortal(state: State, calls: number): State {
  let left = calls;
  const die = () => {
    left -= 1;
    if (left < 0) throw new Error(KILLED);
  };
  return new Proxy(state, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== 'function' || name === 'lease' || name === 'journal') return member;
      return (...args: unknown[]): unknown => {
        die();
        return Reflect.apply(member, target, args);
      };
    },
  });
}

/** Whatever happens on the way, what was accepted arrives, in order. */
export function describePushHistory(
  engine: string,
  histories: number,
  makeStore: () => Promise<PushStore>,
): void {
  const folders = temporaryFolders();
  let store: PushStore;
  let state: State;
  let queue: PushQueue;
  let database: Database;
  let folder: string;

  describe(`pushed events in ${engine}`, () => {
    const open = async () => {
      store = await makeStore();
      queue = await openPushQueue(store.address);
      state = await openState({ ...store.address, readOnly: false });
      database = await openDatabase(store.address);
      folder = folders.make();
      return new World(state, queue, folder);
    };
    const close = async () => {
      await state.close();
      await queue.close();
      await database.close();
      await store.remove();
    };
    let world: World;
    beforeEach(async () => {
      world = await open();
    });
    afterEach(close);
    afterAll(() => {
      folders.removeAll();
    });

    const doc = (title: string, readers = ['x@example.com']): Pushed => ({ title, readers });
    const counts = async (run: ReturnType<World['run']>) => (await run)?.counts;

    test('ends as if every accepted event had been applied in order, whatever happened on the way', async () => {
      const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (steps) => {
        await close();
        world = await open();
        for (const { batches, fates, meanwhile, upTo, ...options } of steps) {
          for (const events of batches) await world.push(events);
          world.index.fates = [...fates];
          world.meanwhile = meanwhile;
          const last = upTo === undefined ? undefined : world.pushes[upTo % world.pushes.length];
          await world.run({ ...options, upTo: last });
        }
        world.index.fates = [];
        world.meanwhile = undefined;
        // One finishes what an earlier one published and reads the rest; the next one what was rejected meanwhile.
        await world.run();
        await world.run();
        expect(world.found).toEqual(world.wanted);
        const unpublishable = [...world.expected.values()].filter((pushed) => pushed?.readers.length === 0);
        expect(await queue.depth(CONNECTOR)).toMatchObject({ events: unpublishable.length });
      });
      await fc.assert(property, { numRuns: histories });
    });

    test('is applied once, the last event of each document alone, and then nothing is left', async () => {
      await world.push([
        { id: 'a', pushed: doc('one') },
        { id: 'b', pushed: doc('one') },
        { id: 'a', pushed: doc('two') },
      ]);
      await world.push([
        { id: 'b', pushed: undefined },
        { id: 'c', pushed: doc('one') },
      ]);
      expect(await counts(world.run())).toMatchObject({ seen: 3, added: 2, unchanged: 1, deleted: 0 });
      expect(await queue.depth(CONNECTOR)).toMatchObject({ batches: 0, events: 0 });
      expect(await world.run()).toMatchObject({
        status: 'SUCCESS',
        counts: { seen: 0, added: 0, deleted: 0 },
      });
      await world.push([
        { id: 'a', pushed: undefined },
        { id: 'c', pushed: doc('one') },
      ]);
      expect(await counts(world.run())).toMatchObject({ seen: 2, deleted: 1, unchanged: 1, missing: null });
      expect(world.found).toEqual(world.wanted);
    });

    test('waits on when its document was rejected, alone', async () => {
      await world.push([
        { id: 'a', pushed: doc('one') },
        { id: 'b', pushed: doc('one') },
      ]);
      const refusing: DeliveryFate = {
        end: 'is acknowledged',
        applied: 0,
        late: false,
        documents: ['refused', 'applied'],
      };
      world.index.fates = [refusing];
      expect(await world.run()).toMatchObject({ status: 'PARTIAL', counts: { added: 2, rejected: 1 } });
      expect(await queue.depth(CONNECTOR)).toMatchObject({ batches: 1, events: 1 });
      expect(await world.run()).toMatchObject({
        status: 'SUCCESS',
        counts: { seen: 1, added: 1, rejected: 0 },
      });
      expect(world.found).toEqual(world.wanted);
    });

    test('does not wait on when it was rejected and something newer came meanwhile', async () => {
      await world.push([{ id: 'a', pushed: doc('one') }]);
      world.index.fates = [{ end: 'is acknowledged', applied: 0, late: false, documents: ['refused'] }];
      // By another process, before the run commits.
      world.meanwhile = [{ id: 'a', pushed: doc('two') }];
      await world.run();
      expect(await queue.depth(CONNECTOR)).toMatchObject({ batches: 1, events: 1 });
      await world.run();
      expect(world.found).toEqual({ 'support:a': 'two' });
    });

    test('waits on while its document may not be published', async () => {
      await world.push([
        { id: 'a', pushed: doc('one') },
        { id: 'b', pushed: doc('one') },
      ]);
      await world.run();
      await world.push([{ id: 'a', pushed: doc('two', []) }]);
      expect(await world.run()).toMatchObject({ status: 'PARTIAL', counts: { quarantined: 1, deleted: 1 } });
      expect(world.found).toEqual({ 'support:b': 'one' });
      expect(await world.run()).toMatchObject({ status: 'PARTIAL', counts: { quarantined: 1, deleted: 0 } });
      await world.push([{ id: 'a', pushed: doc('three') }]);
      expect(await world.run()).toMatchObject({ status: 'SUCCESS', counts: { added: 1, quarantined: 0 } });
      expect(await queue.depth(CONNECTOR)).toMatchObject({ batches: 0, events: 0 });
    });

    test('stops at the push that was named, and knows one that is done from one that never was', async () => {
      for (const title of ['one', 'two', 'three']) await world.push([{ id: 'a', pushed: doc(title) }]);
      const [, second] = world.pushes;
      await world.run({ upTo: second });
      expect(world.found).toEqual({ 'support:a': 'two' });
      expect(await world.run({ upTo: second })).toMatchObject({ status: 'SUCCESS', counts: { seen: 0 } });
      const never = world.run({ upTo: 'never' });
      await expect(never).rejects.toMatchObject({ code: 'PUSH_RUN_UNKNOWN' });
      expect(await queue.depth(CONNECTOR)).toMatchObject({ batches: 1 });
    });

    test('is left alone by a run that does not send, and by what a run of the same id claimed before', async () => {
      await world.push([{ id: 'a', pushed: doc('one') }]);
      await world.push([{ id: 'b', pushed: doc('one') }]);
      const stored = async () => [await database.knex('push_batches'), await database.knex('push_events')];
      const before = await stored();
      expect(await counts(world.run({ sends: false }))).toMatchObject({ added: 2 });
      expect(await stored()).toEqual(before);
      expect(await queue.depth(CONNECTOR)).toMatchObject({ batches: 2 });
      world.index.fates = [{ end: 'is refused', applied: 0, late: false, documents: ['applied'] }];
      expect(await world.run()).toBeUndefined();
      await world.run({ upTo: world.pushes[0], sameId: true });
      expect(await queue.depth(CONNECTOR)).toMatchObject({ batches: 1, events: 1 });
    });

    test('is read though its push became visible after a later one was delivered', async () => {
      await world.push([{ id: 'a', pushed: doc('one') }]);
      await world.push([{ id: 'b', pushed: doc('one') }]);
      const [first = ''] = world.pushes;
      await database.knex('push_batches').where({ push_run_id: first }).update({ status: 'done' });
      await world.run();
      await database.knex('push_batches').where({ push_run_id: first }).update({ status: 'pending' });
      await world.run();
      expect(world.found).toEqual(world.wanted);
    });

    test('is handed out in pages of bounded size', async () => {
      const large = 'x'.repeat(1_500_000);
      const events = Array.from({ length: 2_500 }, (_, at) => ({
        docId: `support:${at}`,
        op: 'UPSERT' as const,
        document: at < 6 ? JSON.stringify({ content: large }) : '{}',
      }));
      await queue.enqueue(pushBatch({ events }));
      const pages: number[] = [];
      const selection = { connectorId: CONNECTOR, runId: 'R1', claim: false, upTo: undefined };
      for await (const page of state.pushed(selection)) pages.push(page.length);
      expect(pages).toEqual([3, 3, 1_000, 1_000, 494]);
    });
  });
}
