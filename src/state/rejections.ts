import type { Knex } from 'knex';
import { createHash } from 'node:crypto';
import { STATE_REJECTIONS_PER_STATEMENT } from '../core/limits.ts';
import { FINGERPRINT_BYTES } from '../pipeline/fingerprint-set.ts';
import type { RejectedDocument } from '../pipeline/delivery-port.ts';
import type { Database } from './database.ts';
import type { RunTable } from './tables.ts';

/** Changes that travel; `refresh` and `soft_delete` are known here only. */
const DELIVERED = ['upsert', 'delete'];

/** Adds rejected documents; those that are there already keep their first reason. */
export async function reject(
  { knex }: Database,
  runId: string,
  documents: readonly RejectedDocument[],
): Promise<void> {
  for (let at = 0; at < documents.length; at += STATE_REJECTIONS_PER_STATEMENT) {
    const rows = documents
      .slice(at, at + STATE_REJECTIONS_PER_STATEMENT)
      .map(({ docId, reason, outcome }) => ({
        run_id: runId,
        doc_id: docId,
        reason,
        outcome,
        fingerprint: doubtfulFingerprint(docId),
      }));
    await knex('rejected_documents').insert(rows).onConflict(['run_id', 'doc_id']).ignore();
  }
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

/** Before a commit: rejected documents keep the records that they had. */
export async function takeOutRejected(transaction: Knex.Transaction, runId: string): Promise<void> {
  const ids = transaction('rejected_documents').where({ run_id: runId }).select('doc_id');
  await transaction('staged_records').where({ run_id: runId }).whereIn('doc_id', ids).delete();
}

/**
 * After a commit: a document of unknown outcome becomes a record that equals nothing. Whatever the source says next, it is
 * sent again or deleted.
 */
export async function rememberDoubts(
  transaction: Knex.Transaction,
  scope: number,
  runId: string,
): Promise<void> {
  await transaction.raw(
    `insert into record_state (scope_id, doc_id, checksum, fingerprint, soft_deleted, run_id)
     select ?, doc_id, '', fingerprint, 0, run_id from rejected_documents
     where run_id = ? and outcome = 'unknown' order by doc_id
     on conflict (scope_id, doc_id) do update set
       checksum = excluded.checksum, fingerprint = excluded.fingerprint, soft_deleted = 0`,
    [scope, runId],
  );
}

/** What earlier runs of the same connector and target were refused has been sent again by now, or is gone. */
export async function forgetEarlier(transaction: Knex.Transaction, run: RunTable): Promise<void> {
  const earlier = transaction('run_state')
    .where({ connector_id: run.connector_id, target: run.target })
    .whereNot({ run_id: run.run_id })
    .select('run_id');
  await transaction('rejected_documents').whereIn('run_id', earlier).delete();
}

/** Whatever a run that is given up may have delivered is of unknown outcome. */
export async function doubtDelivered(
  transaction: Knex.Transaction,
  scope: number,
  runId: string,
): Promise<void> {
  let after = '';
  for (;;) {
    const docIds: string[] = await transaction('staged_records')
      .where({ run_id: runId })
      .whereIn('op', DELIVERED)
      .andWhere('doc_id', '>', after)
      .orderBy('doc_id')
      .limit(STATE_REJECTIONS_PER_STATEMENT)
      .pluck('doc_id');
    const last = docIds.at(-1);
    if (last === undefined) break;
    const rows = docIds.map((docId) => ({
      scope_id: scope,
      doc_id: docId,
      checksum: '',
      fingerprint: doubtfulFingerprint(docId),
      soft_deleted: 0,
      run_id: runId,
    }));
    await transaction('record_state')
      .insert(rows)
      .onConflict(['scope_id', 'doc_id'])
      .merge(['checksum', 'fingerprint', 'soft_deleted']);
    after = last;
  }
}

/** That of no row: another text goes into it, and it differs from document to document, as a record's must. */
function doubtfulFingerprint(docId: string): Buffer {
  return createHash('sha256').update(`unknown outcome: ${docId}`).digest().subarray(0, FINGERPRINT_BYTES);
}
