import type { RunDatabase } from '../server/run-database.ts';

/** The documents that the state knows of one connector in one target. */
export interface DocumentCount {
  readonly connectorId: string;
  readonly target: string;
  /** Including documents that are only marked as deleted, because they are still in the target. */
  readonly documents: number;
}

/** Counts the documents of some connectors; a target without documents is left out. It reads one entry of an index for each document. */
export async function documentCounts(
  { knex, kind }: RunDatabase,
  connectorIds: readonly string[],
): Promise<readonly DocumentCount[]> {
  if (connectorIds.length === 0) return [];
  const rows = await knex('connector_checkpoints')
    .join('record_state', 'record_state.scope_id', 'connector_checkpoints.id')
    .where({ kind })
    .whereIn('connector_id', [...connectorIds])
    .groupBy('connector_id', 'target')
    .select<CountAnswer[]>('connector_id', 'target', knex.raw('count(*) as documents'));
  return rows.map(({ connector_id, target, documents }) => ({
    connectorId: connector_id,
    target,
    documents: Number(documents),
  }));
}

/** Postgres returns a count as text. */
interface CountAnswer {
  readonly connector_id: string;
  readonly target: string;
  readonly documents: number | string;
}
