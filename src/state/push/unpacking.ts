import type { Knex } from 'knex';
import { PUSH_UNPACK_BATCHES } from '../limits.ts';
import type { PushSelection } from '../../pipeline/ports/push-port.ts';
import type { Database } from '../../database/database.ts';

/** A batch id: Postgres returns a bigint as text. */
export type BatchId = number | string;

const EVENT = ['batch_id', 'seq', 'doc_id', 'op', 'document'] as const;

/**
 * Turns the packed events that a run has claimed into rows, some batches per transaction. If the process is killed, the remaining
 * batches stay packed and valid. Two processes that do this at the same time do not unpack anything twice.
 */
export async function unpackEvents(
  { knex, dialect }: Database,
  { connectorId, runId }: PushSelection,
): Promise<void> {
  for (let after: BatchId | undefined = 0; after !== undefined;) {
    after = await knex.transaction(async (transaction) => {
      const packed = transaction('push_batches')
        .where({ connector_id: connectorId, status: 'pending', run_id: runId })
        .where('id', '>', after ?? 0)
        .whereNotNull('folded')
        .orderBy('id')
        .limit(PUSH_UNPACK_BATCHES);
      const batches = await (dialect.rowLocks ? packed.forUpdate() : packed).select('id');
      const ids = batches.map(({ id }) => id);
      if (ids.length > 0) await unpackBatches(transaction, ids);
      return ids.at(-1);
    });
  }
}

async function unpackBatches(transaction: Knex.Transaction, ids: BatchId[]): Promise<void> {
  await transaction(transaction.raw('push_events (??, ??, ??, ??, ??)', [...EVENT])).insert(
    transaction('folded_events')
      .whereIn('batch_id', ids)
      .select(...EVENT),
  );
  await transaction('push_batches').whereIn('id', ids).update({ folded: null });
}

/** Whether any event up to the batch `last` is still packed. */
export async function hasPackedEvents(knex: Knex, connectorId: string, last: BatchId): Promise<boolean> {
  const folded = await knex('push_batches')
    .where({ connector_id: connectorId, status: 'pending' })
    .where('id', '<=', last)
    .whereNotNull('folded')
    .first('id');
  return folded !== undefined;
}

/** The name of the table that `copyWaitingEvents` creates. */
export const WAITING_EVENTS_COPY = 'waiting_events_copy';

/** Copies the waiting events, up to the batch `last`, into a temporary table of this transaction. */
export async function copyWaitingEvents(
  transaction: Knex.Transaction,
  connectorId: string,
  last: BatchId,
): Promise<void> {
  await transaction.raw(
    `create temporary table ${WAITING_EVENTS_COPY} on commit drop as
     select ${EVENT.join(', ')} from waiting_events
     where batch_id in (select id from push_batches where connector_id = ? and status = 'pending' and id <= ?)`,
    [connectorId, last],
  );
  await transaction.raw(`create unique index on ${WAITING_EVENTS_COPY} (batch_id, seq)`);
  await transaction.raw(`create index on ${WAITING_EVENTS_COPY} (doc_id, batch_id, seq)`);
  await transaction.raw(`analyze ${WAITING_EVENTS_COPY}`);
}
