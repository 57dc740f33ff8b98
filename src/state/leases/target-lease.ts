import { setTimeout as sleep } from 'node:timers/promises';
import { BridgeError } from '../../core/errors.ts';
import { TARGET_LEASE_POLL_SECONDS, TARGET_LEASE_WAIT_SECONDS_MAX } from '../limits.ts';
import type { TargetLease } from '../../pipeline/ports/delivery-port.ts';
import type { HeldLeases } from '../../pipeline/held-leases.ts';
import type { LeaseOwner } from '../../pipeline/ports/state-port.ts';
import type { Database } from '../../database/database.ts';
import { acquireLease, type LeaseTiming } from './leases.ts';

/**
 * Waits for the lease on a target, which gives the right to deliver to it. It works like the lease on a connector, with the kind
 * `target`.
 * @param leases the leases that the run holds; the target lease is added to them.
 * @throws BridgeError LEASE_HELD when the lease was not available in time, LEASE_LOST when one of the leases is lost; the reason
 *   of `signal` when aborted.
 */
export async function acquireTargetLease(
  database: Database,
  target: string,
  owner: LeaseOwner,
  { leases, ...timing }: LeaseTiming & { readonly leases: HeldLeases },
  signal: AbortSignal,
): Promise<TargetLease> {
  const { targetLeaseWaitMs = TARGET_LEASE_WAIT_SECONDS_MAX * 1_000 } = timing;
  const pollMs = Math.min(TARGET_LEASE_POLL_SECONDS * 1_000, timing.heartbeatMs);
  for (let waitedMs = 0; ; waitedMs += pollMs) {
    signal.throwIfAborted();
    // Checked in each round, because the connector's lease may be lost during the wait.
    await leases.requireNoneLost();
    try {
      return leases.hold(await acquireLease(database, { kind: 'target', name: target }, owner, timing));
    } catch (thrown) {
      if (!(thrown instanceof BridgeError) || thrown.code !== 'LEASE_HELD') throw thrown;
      if (waitedMs >= targetLeaseWaitMs) throw stillBusy(target, waitedMs, thrown);
    }
    await sleep(pollMs, undefined, { signal }).catch(() => undefined);
  }
}

function stillBusy(target: string, waitedMs: number, held: BridgeError): BridgeError {
  return new BridgeError(
    'LEASE_HELD',
    `${target} has been delivered to by others for ${Math.round(waitedMs / 1_000)} s. ${held.message}`,
    { hint: 'Run again later: what this run has published is kept, and delivered then.' },
  );
}
