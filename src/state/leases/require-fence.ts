import type { Knex } from 'knex';
import { BridgeError } from '../../core/errors.ts';
import type { Database } from '../../database/database.ts';
import type { LeaseTable } from '../tables.ts';

/**
 * Verifies inside a transaction that no newer holder of a lease exists.
 * @throws BridgeError LEASE_LOST
 */
export async function requireFence(
  { dialect }: Pick<Database, 'dialect'>,
  transaction: Knex.Transaction,
  { kind, connector_id, fence, run_id }: Pick<LeaseTable, 'kind' | 'connector_id' | 'fence' | 'run_id'>,
): Promise<void> {
  const leases = transaction('connector_leases').where({ kind, connector_id });
  // On Postgres this lock keeps a new holder out until the end of the transaction, and allows the heartbeat of the current one.
  const newest = await (dialect.rowLocks ? leases.forKeyShare() : leases).first('fence');
  if (newest?.fence === fence) return;
  throw new BridgeError(
    'LEASE_LOST',
    `Another run of ${connector_id} took over from ${run_id ?? 'this run'}, so nothing was committed.`,
    { hint: `Check the newer run of this ${NOUNS[kind]}; this one needs no action.` },
  );
}

const NOUNS: Readonly<Record<LeaseTable['kind'], string>> = {
  connector: 'connector',
  knowledge_source: 'knowledge source',
  app: 'app',
  target: 'target',
};
