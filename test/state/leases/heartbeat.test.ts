import { afterEach, describe, expect, test } from '@jest/globals';
import { startStopwatch } from '../../../src/core/time/stopwatch.ts';
import { keepAlive } from '../../../src/state/leases/heartbeat.ts';
import { ManualTime } from '../../support/pipeline/manual-time.ts';

const LEASE_MS = 120_000;
/** Longer than any test, so no beat happens on its own. */
const HEARTBEAT_MS = 10_000;

type Answer = () => Promise<boolean>;

const ours: Answer = () => Promise.resolve(true);
const taken: Answer = () => Promise.resolve(false);
const away: Answer = () => Promise.reject(new Error('connection refused'));

const started: { stop(): void }[] = [];

afterEach(() => {
  for (const heartbeat of started.splice(0)) heartbeat.stop();
});

function heartbeatOf(...answers: readonly Answer[]) {
  const time = new ManualTime();
  const left = [...answers];
  let renewals = 0;
  const heartbeat = keepAlive({
    leaseMs: LEASE_MS,
    heartbeatMs: HEARTBEAT_MS,
    age: startStopwatch(time.clock),
    clock: time.clock,
    renew: () => {
      renewals += 1;
      const answer = left.shift();
      if (answer === undefined) throw new Error('The lease was renewed more often than expected.');
      return answer();
    },
    lost: (why) => new Error(`lost: ${why}`),
  });
  started.push(heartbeat);
  return { time, heartbeat, renewals: () => renewals };
}

describe('a lease that is required', () => {
  test('asks no database while it is fresh', async () => {
    const { time, heartbeat, renewals } = heartbeatOf();
    time.pass(LEASE_MS - HEARTBEAT_MS - 1);
    expect(heartbeat.isFresh()).toBe(true);
    await heartbeat.requireHeld();
    expect(renewals()).toBe(0);
  });

  test('is renewed first when its end is near, and is fresh then', async () => {
    const { time, heartbeat, renewals } = heartbeatOf(ours);
    time.pass(LEASE_MS - HEARTBEAT_MS);
    expect(heartbeat.isFresh()).toBe(false);
    await heartbeat.requireHeld();
    await heartbeat.requireHeld();
    expect(renewals()).toBe(1);
  });

  test('is renewed first after a suspension that only the wall clock counts', async () => {
    const { time, heartbeat, renewals } = heartbeatOf(ours);
    time.stepWallClock(LEASE_MS + 7_000);
    await heartbeat.requireHeld();
    expect(renewals()).toBe(1);
  });

  test('is renewed first although the wall clock was set back', async () => {
    const { time, heartbeat, renewals } = heartbeatOf(ours);
    time.pass(LEASE_MS + 7_000);
    time.stepWallClock(-300_000);
    await heartbeat.requireHeld();
    expect(renewals()).toBe(1);
  });

  test('stays fresh when the wall clock is set back and no time has passed', async () => {
    const { time, heartbeat, renewals } = heartbeatOf();
    time.stepWallClock(-300_000);
    await heartbeat.requireHeld();
    expect(renewals()).toBe(0);
  });

  test('is lost when another run has taken it, and stays lost', async () => {
    const { time, heartbeat } = heartbeatOf(taken);
    time.stepWallClock(LEASE_MS + 7_000);
    await expect(heartbeat.requireHeld()).rejects.toThrow('lost: another run took over.');
    await expect(heartbeat.requireHeld()).rejects.toThrow('lost: another run took over.');
    expect(heartbeat.signal.aborted).toBe(true);
    expect(heartbeat.isFresh()).toBe(false);
  });

  test.each([
    ['before its end', LEASE_MS - 1, 'it could not be renewed before its end.'],
    ['after its end', LEASE_MS + 1, 'the state database could not be reached for 120 s.'],
  ])('is lost when the state cannot be asked shortly %s', async (_when, passedMs, why) => {
    const { time, heartbeat } = heartbeatOf(away, away);
    time.pass(passedMs);
    await expect(heartbeat.requireHeld()).rejects.toThrow(`lost: ${why}`);
  });

  test('is renewed once more when the renewal in progress is from before a suspension', async () => {
    let answer: (held: boolean) => void = () => undefined;
    const { time, heartbeat, renewals } = heartbeatOf(
      () => new Promise((resolve) => (answer = resolve)),
      ours,
    );
    time.pass(LEASE_MS - HEARTBEAT_MS);
    const required = heartbeat.requireHeld();
    time.stepWallClock(LEASE_MS);
    answer(true);
    await required;
    expect(renewals()).toBe(2);
  });

  test('is renewed once for many that ask at once', async () => {
    const { time, heartbeat, renewals } = heartbeatOf(ours);
    time.pass(LEASE_MS);
    await Promise.all(Array.from({ length: 8 }, () => heartbeat.requireHeld()));
    expect(renewals()).toBe(1);
  });
});
