import type { Knex } from 'knex';

/** The target of runs with `--local`, whose documents are in no index. */
const LOCAL_TARGET = 'local';

/** Counts the documents of a connector that its runs delivered and did not delete, in all its targets. */
export async function documentCount(knex: Knex, connectorId: string): Promise<number> {
  const scopes = knex('connector_checkpoints')
    .where({ kind: 'connector', connector_id: connectorId })
    .whereNot('target', LOCAL_TARGET)
    .select('id');
  const [row]: readonly { documents: number | string }[] = await knex('record_state')
    .whereIn('scope_id', scopes)
    .where('soft_deleted', 0)
    .select(knex.raw('count(*) as documents'));
  return Number(row?.documents ?? 0);
}
