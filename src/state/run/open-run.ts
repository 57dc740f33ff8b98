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

/** Whether this run may still change: it is in progress, or published and waiting to be finished. */
export function isOpen(run: RunTable): boolean {
  return run.committed_at === null && (run.finished_at === null || run.manifest_name !== null);
}

/**
 * Reads a run that may still change. Its row is locked until the end of the transaction, so that no other process can give up the
 * run between the check and the write.
 * @throws BridgeError LEASE_LOST if another process gave the run up, or began it again under its id
 */
export async function requireOpenRun(
  { dialect, kind }: StateDatabase,
  transaction: Knex.Transaction,
  runId: string,
  fences: OwnFences,
): Promise<RunTable> {
  const runs = transaction('run_state').where({ kind, run_id: runId });
  const run = await (dialect.rowLocks ? runs.forShare() : runs).first();
  if (run === undefined || !isOpen(run) || isOfSuccessor(run, fences)) throw abandonedRunError(runId);
  return run;
}

/** The same for a run that is still in progress, as what it stages and publishes must be. */
export async function requireRunInProgress(
  database: StateDatabase,
  transaction: Knex.Transaction,
  runId: string,
  fences: OwnFences,
): Promise<RunTable> {
  const run = await requireOpenRun(database, transaction, runId, fences);
  if (run.finished_at !== null) throw abandonedRunError(runId);
  return run;
}
