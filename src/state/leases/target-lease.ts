import { setTimeout as sleep } from 'node:timers/promises';
import { BridgeError } from '../../core/errors.ts';
import { TURN_POLL_SECONDS, TURN_WAIT_SECONDS_MAX } from '../limits.ts';
import type { Turn } from '../../pipeline/ports/delivery-port.ts';
import type { HeldLeases } from '../../pipeline/held-leases.ts';
import type { LeaseOwner } from '../../pipeline/ports/state-port.ts';
import type { Database } from '../../database/database.ts';
import { acquireLease, type LeaseTiming } from './leases.ts';

/**
 * Waits for the right to deliver to a target: a lease like that on a connector, but of the kind `target`.
 * @param leases those that the run holds; the turn becomes one of them.
 * @throws BridgeError LEASE_HELD when the turn did not come in time, LEASE_LOST when one of the leases is lost; the reason of `signal` when aborted.
 */
export async function takeTurn(
  database: Database,
  target: string,
  owner: LeaseOwner,
  { leases, ...timing }: LeaseTiming & { readonly leases: HeldLeases },
  signal: AbortSignal,
): Promise<Turn> {
  const { turnWaitMs = TURN_WAIT_SECONDS_MAX * 1_000 } = timing;
  const pollMs = Math.min(TURN_POLL_SECONDS * 1_000, timing.heartbeatMs);
  for (let waitedMs = 0; ; waitedMs += pollMs) {
    signal.throwIfAborted();
    // Each time, because the connector's lease may be lost during the wait.
    await leases.requireNoneLost();
    try {
      return leases.hold(await acquireLease(database, { kind: 'target', name: target }, owner, timing));
    } catch (thrown) {
      if (!(thrown instanceof BridgeError) || thrown.code !== 'LEASE_HELD') throw thrown;
      if (waitedMs >= turnWaitMs) throw stillBusy(target, waitedMs, thrown);
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
