import type { Knex } from 'knex';

/** A lease of a process on one definition, whose holder writes in transactions of its own. */
export interface FencedLease {
  /** Aborted when another process took over, or when the database was unreachable for too long. */
  readonly signal: AbortSignal;
  /**
   * Verifies inside a transaction that no newer holder exists. On Postgres it keeps one out until the end of the transaction.
   * @throws BridgeError LEASE_LOST; the transaction then writes nothing
   */
  requireFence(transaction: Knex.Transaction): Promise<void>;
  /** Frees the definition. May be called twice. */
  release(): Promise<void>;
}

/**
 * Takes the lease on a definition for a run.
 * @throws BridgeError LEASE_HELD
 */
export type AcquireFencedLease = (name: string, runId: string) => Promise<FencedLease>;
