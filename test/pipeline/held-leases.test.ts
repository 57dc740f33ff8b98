import { describe, expect, test } from '@jest/globals';
import { HeldLeases, type GuardedLease } from '../../src/pipeline/held-leases.ts';

class Lease implements GuardedLease {
  fresh = true;
  asked = 0;
  released = false;
  whenAsked: () => void = () => (this.fresh = true);

  isFresh = () => this.fresh;

  requireHeld = () => {
    this.asked += 1;
    this.whenAsked();
    return Promise.resolve();
  };

  release = () => {
    this.released = true;
    return Promise.resolve();
  };
}

describe('the leases that a run holds', () => {
  test('let nothing be changed when there are none', async () => {
    const leases = new HeldLeases();
    await expect(leases.requireHeld()).rejects.toMatchObject({ code: 'INTERNAL' });
    await leases.requireNoneLost();
  });

  test('are not asked while all of them are fresh', async () => {
    const leases = new HeldLeases();
    const lease = new Lease();
    leases.hold(lease);
    await leases.requireHeld();
    expect(lease.asked).toBe(0);
  });

  test('are asked again when one of them ends during the wait for another', async () => {
    const leases = new HeldLeases();
    const [lease, turn] = [new Lease(), new Lease()];
    leases.hold(lease);
    leases.hold(turn);
    turn.fresh = false;
    turn.whenAsked = () => {
      turn.fresh = true;
      lease.fresh = false;
      turn.whenAsked = () => undefined;
    };
    await leases.requireHeld();
    expect([lease.asked, turn.asked]).toEqual([1, 1]);
  });

  test('refuse when one of them is lost', async () => {
    const leases = new HeldLeases();
    const [lease, turn] = [new Lease(), new Lease()];
    leases.hold(lease);
    leases.hold(turn);
    turn.fresh = false;
    turn.whenAsked = () => {
      throw new Error('lost');
    };
    await expect(leases.requireHeld()).rejects.toThrow('lost');
    await expect(leases.requireNoneLost()).rejects.toThrow('lost');
  });

  test('forget one that is released', async () => {
    const leases = new HeldLeases();
    const lease = new Lease();
    await leases.hold(lease).release();
    expect(lease.released).toBe(true);
    await expect(leases.requireHeld()).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});
