import type { Knex } from 'knex';
import type { State } from '../../pipeline/ports/state-port.ts';
import { recordQueries } from './engine-queries.ts';
import type { StateDatabase } from '../state-database.ts';
import { acknowledgePushes } from '../push/acknowledgement.ts';
import { isUniqueViolation, refuseStagedDuplicates } from './records/duplicates.ts';
import { adoptLoad } from './records/loads.ts';
import { scopeOf } from './records/records.ts';
import {
  countRejected,
  doubtRefusedUnchangedDocuments,
  deleteEarlierRejections,
  doubtRejected,
  markWithdrawn,
  unloadRejected,
  unstageRejected,
} from './rejections.ts';
import { requireFence } from '../leases/require-fence.ts';
import { abandonedRunError } from './abandoned-run-error.ts';
import { isOpen } from './open-run.ts';
import type { RunTable } from '../tables.ts';

/** From this number of changes on, 0.2 s for statistics are well spent. */
const MANY_CHANGES = 10_000;

type Commit = Parameters<State['commit']>[0];

/**
 * Makes a run's changes the current state, in one transaction.
 * @throws BridgeError LEASE_LOST (an older fence, or the run was given up) or DUPLICATE_ID; nothing is written then.
 */
export async function commit(database: StateDatabase, order: Commit): Promise<void> {
  if (await stagedMany(database.knex, order.runId))
    await recordQueries(database.dialect).gatherStatistics(database.knex);
  try {
    await database.knex.transaction(async (transaction) => {
      const run = await transaction('run_state').where({ kind: database.kind, run_id: order.runId }).first();
      if (run !== undefined && run.committed_at !== null) return;
      if (run === undefined || !isOpen(run)) throw abandonedRunError(order.runId);
      await requireFence(database, transaction, { ...run, fence: order.fence });
      const checkpoint = await scopeOf(transaction, run);
      const scope = await adoptLoad(transaction, checkpoint, order.runId);
      const complete = (await countRejected(transaction, order.runId)) === 0;
      await acknowledgePushes(transaction, run);
      if (!complete) {
        await doubtRefusedUnchangedDocuments(transaction, scope, order.runId);
        await markWithdrawn(transaction, scope, order.runId, 'rejected');
        await unstageRejected(transaction, scope, order.runId);
        if (scope !== checkpoint) await unloadRejected(transaction, scope, order.runId);
      }
      await applyStaged(transaction, scope, order.runId);
      await doubtRejected(database.dialect, transaction, scope, order.runId);
      if (order.keepsRejections !== true) await deleteEarlierRejections(transaction, run);
      await moveCheckpoint(transaction, scope, run, order.finishedAt, complete);
      await closeRun(transaction, order);
      await transaction('staged_records').where({ run_id: order.runId }).delete();
      await transaction('record_loads').where({ run_id: order.runId }).delete();
    });
  } catch (thrown) {
    if (isUniqueViolation(thrown)) await refuseStagedDuplicates(database.knex, order.runId);
    throw thrown;
  }
}

/**
 * Whether there are enough changes for bad plans to matter. The planner has no statistics for a table that was just filled:
 * deleting 500,000 of 1 M records took Postgres 25 s instead of 2 s.
 */
async function stagedMany(knex: Knex, runId: string): Promise<boolean> {
  const beyond = await knex('staged_records').where({ run_id: runId }).offset(MANY_CHANGES).first('op');
  return beyond !== undefined;
}

async function applyStaged(transaction: Knex.Transaction, scope: number, runId: string): Promise<void> {
  // After a load, which leaves few staged changes or none: with no statistics of the new records, each query could read them all.
  if ((await transaction('staged_records').where({ run_id: runId }).first('op')) === undefined) return;
  const known = await transaction('record_state').where({ scope_id: scope }).first('doc_id');
  if (known === undefined) {
    await insertStaged(transaction, scope, runId, '');
    return;
  }
  // Where records exist already, a second row of an id would silently replace the first one.
  await refuseStagedDuplicates(transaction, runId);
  await transaction('record_state')
    .where({ scope_id: scope })
    .whereIn('doc_id', stagedIds(transaction, runId, 'delete'))
    .delete();
  await transaction('record_state')
    .where({ scope_id: scope })
    .whereIn('doc_id', stagedIds(transaction, runId, 'soft_delete'))
    .update({ soft_deleted: 1 });
  // An update in the form of an insert, because only an insert runs in index order: 10 s become 4 s for 1 M.
  await transaction.raw(
    `insert into record_state (scope_id, doc_id, checksum, fingerprint, soft_deleted, run_id)
     select ?, doc_id, checksum, fingerprint, 0, run_id from staged_records as staged
     where run_id = ? and op = 'refresh'
       and exists (select 1 from record_state as known where known.scope_id = ? and known.doc_id = staged.doc_id)
     order by doc_id
     on conflict (scope_id, doc_id) do update set checksum = excluded.checksum, fingerprint = excluded.fingerprint`,
    [scope, runId, scope],
  );
  await insertStaged(
    transaction,
    scope,
    runId,
    `on conflict (scope_id, doc_id) do update set
       checksum = excluded.checksum, fingerprint = excluded.fingerprint, soft_deleted = 0, run_id = excluded.run_id`,
  );
}

/**
 * Sorted by id, so that the index of the records grows at its end: for 1 M new records on Postgres this takes 2 s, and a merge
 * into existing ones takes 7 s.
 */
async function insertStaged(
  transaction: Knex.Transaction,
  scope: number,
  runId: string,
  onConflict: string,
): Promise<void> {
  await transaction.raw(
    `insert into record_state (scope_id, doc_id, checksum, fingerprint, soft_deleted, run_id)
     select ?, doc_id, checksum, fingerprint, 0, run_id from staged_records
     where run_id = ? and op = 'upsert' order by doc_id ${onConflict}`,
    [scope, runId],
  );
}

function stagedIds(transaction: Knex.Transaction, runId: string, op: 'delete' | 'soft_delete') {
  return transaction('staged_records').where({ run_id: runId, op }).select('doc_id');
}

async function moveCheckpoint(
  transaction: Knex.Transaction,
  scope: number,
  run: RunTable,
  finishedAt: Date,
  complete: boolean,
): Promise<void> {
  await transaction('connector_checkpoints')
    .where({ id: scope })
    .update({
      updated_at: finishedAt.toISOString(),
      // The row of a rejected document must be read again, so the checkpoint must not pass it.
      watermark: complete ? run.watermark : run.started_from,
      mapping_version: run.mapping_version,
      source_columns: run.source_columns,
    });
}

async function closeRun(transaction: Knex.Transaction, order: Commit): Promise<void> {
  const finishedAt = order.finishedAt.toISOString();
  await transaction('run_state')
    .where({ run_id: order.runId })
    .update({
      status: order.status,
      phase: 'commit',
      counts: JSON.stringify(order.counts),
      finished_at: finishedAt,
      committed_at: finishedAt,
      committed_fence: order.fence,
      error: null,
    });
}
