import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startStopwatch } from '../../src/core/time/stopwatch.ts';
import { HeldLeases } from '../../src/pipeline/held-leases.ts';
import type { Lease, State } from '../../src/pipeline/ports/state-port.ts';
import { ManualTime } from '../support/pipeline/manual-time.ts';
import type { StateStore } from './state/state-scene.ts';
import { runCounts } from '../support/pipeline/run-counts.ts';

const TARGET = 'store-1';
/** By the database, a lease is over almost at once; by the clock of its holder, only when the test says so. */
const LEASE_MS = 100;
/** Longer than any test, so no holder renews on its own. */
const HEARTBEAT_MS = 600_000;
const OWNER = { host: 'host-1 boot-1', pid: process.pid };
const ELSEWHERE = { host: 'host-2 boot-1', pid: process.pid };
const COUNTS = runCounts({ seen: 1, added: 1 });
const PUBLICATION = {
  manifestName: 'm',
  counts: COUNTS,
  watermark: null,
  startedFrom: null,
  mappingVersion: '1',
  columns: [],
  holdReason: null,
};
const STEP = { name: 'import-1', state: 'asked', operation: null, askedAt: '', detail: {} } as const;

/** What every state store must do for runs that are suspended, or whose clocks are wrong. */
export function describeLeaseContract(name: string, open: () => Promise<StateStore>): void {
  describe(`the leases of ${name}`, () => {
    let store: StateStore;
    let time: ManualTime;
    let leases: HeldLeases;
    let state: State;
    let other: State;

    beforeEach(async () => {
      store = await open();
      time = new ManualTime();
      leases = new HeldLeases();
      const leaseTiming = { leaseMs: LEASE_MS, heartbeatMs: HEARTBEAT_MS, clock: time.clock };
      state = await store.open({ leases, leaseTiming });
      other = await store.open();
    });

    afterEach(async () => {
      await state.close();
      await other.close();
      await store.remove();
    });

    const begin = async () => {
      const lease = await state.lease('hr', { ...OWNER, runId: 'R' });
      await state.position('hr', TARGET);
      await state.beginRun({ runId: 'R', connectorId: 'hr', target: TARGET, startedAt: new Date() });
      return lease;
    };
    /** As soon as the database lets it. */
    const takenOver = async (connectorId: string): Promise<Lease> => {
      const limit = startStopwatch({ now: () => new Date(), elapsedMs: () => performance.now() });
      for (;;) {
        try {
          return await other.lease(connectorId, { ...ELSEWHERE, runId: 'S' });
        } catch (thrown) {
          if (limit() > 60_000) throw thrown;
        }
      }
    };

    test.each([
      ['300 s ahead', 300_000],
      ['300 s slow', -300_000],
    ])('are held by a run whose wall clock is %s', async (_what, stepMs) => {
      time.stepWallClock(stepMs);
      const lease = await begin();
      await leases.requireHeld();
      await state.published('R', PUBLICATION);
      await state.commit({
        runId: 'R',
        fence: lease.fence,
        status: 'SUCCESS',
        counts: COUNTS,
        finishedAt: new Date(),
      });
      expect((await state.findRun('R'))?.status).toBe('SUCCESS');
      await lease.release();
    });

    test.each<[string, (at: ManualTime) => void]>([
      [
        'that only the wall clock counts',
        (at) => {
          at.stepWallClock(127_000);
        },
      ],
      [
        'after which the wall clock is set back',
        (at) => {
          at.pass(127_000);
          at.stepWallClock(-300_000);
        },
      ],
    ])('are renewed after a suspension %s when no other run came', async (_what, suspend) => {
      const lease = await begin();
      suspend(time);
      expect(lease.isFresh()).toBe(false);
      await leases.requireHeld();
      expect(lease.isFresh()).toBe(true);
      await state.stage('R', []);
      await lease.release();
    });

    test('write how many rows the run has read when they are renewed, and not once another run came', async () => {
      let rows: number | undefined;
      const lease = await state.lease('hr', { ...OWNER, runId: 'R' }, () => rows);
      await state.position('hr', TARGET);
      await state.beginRun({ runId: 'R', connectorId: 'hr', target: TARGET, startedAt: new Date() });
      time.stepWallClock(127_000);
      await leases.requireHeld();
      rows = 14_000;
      time.stepWallClock(127_000);
      await leases.requireHeld();
      time.stepWallClock(127_000);
      const taken = await takenOver('hr');
      rows = 20_000;
      await expect(leases.requireHeld()).rejects.toMatchObject({ code: 'LEASE_LOST' });
      // Waits for writes in progress.
      await lease.release();
      const { progress } = (await other.findRun('R')) ?? {};
      expect(progress).toEqual({ rows: 14_000, at: expect.stringMatching(/^20\d\d-.+T.+Z$/) });
      await taken.release();
    });

    test('are lost after a suspension in which another run came, and nothing more is written', async () => {
      const lease = await begin();
      const journal = state.journal('R', TARGET, OWNER);
      time.stepWallClock(127_000);
      const taken = await takenOver('hr');
      const lost = expect.objectContaining({ code: 'LEASE_LOST' });
      const at = new Date();
      const failure = { error: { code: 'INTERNAL', message: '' }, finishedAt: at, abandon: true };
      const writes: readonly (() => Promise<unknown>)[] = [
        () => leases.requireHeld(),
        () => state.beginRun({ runId: 'R', connectorId: 'hr', target: TARGET, startedAt: at }),
        () => state.enterPhase('R', 'publish', at),
        () => state.stage('R', []),
        () => state.published('R', PUBLICATION),
        () => state.failRun('R', failure),
        () => state.closeUnsent('R', { counts: COUNTS, finishedAt: at }),
        () =>
          state.commit({ runId: 'R', fence: lease.fence, status: 'SUCCESS', counts: COUNTS, finishedAt: at }),
        async () => {
          const selection = { connectorId: 'hr', runId: 'R', claim: true, upTo: undefined };
          for await (const page of state.pushed(selection)) expect(page).toEqual([]);
        },
        () => journal.targetLease(new AbortController().signal),
        () => journal.save(STEP),
        () => journal.settle(1),
        () => journal.reject([{ docId: 'a', reason: '', outcome: 'refused' }]),
        () => journal.remember('purge-refused', ''),
      ];
      for (const write of writes) expect(await write().catch((thrown: unknown) => thrown)).toEqual(lost);
      expect(await state.findRun('R')).toMatchObject({ status: 'RUNNING', phase: 'extract' });
      // What remains to the run that lost its lease is to let go, which changes nothing.
      await lease.release();
      await expect(other.lease('hr', { ...OWNER, runId: 'T' })).rejects.toMatchObject({ code: 'LEASE_HELD' });
      await taken.release();
    });

    test('include the target lease: a run that lost only that lease sends and writes nothing more', async () => {
      const lease = await begin();
      const held = await state.journal('R', TARGET, OWNER).targetLease(new AbortController().signal);
      await leases.requireHeld();
      time.stepWallClock(127_000);
      const taken = await other.journal('S', TARGET, ELSEWHERE).targetLease(new AbortController().signal);
      await expect(leases.requireHeld()).rejects.toMatchObject({ code: 'LEASE_LOST' });
      await expect(state.journal('R', TARGET, OWNER).save(STEP)).rejects.toMatchObject({
        code: 'LEASE_LOST',
      });
      await held.release();
      // The connector is still this run's.
      await leases.requireHeld();
      await taken.release();
      await lease.release();
    });
  });
}
