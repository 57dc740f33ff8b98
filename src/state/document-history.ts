import type { Knex } from 'knex';
import { EXPLAIN_IDS_PER_PAGE } from '../core/limits.ts';
import type { RejectedDocument } from '../pipeline/delivery-port.ts';
import type { RunRow, StagedRecord, StoredRecord } from '../pipeline/state-port.ts';
import type { Database } from './database.ts';
import { runRow } from './runs.ts';

/** What the state still knows about one document, read and never written. */

export async function targetsOf({ knex }: Database, connectorId: string): Promise<string[]> {
  return knex('connector_checkpoints').where({ connector_id: connectorId }).orderBy('target').pluck('target');
}

export async function findRecord(
  { knex }: Database,
  connectorId: string,
  target: string,
  docId: string,
): Promise<StoredRecord | undefined> {
  const row = await records(knex, connectorId, target).where({ doc_id: docId }).first();
  if (row === undefined) return undefined;
  return { checksum: row.checksum, softDeleted: row.soft_deleted !== 0, runId: row.run_id };
}

export async function* recordIds(
  { knex }: Database,
  connectorId: string,
  target: string,
): AsyncIterable<string[]> {
  let after = '';
  for (;;) {
    const ids: string[] = await records(knex, connectorId, target)
      .andWhere('doc_id', '>', after)
      .orderBy('doc_id')
      .limit(EXPLAIN_IDS_PER_PAGE)
      .pluck('doc_id');
    const last = ids.at(-1);
    if (last === undefined) return;
    yield ids;
    after = last;
  }
}

function records(knex: Knex, connectorId: string, target: string) {
  const scope = knex('connector_checkpoints').where({ connector_id: connectorId, target }).select('id');
  return knex('record_state').where('scope_id', scope);
}

export async function newestRuns(
  { knex }: Database,
  connectorId: string,
  target: string,
  { committed, limit }: { readonly committed: boolean; readonly limit: number },
): Promise<RunRow[]> {
  const runs = knex('run_state').where({ connector_id: connectorId, target }).limit(limit);
  const rows = committed
    ? await runs.whereNotNull('committed_at').orderBy(newestFirst('committed_at', 'started_at', 'run_id'))
    : await runs.orderBy(newestFirst('started_at', 'run_id'));
  return rows.map(runRow);
}

function newestFirst(...columns: string[]): { column: string; order: 'desc' }[] {
  return columns.map((column) => ({ column, order: 'desc' }));
}

export async function stagedChange(
  { knex }: Database,
  runId: string,
  docId: string,
): Promise<StagedRecord['op'] | undefined> {
  const row = await knex('staged_records').where({ run_id: runId, doc_id: docId }).first('op');
  return row?.op;
}

export async function rejectionsOf(
  { knex }: Database,
  docId: string,
  runIds: readonly string[],
): Promise<(RejectedDocument & { readonly runId: string })[]> {
  const rows = await knex('rejected_documents').whereIn('run_id', runIds).where({ doc_id: docId });
  return rows.map(({ run_id, doc_id, reason, outcome }) => ({
    runId: run_id,
    docId: doc_id,
    reason,
    outcome,
  }));
}
