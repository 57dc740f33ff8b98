import type { Knex } from 'knex';
import type { StateDatabase } from '../state-database.ts';
import type { RunTable } from '../tables.ts';
import { abandonedRunError } from './abandoned-run-error.ts';

/** The fences of the leases that were taken through a state, by the name of their definition. */
export type OwnFences = ReadonlyMap<string, number>;

/**
 * Whether a run began under a newer lease than the one that was taken here. Another process has then used the id of a run again,
 * as orchestrators do, and what this process still writes must not become a part of the other run. The check of the lease before
 * a write is not enough: a process can be suspended, or its request delayed, after that check.
 */
export function isOfSuccessor(run: Pick<RunTable, 'connector_id' | 'fence'>, fences: OwnFences): boolean {
  const own = fences.get(run.connector_id);
  return own !== undefined && run.fence > own;
}

/**
 * Reads a run that has not ended. Its row is locked until the end of the transaction, so that no other process can give up the run
 * between the check and the write.
 * @throws BridgeError LEASE_LOST if another process gave the run up, or began it again under its id
 */
export async function requireOpenRun(
  { dialect, kind }: StateDatabase,
  transaction: Knex.Transaction,
  runId: string,
  fences: OwnFences,
): Promise<RunTable> {
  const run = transaction('run_state').where({ kind, run_id: runId, finished_at: null });
  const open = await (dialect.rowLocks ? run.forShare() : run).first();
  if (open === undefined || isOfSuccessor(open, fences)) throw abandonedRunError(runId);
  return open;
}
