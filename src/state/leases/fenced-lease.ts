import type { AcquireFencedLease, FencedLease } from '../../database/fenced-lease.ts';
import { withStateErrors } from '../../database/with-state-errors.ts';
import type { StateDatabase } from '../state-database.ts';
import { hostIdentity } from './host-identity.ts';
import { acquireLease, LEASE_TIMING, type LeaseTiming } from './leases.ts';
import { requireFence } from './require-fence.ts';

/**
 * Leases on the definitions of the database's kind, for a holder that writes in transactions of its own.
 * @param timing for tests
 */
export function fencedLeases(
  database: StateDatabase,
  timing: LeaseTiming = LEASE_TIMING,
): AcquireFencedLease {
  const { kind } = database;
  const acquire = withStateErrors(database)((_, name: string, runId: string) =>
    acquireLease(database, { kind, name }, { runId, host: hostIdentity(), pid: process.pid }, timing),
  );
  return async (name, runId): Promise<FencedLease> => {
    const lease = await acquire(name, runId);
    const { fence, signal } = lease;
    return {
      signal,
      // Without a newer fence no other process writes, even if the lease has expired. A renewal here would need a second connection,
      // which SQLite does not have.
      requireFence: (transaction) =>
        requireFence(database, transaction, { kind, connector_id: name, fence, run_id: runId }),
      release: () => lease.release(),
    };
  };
}
