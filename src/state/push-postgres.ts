import type { Knex } from 'knex';
import { batchRow, type NewPushBatch } from './push-batch.ts';

/**
 * One statement, so one round trip and one wait for the disk. Two pushes of one key at the same time: the second waits for
 * the first, and then finds the key taken.
 */
export async function storePush(knex: Knex, batch: NewPushBatch): Promise<boolean> {
  const row = batchRow(batch);
  const names = Object.keys(row);
  const { events } = batch;
  const { rows } = await knex.raw<{ readonly rows: readonly unknown[] }>(
    `with batch as (
       insert into push_batches (${names.join(', ')}) values (${names.map(() => '?').join(', ')})
       on conflict (connector_id, idempotency_key) do nothing
       returning id
     ), stored as (
       insert into push_events (batch_id, seq, doc_id, op, document)
       select batch.id, event.seq, event.doc_id, event.op, nullif(event.document, '')
       from batch, unnest(?::text[], ?::text[], ?::text[]) with ordinality as event (doc_id, op, document, seq)
     )
     select id from batch`,
    [
      ...Object.values(row),
      events.map(({ docId }) => docId),
      events.map(({ op }) => op),
      events.map(({ document }) => document ?? ''),
    ],
  );
  return rows.length > 0;
}
