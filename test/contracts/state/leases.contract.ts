import { beforeEach, describe, expect, test } from '@jest/globals';
import type { State } from '../../../src/pipeline/ports/state-port.ts';
import { startSleeper } from '../../support/processes/sleeper.ts';
import { HOST, FAST, stateScene, type StateStore } from './state-scene.ts';

/** What every state promises of the lease of a connector. */
export function describeLeases(makeStore: () => Promise<StateStore>): void {
  describe('lease', () => {
    const scene = stateScene(makeStore);
    const { owner } = scene;
    let store: StateStore;
    let state: State;
    beforeEach(() => {
      ({ store, state } = scene.opened());
    });

    test('has one holder, whom a contender is told', async () => {
      const lease = await state.lease('hr', owner('R'));
      await expect(state.lease('hr', owner('S'))).rejects.toMatchObject({
        code: 'LEASE_HELD',
        message: expect.stringMatching(new RegExp(`run R, process ${process.pid} on host-1, since 2`)),
        hint: expect.any(String),
      });
      const other = await state.lease('kb', owner('S'));
      await lease.release();
      await lease.release();
      const next = await state.lease('hr', owner('S'));
      expect(next.fence).toBeGreaterThan(lease.fence);
      expect(lease.signal.aborted).toBe(false);
      // Not ours any more: nothing to free.
      await lease.release();
      await expect(state.lease('hr', owner('T'))).rejects.toMatchObject({ code: 'LEASE_HELD' });
      await next.release();
      await other.release();
    });

    test('is granted to exactly one of many simultaneous contenders, also the very first lease', async () => {
      // Making the row of a connector already puts its first contenders in order; later ones have only the fence.
      await (await state.lease('hr', owner('earlier'))).release();
      const others = await Promise.all([1, 2, 3].map(() => store.open()));
      const contenders = [state, ...others].flatMap((each) => [each, each]);
      for (const connectorId of ['hr', 'never seen']) {
        const answers = await Promise.allSettled(
          contenders.map((each, index) => each.lease(connectorId, owner(`R${index}`))),
        );
        const refused = answers.flatMap((answer) =>
          answer.status === 'rejected' ? [answer.reason as unknown] : [],
        );
        expect(refused).toHaveLength(contenders.length - 1);
        for (const reason of refused) expect(reason).toMatchObject({ code: 'LEASE_HELD' });
        for (const answer of answers) if (answer.status === 'fulfilled') await answer.value.release();
      }
      await Promise.all(others.map((other) => other.close()));
    });

    test('of a dead process of this host is taken over immediately', async () => {
      const sleeper = await startSleeper();
      await state.lease('hr', { runId: 'R', host: HOST, pid: sleeper.pid });
      await expect(state.lease('hr', owner('S'))).rejects.toMatchObject({ code: 'LEASE_HELD' });
      await sleeper.kill();
      const elsewhere = { ...owner('S'), host: 'host-2' };
      await expect(state.lease('hr', elsewhere)).rejects.toMatchObject({ code: 'LEASE_HELD' });
      const lease = await state.lease('hr', owner('S'));
      await lease.release();
    });

    test('of a silent holder on another host is taken over when it expires, and the holder learns of it when it wakes', async () => {
      // This holder renews too seldom, as a process does that was stopped and goes on.
      const sleepy = await store.open({ leaseTiming: { leaseMs: 100, heartbeatMs: 1_000 } });
      const late = await sleepy.lease('hr', owner('R'));
      const elsewhere = { ...owner('S'), host: 'host-2' };
      let lease;
      while (lease === undefined) lease = await state.lease('hr', elsewhere).catch(() => undefined);
      if (!late.signal.aborted) await new Promise((told) => (late.signal.onabort = told));
      expect(late.signal.reason).toMatchObject({
        code: 'LEASE_LOST',
        message: expect.stringContaining('another run took over'),
      });
      await late.release();
      await expect(state.lease('hr', owner('T'))).rejects.toMatchObject({ code: 'LEASE_HELD' });
      await lease.release();
      await sleepy.close();
    });

    test('that is renewed outlives its first term', async () => {
      const diligent = await store.open({ leaseTiming: FAST });
      const lease = await diligent.lease('hr', owner('R'));
      const until = Date.now() + 2 * FAST.leaseMs;
      while (Date.now() < until) await new Promise((done) => setTimeout(done, 50));
      await expect(state.lease('hr', { ...owner('S'), host: 'host-2' })).rejects.toMatchObject({
        code: 'LEASE_HELD',
      });
      expect(lease.signal.aborted).toBe(false);
      await lease.release();
      await diligent.close();
    });
  });
}
