import type { Knex } from 'knex';
import { STATE_REJECTIONS_PER_STATEMENT } from '../limits.ts';
import type { RejectedDocument } from '../../pipeline/ports/delivery-port.ts';
import type { Database } from '../../database/database.ts';
import type { Dialect } from '../../database/dialect.ts';
import { recordQueries } from './engine-queries.ts';
import { CHECKSUM_IN_DOUBT } from './records/checksum.ts';
import { loadOf } from './records/loads.ts';
import { isOfKind, WITHDRAWN } from './records/record-queries.ts';
import type { StateDatabase } from '../state-database.ts';
import { requireOpenRun, type OwnFences } from './open-run.ts';
import type { RunTable } from '../tables.ts';

/**
 * Adds rejected documents; a document that is already there keeps its first reason. Once a document is `unknown`, it stays
 * `unknown`: a later refused request tells nothing about an earlier one, nor the other way round.
 * @throws BridgeError LEASE_LOST if another process gave the run up, or began it again under its id
 */
export async function reject(
  database: StateDatabase,
  fences: OwnFences,
  runId: string,
  documents: readonly RejectedDocument[],
): Promise<void> {
  for (let at = 0; at < documents.length; at += STATE_REJECTIONS_PER_STATEMENT) {
    const group = documents.slice(at, at + STATE_REJECTIONS_PER_STATEMENT);
    await database.knex.transaction(async (transaction) => {
      await requireOpenRun(database, transaction, runId, fences);
      await insertRejections(transaction, runId, group);
    });
  }
}

async function insertRejections(
  transaction: Knex.Transaction,
  runId: string,
  group: readonly RejectedDocument[],
): Promise<void> {
  const unknown = group.filter(({ outcome }) => outcome === 'unknown').map(({ docId }) => docId);
  await transaction('rejected_documents')
    .insert(group.map(({ docId, reason, outcome }) => ({ run_id: runId, doc_id: docId, reason, outcome })))
    .onConflict(['run_id', 'doc_id'])
    .ignore();
  await transaction('rejected_documents')
    .where({ run_id: runId, outcome: 'refused' })
    .whereIn('doc_id', unknown)
    .update({ outcome: 'unknown' });
}

export async function countRejected(knex: Knex, runId: string): Promise<number> {
  const [row] = await knex('rejected_documents').where({ run_id: runId }).count({ count: '*' });
  return Number(row?.count ?? 0);
}

/** Some rejected documents of a run, by id. */
export async function rejections(
  { knex }: Database,
  runId: string,
  limit: number,
): Promise<RejectedDocument[]> {
  const rows = await knex('rejected_documents').where({ run_id: runId }).orderBy('doc_id').limit(limit);
  return rows.map(({ doc_id, reason, outcome }) => ({ docId: doc_id, reason, outcome }));
}

/**
 * Before a commit: a refused document keeps its old record. If that record equals the refused change, as in a run that sends
 * every document, the target does not have the content that the state assumed; so the document is in doubt.
 */
export async function doubtRefusedUnchangedDocuments(
  transaction: Knex.Transaction,
  scope: number,
  runId: string,
): Promise<void> {
  const refused = `select doc_id from rejected_documents where run_id = ? and outcome = 'refused'`;
  await transaction.raw(
    `update rejected_documents set outcome = 'unknown'
     where run_id = ? and outcome = 'refused' and doc_id in (
       select staged.doc_id from staged_records as staged
       join record_state as known
         on known.scope_id = ? and known.doc_id = staged.doc_id and known.checksum = staged.checksum
       where staged.run_id = ? and staged.op = 'upsert' and staged.doc_id in (${refused})
         and known.soft_deleted = 0
     )`,
    [runId, scope, runId, runId],
  );
}

/**
 * Marks the records of documents that their rows withdraw in this run, and whose deletes are not acknowledged. A later listing of
 * changes does not name these rows again if they are removed, and only `auto_delete_missing` deletes the documents of missing
 * rows, so later runs repeat these deletes because of the mark.
 */
export async function markWithdrawn(
  transaction: Knex.Transaction,
  scope: number,
  runId: string,
  which: 'rejected' | 'all',
): Promise<void> {
  const staged = (op: 'delete' | 'set_aside') =>
    transaction('staged_records').where({ run_id: runId, op }).select('doc_id');
  const withdrawn = staged('delete').whereIn('doc_id', staged('set_aside'));
  if (which === 'rejected') withdrawn.whereIn('doc_id', rejected(transaction, runId));
  await transaction('record_state')
    .where({ scope_id: scope })
    .whereIn('doc_id', withdrawn)
    .update({ soft_deleted: WITHDRAWN });
}

/**
 * Before a commit: rejected documents keep the records that they had. A delete of unknown outcome stays staged, because
 * `doubtRejected` has to know that it was a delete; but not that of a withdrawn document, whose record has a mark to keep.
 */
export async function unstageRejected(
  transaction: Knex.Transaction,
  scope: number,
  runId: string,
): Promise<void> {
  const unknown = rejected(transaction, runId).where({ outcome: 'unknown' });
  const withdrawn = transaction('record_state')
    .where({ scope_id: scope })
    .whereRaw(isOfKind('withdrawn'))
    .select('doc_id');
  await transaction('staged_records')
    .where({ run_id: runId })
    .whereIn('doc_id', rejected(transaction, runId))
    .andWhereNot(
      (deleted) =>
        void deleted.where({ op: 'delete' }).whereIn('doc_id', unknown).whereNotIn('doc_id', withdrawn),
    )
    .delete();
}

/** The same for documents that the run loaded: they had no records. */
export async function unloadRejected(
  transaction: Knex.Transaction,
  scope: number,
  runId: string,
): Promise<void> {
  await transaction('record_state')
    .where({ scope_id: scope })
    .whereIn('doc_id', rejected(transaction, runId))
    .delete();
}

function rejected(transaction: Knex.Transaction, runId: string) {
  return transaction('rejected_documents').where({ run_id: runId }).select('doc_id');
}

/** After the staged changes were applied: rejected documents of unknown outcome are in doubt. */
export function doubtRejected(
  dialect: Dialect,
  transaction: Knex.Transaction,
  scope: number,
  runId: string,
): Promise<void> {
  const deletes = `select doc_id from staged_records where run_id = ? and op = 'delete'`;
  const unknown = `select doc_id, case when doc_id in (${deletes}) then 1 else 0 end as soft_deleted
    from rejected_documents where run_id = ? and outcome = 'unknown'`;
  return doubt(dialect, transaction, { sql: unknown, bindings: [runId, runId] }, scope, runId);
}

/** Puts each document that an abandoned run may have delivered in doubt; `refresh` and `soft_delete` are never sent. */
export async function doubtDelivered(
  dialect: Dialect,
  transaction: Knex.Transaction,
  scope: number,
  runId: string,
): Promise<void> {
  const staged = `select doc_id, case when op = 'delete' then 1 else 0 end as soft_deleted
    from staged_records where run_id = ? and op in ('upsert', 'delete')`;
  const load = await loadOf(transaction, runId);
  const delivered =
    load === undefined
      ? { sql: staged, bindings: [runId] }
      : {
          sql: `${staged} union all select doc_id, 0 from record_state where scope_id = ?`,
          bindings: [runId, load],
        };
  // An id that was staged twice is soft-deleted only if both were deletes.
  const each = `select doc_id, min(soft_deleted) as soft_deleted from (${delivered.sql}) as delivered group by doc_id`;
  await doubt(dialect, transaction, { sql: each, bindings: delivered.bindings }, scope, runId);
}

/**
 * A document in doubt gets a record that equals no other, so the next run sends it again if the source has it. If its last change
 * was a delete, the record is also soft-deleted: the reason for that delete holds until the source has the document again, so the
 * next run repeats it, even a listing of changes, which would never find the document missing. A withdrawn document stays
 * withdrawn, whatever its last change was: its delete and its upsert have both not been acknowledged.
 * @param documents SQL that selects `doc_id` and `soft_deleted`, each id once
 */
async function doubt(
  dialect: Dialect,
  transaction: Knex.Transaction,
  documents: { readonly sql: string; readonly bindings: readonly (string | number)[] },
  scope: number,
  runId: string,
): Promise<void> {
  const { doubtfulFingerprint } = recordQueries(dialect);
  await transaction.raw(
    `insert into record_state (scope_id, doc_id, checksum, fingerprint, soft_deleted, run_id)
     select ?, doc_id, ?, ${doubtfulFingerprint}, soft_deleted, ? from (${documents.sql}) as doubtful where true
     order by doc_id
     on conflict (scope_id, doc_id) do update set checksum = excluded.checksum, fingerprint = excluded.fingerprint,
       soft_deleted = case when record_state.${isOfKind('withdrawn')} then ${WITHDRAWN} else excluded.soft_deleted end,
       run_id = excluded.run_id`,
    [scope, CHECKSUM_IN_DOUBT, runId, ...documents.bindings],
  );
}

/**
 * Deletes the rejections of earlier runs of the same connector and target: those documents have been sent again by now, or no
 * longer exist.
 */
export async function deleteEarlierRejections(transaction: Knex.Transaction, run: RunTable): Promise<void> {
  const earlier = transaction('run_state')
    .where({ kind: run.kind, connector_id: run.connector_id, target: run.target })
    .whereNot({ run_id: run.run_id })
    .select('run_id');
  await transaction('rejected_documents').whereIn('run_id', earlier).delete();
}
