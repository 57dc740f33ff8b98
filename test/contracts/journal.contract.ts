import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { DeliveryStep, RejectedDocument } from '../../src/pipeline/ports/delivery-port.ts';
import type { KnownRecord, RecordKind, State } from '../../src/pipeline/ports/state-port.ts';
import { startSleeper } from '../support/processes/sleeper.ts';
import type { StateStore } from './state/state-scene.ts';
import { runCounts } from '../support/pipeline/run-counts.ts';
import { batchesOf, checksumOf, type StagedChange } from '../support/pipeline/staged.ts';

const HOST = 'host-1 boot-1';
const OWNER = { host: HOST, pid: process.pid };
const MOMENT = new Date('2026-01-02T03:04:05.678Z');
const FAST = { leaseMs: 3_000, heartbeatMs: 5 };
const COUNTS = runCounts({ seen: 1, added: 1 });
const FINGERPRINT = /^[0-3][0-9a-f]{15}$/;

const upsert = (docId: string, version = '1'): StagedChange => ({
  op: 'upsert',
  docId,
  checksum: checksumOf(version),
  fingerprint: `0${version}${Buffer.from(docId).toString('hex').padEnd(14, '0')}`.slice(0, 16),
});
const gone = (op: 'delete' | 'soft_delete' | 'set_aside', docId: string): StagedChange => ({
  op,
  docId,
  checksum: '',
  fingerprint: '',
});
const step = (name: string, state: DeliveryStep['state'], changes: Partial<DeliveryStep> = {}) => ({
  name,
  state,
  operation: null,
  askedAt: MOMENT.toISOString(),
  detail: {},
  ...changes,
});
const said = (outcome: RejectedDocument['outcome'], ...docIds: string[]): RejectedDocument[] =>
  docIds.map((docId) => ({ docId, reason: 'too odd', outcome }));
const failure = (abandon: boolean) => ({
  error: { code: 'X', message: 'x' },
  finishedAt: MOMENT,
  abandon,
});

/** The promises of `State` about deliveries, kept by every engine. */
export function describeJournalContract(engine: string, makeStore: () => Promise<StateStore>): void {
  describe(`the journal in ${engine}`, () => {
    let store: StateStore;
    let state: State;

    beforeEach(async () => {
      store = await makeStore();
      state = await store.open();
    });
    afterEach(async () => {
      await state.close();
      await store.remove();
    });

    const never = new AbortController().signal;
    const journalOf = (runId: string, target = 'stores/1', of = state) => of.journal(runId, target, OWNER);

    /** A run that has begun, with its changes set aside, and is published. */
    async function publish(
      runId: string,
      records: readonly StagedChange[] = [],
      { connectorId = 'hr', target = 'stores/1', startedFrom = null as string | null } = {},
    ): Promise<void> {
      await state.position(connectorId, target);
      await state.beginRun({ runId, connectorId, target, startedAt: MOMENT });
      await state.stage(runId, batchesOf(records));
      await state.published(runId, {
        manifestName: `runs/${runId}/manifest.json`,
        counts: COUNTS,
        watermark: 'end',
        startedFrom,
        mappingVersion: 'mapping-1',
        columns: [],
        holdReason: null,
      });
    }

    async function commit(runId: string, connectorId = 'hr'): Promise<void> {
      const lease = await state.lease(connectorId, { ...OWNER, runId });
      await state.commit({
        runId,
        fence: lease.fence,
        status: 'SUCCESS',
        counts: COUNTS,
        finishedAt: MOMENT,
      });
      await lease.release();
    }

    async function run(runId: string, records: readonly StagedChange[], rejected: RejectedDocument[] = []) {
      await publish(runId, records);
      await journalOf(runId).reject(rejected);
      await commit(runId);
    }

    async function records(...docIds: string[]): Promise<Record<string, KnownRecord>> {
      const { scope } = await state.position('hr', 'stores/1');
      const found = await state.lookup(scope, docIds);
      return Object.fromEntries(found.map((record) => [record.docId, record]));
    }

    /** As a plan finds what is missing: by the fingerprints of all records. */
    async function found(kind: RecordKind = 'live'): Promise<string[]> {
      const { scope } = await state.position('hr', 'stores/1');
      const docIds: string[] = [];
      for await (const chunk of state.fingerprints(scope, kind)) {
        for await (const ids of state.idsOf(scope, chunk, kind)) docIds.push(...ids);
      }
      return docIds.sort();
    }

    const doubtful = (docId: string) => ({
      docId,
      checksum: '',
      fingerprint: expect.stringMatching(FINGERPRINT),
      kind: 'live',
    });
    /** A document whose last change was a delete. */
    const doubtfullyDeleted = (docId: string) => ({ ...doubtful(docId), kind: 'soft-deleted' });

    describe('steps', () => {
      test('are kept in the order of their first save, replaced by name, and outlive their process', async () => {
        await publish('R');
        const journal = journalOf('R');
        expect(await journal.steps()).toEqual([]);
        const detail = { file: 'a', rows: 3, whole: true, error: null };
        await journal.save(step('import-2', 'asked', { detail }));
        await journal.save(step('import-1', 'asked'));
        await journal.save(step('import-2', 'running', { operation: 'operations/7', detail }));
        const expected = [
          step('import-2', 'running', { operation: 'operations/7', detail }),
          step('import-1', 'asked'),
        ];
        const other = await store.open();
        expect(await journalOf('R', 'stores/1', other).steps()).toEqual(expected);
        await other.close();
        await publish('S', [], { connectorId: 'kb' });
        expect(await journalOf('S').steps()).toEqual([]);
      });

      test('are not added to a run that was given up or committed', async () => {
        const lost = { code: 'LEASE_LOST' };
        await publish('given up');
        await state.failRun('given up', failure(true));
        await expect(journalOf('given up').save(step('a', 'asked'))).rejects.toMatchObject(lost);
        await run('committed', []);
        await expect(journalOf('committed').save(step('a', 'asked'))).rejects.toMatchObject(lost);
        await expect(journalOf('unheard of').save(step('a', 'asked'))).rejects.toMatchObject(lost);
        await publish('waiting');
        await state.failRun('waiting', failure(false));
        await journalOf('waiting').save(step('a', 'asked'));
        expect(await journalOf('waiting').steps()).toEqual([step('a', 'asked')]);
      });

      test('of other runs into the target are shown while they are open, and no others', async () => {
        await publish('R');
        for (const open of ['asked', 'running', 'done', 'refused'] as const)
          await journalOf('R').save(step(open, open));
        await state.failRun('R', failure(true));
        await publish('elsewhere', [], { target: 'stores/2' });
        await journalOf('elsewhere', 'stores/2').save(step('a', 'asked'));
        await publish('K', [], { connectorId: 'kb' });
        await journalOf('K').save(step('own', 'asked'));

        const open = await journalOf('K').openSteps();
        expect(open).toEqual([
          { id: expect.any(Number), ...step('asked', 'asked') },
          { id: expect.any(Number), ...step('running', 'running') },
        ]);
        await journalOf('K').settle(open[0]!.id);
        expect((await journalOf('K').openSteps()).map(({ name }) => name)).toEqual(['running']);
        expect(await journalOf('elsewhere', 'stores/2').openSteps()).toEqual([]);
      });

      test.each(['asked', 'running'] as const)(
        'keep the id of a given-up run from being used again while one is %s, and go when it is',
        async (open) => {
          await publish('R');
          for (const state of [open, 'done', 'refused'] as const)
            await journalOf('R').save(step(state, state));
          await journalOf('R').reject(said('refused', 'a'));
          await state.failRun('R', failure(true));
          const given = await state.findRun('R');
          await expect(publish('R')).rejects.toMatchObject({
            code: 'RUN_ID_TAKEN',
            message: expect.stringContaining(`its ${open} may still read the artifacts`),
          });
          expect(await state.findRun('R')).toEqual(given);
          expect(await journalOf('R').steps()).toHaveLength(3);

          const [left] = await journalOf('S').openSteps();
          await journalOf('S').settle(left!.id);
          await publish('R');
          expect(await journalOf('R').steps()).toEqual([]);
          expect(await journalOf('R').rejected()).toBe(0);
        },
      );

      test('of a run that may still be finished are not settled by another one', async () => {
        await publish('R');
        await journalOf('R').save(step('a', 'running'));
        await state.failRun('R', failure(false));
        const [open] = await journalOf('S').openSteps();
        await journalOf('S').settle(open!.id);
        expect(await journalOf('R').steps()).toEqual([step('a', 'running')]);
      });
    });

    test('notes are kept for each target, the newest of each name', async () => {
      expect(await journalOf('R').note('schema')).toBeUndefined();
      await journalOf('R').remember('schema', 'old');
      await journalOf('R').remember('schema', 'new');
      await journalOf('R').remember('other', 'x');
      await journalOf('R', 'stores/2').remember('schema', 'else');
      const note = await journalOf('S').note('schema');
      expect(note).toEqual({ value: 'new', at: expect.stringMatching(/^2\d{3}-\d\d-\d\dT.*Z$/) });
      expect(await journalOf('S', 'stores/2').note('schema')).toMatchObject({ value: 'else' });
      const isRecent = [
        await journalOf('S').isRecent('schema', 1),
        await journalOf('S').isRecent('schema', -1),
      ];
      expect([...isRecent, await journalOf('S').isRecent('absent', 1)]).toEqual([true, false, false]);
    });

    describe('rejected documents', () => {
      test('are counted once, thousands at a time, and twice in one call, too', async () => {
        await publish('R');
        const journal = journalOf('R');
        const many = Array.from({ length: 4_500 }, (_, at) => `hr:${at}`);
        await journal.reject(said('refused', ...many));
        await journal.reject([...said('unknown', 'hr:7', 'hr:7', 'new'), ...said('refused', 'new')]);
        await journal.reject([]);
        expect(await journal.rejected()).toBe(4_501);
        expect(await journalOf('S').rejected()).toBe(0);
      });

      test('that were refused keep the record that they had, and new ones get none', async () => {
        await run('R1', [upsert('changed'), upsert('deleted'), upsert('same')]);
        const before = await records('changed', 'deleted', 'same');
        await run(
          'R2',
          [upsert('changed', '2'), gone('delete', 'deleted'), upsert('new', '2')],
          said('refused', 'changed', 'deleted', 'new'),
        );
        expect(await records('changed', 'deleted', 'same', 'new')).toEqual(before);
      });

      test('of unknown outcome become records that equal nothing, and are found when they are missing', async () => {
        const sent = ['changed', 'marked', 'new'];
        const deletes = ['deleted', 'extra', 'marked and deleted'];
        const all = [...sent, ...deletes];
        const first = ['changed', 'deleted', 'marked', 'marked and deleted', 'same'];
        await run(
          'R1',
          first.map((docId) => upsert(docId)),
        );
        await run('R2', [gone('soft_delete', 'marked'), gone('soft_delete', 'marked and deleted')]);
        await run(
          'R3',
          [
            ...sent.map((docId) => upsert(docId, '2')),
            ...deletes.map((docId) => gone('delete', docId)),
            upsert('same', '2'),
          ],
          said('unknown', ...all),
        );
        const after = await records(...all);
        expect(after).toEqual(
          Object.fromEntries([
            ...sent.map((docId) => [docId, doubtful(docId)]),
            ...deletes.map((docId) => [docId, doubtfullyDeleted(docId)]),
          ]),
        );
        expect(new Set(all.map((docId) => after[docId]?.fingerprint)).size).toBe(all.length);
        expect(await found()).toEqual([...sent, 'same'].sort());
        expect(await found('soft-deleted')).toEqual(deletes);
        await run('R4', [upsert('changed', '2'), gone('delete', 'deleted'), upsert('extra')]);
        expect(await records('changed', 'deleted', 'extra')).toEqual({
          changed: expect.objectContaining({ checksum: checksumOf('2') }),
          extra: expect.objectContaining({ checksum: checksumOf('1'), kind: 'live' }),
        });
      });

      test('that their rows withdrew stay withdrawn until a delete or an upsert is acknowledged', async () => {
        const ids = ['kept', 'refused', 'sent', 'unknown'];
        await run(
          'R1',
          [...ids, 'accepted'].map((docId) => upsert(docId)),
        );
        const before = await records('refused');
        const withdraw = (docId: string) => [gone('set_aside', docId), gone('delete', docId)];
        await run('R2', [...ids, 'accepted', 'marked'].flatMap(withdraw), [
          ...said('unknown', 'kept', 'sent', 'unknown'),
          ...said('refused', 'refused'),
        ]);
        expect(await records(...ids, 'accepted', 'marked')).toEqual({
          kept: { ...doubtful('kept'), kind: 'withdrawn' },
          refused: { ...before['refused'], kind: 'withdrawn' },
          sent: { ...doubtful('sent'), kind: 'withdrawn' },
          unknown: { ...doubtful('unknown'), kind: 'withdrawn' },
        });
        expect(await found('withdrawn')).toEqual(ids);
        expect([await found(), await found('soft-deleted')]).toEqual([[], []]);
        // By listings that do not name the rows, or in which one has readers again.
        await run(
          'R3',
          [gone('delete', 'kept'), gone('delete', 'refused'), upsert('sent'), gone('delete', 'unknown')],
          [...said('unknown', 'sent', 'unknown'), ...said('refused', 'kept')],
        );
        expect(await found('withdrawn')).toEqual(['kept', 'sent', 'unknown']);
        await publish('R4', [gone('delete', 'kept'), upsert('sent'), gone('delete', 'unknown')]);
        await journalOf('R4').save(step('a', 'running'));
        await state.failRun('R4', failure(true));
        expect(await found('withdrawn')).toEqual(['kept', 'sent', 'unknown']);
        await run('R5', [gone('delete', 'kept'), upsert('sent'), gone('delete', 'unknown')]);
        expect(await found('withdrawn')).toEqual([]);
        expect(await found()).toEqual(['sent']);
      });

      test('stay unknown when another request is refused, in either order', async () => {
        await run('R1', [upsert('a'), upsert('b'), upsert('c')]);
        await publish('R2', [upsert('a', '2'), upsert('b', '2'), upsert('c', '2')]);
        await journalOf('R2').reject([...said('unknown', 'a'), ...said('refused', 'b', 'c')]);
        await journalOf('R2').reject([...said('refused', 'a'), ...said('unknown', 'b')]);
        await commit('R2');
        expect(await records('a', 'b', 'c')).toEqual({
          a: doubtful('a'),
          b: doubtful('b'),
          c: expect.objectContaining({ checksum: checksumOf('1') }),
        });
      });

      test('of earlier runs are forgotten at the next commit, but not those of others', async () => {
        await run('R1', [upsert('a')], said('refused', 'a'));
        await publish('K1', [], { connectorId: 'kb' });
        await journalOf('K1').reject(said('refused', 'b'));
        await publish('T1', [], { target: 'stores/2' });
        await journalOf('T1', 'stores/2').reject(said('refused', 'c'));
        expect(await journalOf('R1').rejected()).toBe(1);
        await run('R2', [upsert('a')], said('refused', 'a'));
        const counts = ['R1', 'R2', 'K1', 'T1'].map((runId) => journalOf(runId).rejected());
        expect(await Promise.all(counts)).toEqual([0, 1, 1, 1]);
      });
    });

    describe('a run that is given up', () => {
      const changes = [
        upsert('changed', '2'),
        upsert('new'),
        gone('delete', 'deleted'),
        gone('delete', 'extra'),
        gone('soft_delete', 'marked'),
        { ...upsert('touched', '2'), op: 'refresh' } as const,
      ];
      const live = ['changed', 'marked', 'new', 'same', 'touched'];
      const all = [...live, 'deleted', 'extra'];
      const before = ['changed', 'deleted', 'marked', 'same', 'touched'];

      async function giveUp(...steps: DeliveryStep[]) {
        await run(
          'R1',
          before.map((docId) => upsert(docId)),
        );
        const untouched = await records(...all);
        await publish('R2', changes, { startedFrom: 'start' });
        for (const each of steps) await journalOf('R2').save(each);
        await state.failRun('R2', failure(true));
        return untouched;
      }

      test.each(['asked', 'running', 'done'] as const)(
        'with a step that is %s marks all that it may have sent as unknown, and leaves its checkpoint unchanged',
        async (open) => {
          const untouched = await giveUp(step('a', 'refused'), step('b', open));
          expect(await records(...all)).toEqual({
            ...untouched,
            changed: doubtful('changed'),
            new: doubtful('new'),
            deleted: doubtfullyDeleted('deleted'),
            extra: doubtfullyDeleted('extra'),
          });
          expect(await found()).toEqual(live);
          expect(await found('soft-deleted')).toEqual(['deleted', 'extra']);
          expect((await state.position('hr', 'stores/1')).checkpoint).toBe('start');
          // Once more, as by a process that learns late that it was given up.
          await state.failRun('R2', failure(true));
          expect(await found()).toEqual(live);
        },
      );

      test('keeps what its rows withdrew in mind, unless it was not published', async () => {
        await run('R1', [upsert('a'), upsert('b')]);
        const withdrawn = [gone('set_aside', 'a'), gone('delete', 'a')];
        await state.beginRun({ runId: 'R2', connectorId: 'hr', target: 'stores/1', startedAt: MOMENT });
        await state.stage('R2', batchesOf(withdrawn));
        await state.failRun('R2', failure(true));
        expect(await found()).toEqual(['a', 'b']);
        await publish('R3', withdrawn);
        await state.failRun('R3', failure(true));
        expect([await found(), await found('withdrawn')]).toEqual([['b'], ['a']]);
      });

      test.each([
        ['without a step', []],
        ['with refused steps only', [step('a', 'refused')]],
      ])('%s leaves everything as it was', async (_, steps) => {
        expect(await giveUp(...steps)).toEqual(await records(...all));
        expect(await found()).toEqual(before);
        expect((await state.position('hr', 'stores/1')).checkpoint).toBe('end');
      });

      test('with an id staged twice can still be abandoned', async () => {
        await run('R1', [upsert('z')]);
        await publish('R', [upsert('a'), upsert('a', '2'), gone('delete', 'a')]);
        await journalOf('R').save(step('a', 'asked'));
        await state.failRun('R', failure(true));
        expect(await records('a')).toEqual({ a: doubtful('a') });
      });
    });

    test('a run whose requests were not sent is closed as DRY_RUN, and the state is as it was', async () => {
      await run('R1', [upsert('a')]);
      const position = await state.position('hr', 'stores/1');
      const before = await records('a', 'b');
      await state.beginRun({ runId: 'R2', connectorId: 'hr', target: 'stores/1', startedAt: MOMENT });
      await state.stage('R2', batchesOf([upsert('a', '2'), upsert('b')]));
      await state.closeUnsent('R2', { counts: { ...COUNTS, seen: 9 }, finishedAt: MOMENT });
      expect(await state.findRun('R2')).toMatchObject({
        status: 'DRY_RUN',
        counts: { seen: 9 },
        finishedAt: MOMENT.toISOString(),
        committedAt: null,
        manifestName: null,
      });
      expect(await state.unfinishedRuns('hr')).toEqual([]);
      expect(await state.lastCommitted('hr')).toMatchObject({ runId: 'R1' });
      expect(await state.position('hr', 'stores/1')).toEqual(position);
      expect(await records('a', 'b')).toEqual(before);
      await expect(state.stage('R2', batchesOf([upsert('c')]))).rejects.toMatchObject({ code: 'LEASE_LOST' });
      const again = state.closeUnsent('R2', { counts: COUNTS, finishedAt: MOMENT });
      await expect(again).rejects.toMatchObject({ code: 'LEASE_LOST' });
      // Its id is free, and nothing of what it set aside is left.
      await run('R2', [upsert('c')]);
      expect(Object.keys(await records('a', 'b', 'c')).sort()).toEqual(['a', 'c']);
    });

    test('a document that is refused though the state has it just so is in doubt, and another one keeps its record', async () => {
      await run('R1', [upsert('a'), upsert('b'), upsert('c')]);
      const before = await records('b', 'c');
      await publish('R2', [upsert('a'), upsert('b', '2'), upsert('c')]);
      const refused = ['a', 'b'].map((docId) => ({ docId, reason: 'odd', outcome: 'refused' as const }));
      await journalOf('R2').reject(refused);
      await commit('R2');
      expect(await records('a', 'b')).toEqual({ a: doubtful('a'), b: before['b'] });
      expect((await state.rejections('R2', 9)).map(({ outcome }) => outcome)).toEqual(['unknown', 'refused']);
    });

    describe('the others into a target', () => {
      test('are those with documents there, or with a run under way', async () => {
        const others = () => state.othersInto('stores/1', 'hr');
        await run('R1', [upsert('a')]);
        await publish('E1', [upsert('e')], { connectorId: 'elsewhere', target: 'stores/2' });
        await state.position('never-ran', 'stores/1');
        expect(await others()).toEqual([]);
        await publish('Z1', [upsert('z')], { connectorId: 'zoo' });
        await publish('K1', [upsert('k')], { connectorId: 'kb' });
        expect(await others()).toEqual(['kb', 'zoo']);
        await state.failRun('Z1', failure(false));
        await commit('K1', 'kb');
        expect(await others()).toEqual(['kb', 'zoo']);
        await state.failRun('Z1', failure(true));
        expect(await others()).toEqual(['kb']);
        expect(await state.othersInto('stores/1', 'kb')).toEqual(['hr']);
      });

      test('are those that run, but not those whose process died before it published', async () => {
        await state.position('zoo', 'stores/1');
        await state.beginRun({ runId: 'Z1', connectorId: 'zoo', target: 'stores/1', startedAt: MOMENT });
        expect(await state.othersInto('stores/1', 'hr')).toEqual([]);
        const lease = await state.lease('zoo', { runId: 'Z1', host: 'here', pid: process.pid });
        expect(await state.othersInto('stores/1', 'hr')).toEqual(['zoo']);
        await lease.release();
        expect(await state.othersInto('stores/1', 'hr')).toEqual([]);
      });

      test('are also those that have begun a first run and not yet asked for their position', async () => {
        const others = () => journalOf('R1').othersInto('stores/1', 'hr');
        await run('R1', [upsert('a')]);
        await state.lease('new', { runId: 'N1', host: 'here', pid: process.pid });
        await state.beginRun({ runId: 'N1', connectorId: 'new', target: 'stores/1', startedAt: MOMENT });
        await state.beginRun({
          runId: 'E1',
          connectorId: 'elsewhere',
          target: 'stores/2',
          startedAt: MOMENT,
        });
        expect(await others()).toEqual(['new']);
        await state.failRun('N1', failure(true));
        expect(await others()).toEqual([]);
      });
    });

    describe('a target lease', () => {
      test('belongs to one run at a time for each target, and the others get it one after the other', async () => {
        const patient = await store.open({ leaseTiming: FAST });
        const first = await journalOf('R').targetLease(never);
        const elsewhere = await journalOf('S', 'stores/2').targetLease(never);
        const order: string[] = [];
        let holders = 0;
        const wait = async (runId: string) => {
          const held = await journalOf(runId, 'stores/1', patient).targetLease(never);
          order.push(runId);
          holders += 1;
          expect(holders).toBe(1);
          await patient.findRun('any');
          holders -= 1;
          await held.release();
        };
        const waiting = Promise.all([wait('S'), wait('T'), wait('U')]);
        await new Promise((polled) => setTimeout(polled, 5 * FAST.heartbeatMs));
        expect(order).toEqual([]);
        expect(first.signal.aborted).toBe(false);
        await first.release();
        await waiting;
        expect(order.sort()).toEqual(['S', 'T', 'U']);
        await elsewhere.release();
        await patient.close();
      });

      test('is no longer waited for when the run is stopped', async () => {
        const held = await journalOf('R').targetLease(never);
        const stop = new AbortController();
        const waiting = journalOf('S').targetLease(stop.signal);
        const reason = new Error('stopped');
        stop.abort(reason);
        await expect(waiting).rejects.toBe(reason);
        await held.release();
        await (await journalOf('T').targetLease(never)).release();
      });

      test('of a dead process is taken over immediately', async () => {
        const sleeper = await startSleeper();
        await state.journal('R', 'stores/1', { host: HOST, pid: sleeper.pid }).targetLease(never);
        await sleeper.kill();
        const held = await journalOf('S').targetLease(never);
        expect(held.signal.aborted).toBe(false);
        await held.release();
      });

      test('is given up with the name of its holder when it does not come', async () => {
        const held = await journalOf('R').targetLease(never);
        const hasty = await store.open({ leaseTiming: { ...FAST, targetLeaseWaitMs: 3 * FAST.heartbeatMs } });
        await expect(journalOf('S', 'stores/1', hasty).targetLease(never)).rejects.toMatchObject({
          code: 'LEASE_HELD',
          message: expect.stringMatching(/^stores\/1 has been delivered to by others .* run R, process/),
          hint: expect.stringContaining('is kept, and delivered then'),
        });
        await hasty.close();
        await held.release();
      });

      test('is granted to no run in a state that is opened read-only', async () => {
        await state.position('hr', 'stores/1');
        const reader = await store.open({ readOnly: true });
        await expect(journalOf('R', 'stores/1', reader).targetLease(never)).rejects.toThrow('asked to write');
        await reader.close();
      });
    });
  });
}
