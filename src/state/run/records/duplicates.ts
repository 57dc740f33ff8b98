import type { Knex } from 'knex';
import { DUPLICATE_IDS_NAMED_MAX } from '../../../core/limits.ts';
import { codeOf } from '../../../core/thrown.ts';
import { duplicateIdError } from '../../../pipeline/comparison/duplicate-ids.ts';
import type { StagedBatch } from '../../../pipeline/ports/staged-batch.ts';
import type { StateDatabase } from '../../state-database.ts';
import { recordQueries } from '../engine-queries.ts';
import { batchIds } from './batch-ids.ts';
import { loadOf } from './loads.ts';

export function isUniqueViolation(thrown: unknown): boolean {
  const code = codeOf(thrown);
  return code === '23505' || code.startsWith('SQLITE_CONSTRAINT');
}

/** @throws BridgeError DUPLICATE_ID, naming some of the ids. */
export async function refuseStagedDuplicates(knex: Knex, runId: string): Promise<void> {
  const duplicates = await knex('staged_records')
    .where({ run_id: runId })
    .whereIn('op', ['upsert', 'refresh'])
    .groupBy('doc_id')
    .havingRaw('count(*) > 1')
    .orderBy('doc_id')
    .limit(DUPLICATE_IDS_NAMED_MAX)
    .pluck('doc_id');
  refuse(duplicates);
}

/**
 * Finds the ids that made a load fail: those that these batches repeat, or that were loaded before.
 * @throws BridgeError DUPLICATE_ID, naming some of the ids.
 */
export async function refuseLoadedDuplicates(
  { knex, dialect }: StateDatabase,
  runId: string,
  batches: readonly StagedBatch[],
): Promise<void> {
  const ids = batches.filter(({ op }) => op === 'upsert').flatMap((batch) => batchIds(batch));
  const seen = new Set<string>();
  const duplicates = new Set<string>();
  for (const id of ids) (seen.has(id) ? duplicates : seen).add(id);
  const scope = await loadOf(knex, runId);
  const loaded = scope === undefined ? [] : await recordQueries(dialect).lookup(knex, scope, ids);
  for (const { docId } of loaded) duplicates.add(docId);
  refuse([...duplicates].sort().slice(0, DUPLICATE_IDS_NAMED_MAX));
}

function refuse(duplicates: readonly string[]): void {
  if (duplicates.length > 0) throw duplicateIdError(new Map(duplicates.map((id) => [id, []])));
}
