import type { Knex } from 'knex';
import { PUSH_UNFOLD_BATCHES } from '../limits.ts';
import type { PushSelection } from '../../pipeline/ports/push-port.ts';
import type { Database } from '../../database/database.ts';

/** A batch id: Postgres writes a bigint as text. */
export type BatchId = number | string;

const EVENT = ['batch_id', 'seq', 'doc_id', 'op', 'document'] as const;

/**
 * Makes rows of the events that a run has claimed. Some batches at a time, each time whole: a process that dies on the way
 * leaves them as good as they were, and two that meet do not unfold anything twice.
 */
export async function unfold(
  { knex, dialect }: Database,
  { connectorId, runId }: PushSelection,
): Promise<void> {
  for (let after: BatchId | undefined = 0; after !== undefined;) {
    after = await knex.transaction(async (transaction) => {
      const folded = transaction('push_batches')
        .where({ connector_id: connectorId, status: 'pending', run_id: runId })
        .where('id', '>', after ?? 0)
        .whereNotNull('folded')
        .orderBy('id')
        .limit(PUSH_UNFOLD_BATCHES);
      const batches = await (dialect.rowLocks ? folded.forUpdate() : folded).select('id');
      const ids = batches.map(({ id }) => id);
      if (ids.length > 0) await unfoldBatches(transaction, ids);
      return ids.at(-1);
    });
  }
}

async function unfoldBatches(transaction: Knex.Transaction, ids: BatchId[]): Promise<void> {
  await transaction(transaction.raw('push_events (??, ??, ??, ??, ??)', [...EVENT])).insert(
    transaction('folded_events')
      .whereIn('batch_id', ids)
      .select(...EVENT),
  );
  await transaction('push_batches').whereIn('id', ids).update({ folded: null });
}

/** Whether any event up to the batch `last` is folded. */
export async function isFolded(knex: Knex, connectorId: string, last: BatchId): Promise<boolean> {
  const folded = await knex('push_batches')
    .where({ connector_id: connectorId, status: 'pending' })
    .where('id', '<=', last)
    .whereNotNull('folded')
    .first('id');
  return folded !== undefined;
}

/** The table that `copyUnfolded` makes. */
export const UNFOLDED_COPY = 'unfolded_copy';

/** Copies what waits, up to the batch `last`, into a table that only this transaction sees, and that ends with it. */
export async function copyUnfolded(
  transaction: Knex.Transaction,
  connectorId: string,
  last: BatchId,
): Promise<void> {
  await transaction.raw(
    `create temporary table ${UNFOLDED_COPY} on commit drop as
     select ${EVENT.join(', ')} from waiting_events
     where batch_id in (select id from push_batches where connector_id = ? and status = 'pending' and id <= ?)`,
    [connectorId, last],
  );
  await transaction.raw(`create unique index on ${UNFOLDED_COPY} (batch_id, seq)`);
  await transaction.raw(`create index on ${UNFOLDED_COPY} (doc_id, batch_id, seq)`);
  await transaction.raw(`analyze ${UNFOLDED_COPY}`);
}
