import type { Knex } from 'knex';
import { STATE_LOADED_PER_DELETE } from '../../limits.ts';
import type { RunTable } from '../../tables.ts';

/**
 * A load writes the records of a connector's first run directly into `record_state`, in place of staging and copying them. They have a
 * scope of their own, which no checkpoint has, so no reader finds them; the commit gives this scope to the checkpoint. A load
 * without an open run is discarded.
 */

/** The scope of a load. Other scopes are positive, and -1 is `NO_SCOPE`. */
function scopeOfLoad({ id }: { readonly id: number }): number {
  return -1 - id;
}

/** Returns the scope of a run's load; undefined if the run loads nothing. */
export async function loadOf(knex: Knex, runId: string): Promise<number | undefined> {
  const load = await knex('record_loads').where({ run_id: runId }).first();
  return load && scopeOfLoad(load);
}

/** Returns the scope of a run's load, which begins if the run's scope is empty; undefined if there are records already. */
export async function loadOrBegin(transaction: Knex.Transaction, run: RunTable): Promise<number | undefined> {
  const begun = await loadOf(transaction, run.run_id);
  if (begun !== undefined) return begun;
  const checkpoint = await transaction('connector_checkpoints')
    .where({ kind: run.kind, connector_id: run.connector_id, target: run.target })
    .first('id');
  if (checkpoint === undefined || (await hasRecords(transaction, checkpoint.id))) return undefined;
  const [load] = await transaction('record_loads').insert({ run_id: run.run_id }).returning('id');
  return load && scopeOfLoad(load);
}

async function hasRecords(knex: Knex, scope: number): Promise<boolean> {
  return (await knex('record_state').where({ scope_id: scope }).first('doc_id')) !== undefined;
}

/** Part of a commit: the loaded records become those of the run's checkpoint. @returns the scope of the records from now on */
export async function adoptLoad(
  transaction: Knex.Transaction,
  scope: number,
  runId: string,
): Promise<number> {
  const load = await loadOf(transaction, runId);
  if (load === undefined) return scope;
  // Only the holder of the connector's lease changes its records, and it finishes or closes earlier runs first.
  if (await hasRecords(transaction, scope))
    throw new Error(`Run ${runId} loaded records for a scope that was empty, and now has records.`);
  await transaction('connector_checkpoints').where({ id: scope }).update({ id: load });
  return load;
}

/** Deletes a load and its records, in short transactions, unless this is part of one. */
export async function discardLoad(knex: Knex, scope: number | undefined): Promise<void> {
  if (scope === undefined) return;
  const records = (after: string) =>
    knex('record_state').where({ scope_id: scope }).andWhere('doc_id', '>', after);
  let after = '';
  for (;;) {
    // From where the last part ended: Postgres would read through the entries of what is already deleted.
    const last = await records(after).orderBy('doc_id').offset(STATE_LOADED_PER_DELETE).first('doc_id');
    if (last === undefined) break;
    await records(after).andWhere('doc_id', '<=', last.doc_id).delete();
    after = last.doc_id;
  }
  await records(after).delete();
  await knex('record_loads')
    .where({ id: -1 - scope })
    .delete();
}

/** Discards the loads of closed runs of a definition: of processes that were ended before they had discarded them. */
export async function discardClosedLoads(
  knex: Knex,
  named: Pick<RunTable, 'kind' | 'connector_id'>,
): Promise<void> {
  const closed = knex('run_state')
    .where(named)
    .whereNotNull('finished_at')
    .whereNull('manifest_name')
    .select('run_id');
  const loads = await knex('record_loads').whereIn('run_id', closed);
  for (const load of loads) await discardLoad(knex, scopeOfLoad(load));
}
