import type { Knex } from 'knex';
import { sqliteDialect } from '../../database/dialect.ts';
import { batchRow, type NewPushBatch } from './batch.ts';

/** Stores a batch durably, because the connection's `synchronous` is FULL. */
export function storePushInSqlite(knex: Knex, batch: NewPushBatch): Promise<boolean> {
  return knex.transaction(async (transaction) => {
    const [stored] = await transaction('push_batches')
      .insert(batchRow(batch, transaction.raw(sqliteDialect.clockText(batch.keySeconds))))
      .onConflict(['connector_id', 'idempotency_key'])
      .ignore()
      .returning('id');
    if (stored === undefined) return false;
    await transaction.raw(
      `insert into push_events (batch_id, seq, doc_id, op, document)
       select ?, key + 1, value ->> 0, value ->> 1, value ->> 2 from json_each(?)`,
      [
        stored.id,
        JSON.stringify(Array.from(batch.events.events(), ({ docId, op, document }) => [docId, op, document])),
      ],
    );
    return true;
  });
}
