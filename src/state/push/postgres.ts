import type { Knex } from 'knex';
import { postgresDialect } from '../../database/dialect.ts';
import { batchRow, type NewPushBatch } from './batch.ts';

/**
 * Stores a batch as one row, so it takes one round trip and one disk flush. When two pushes have the same key at the same time,
 * the second waits for the first, and then finds the key used. Storing each event as a row, with its index, takes several times
 * as long; a run does that later, when no producer waits.
 */
export async function storePushInPostgres(knex: Knex, batch: NewPushBatch): Promise<boolean> {
  const { events } = batch;
  // Sent as bytes, because documents are bytes: as text they would be decoded and encoded again.
  const row = {
    ...batchRow(batch, knex.raw(postgresDialect.clockText(batch.keySeconds))),
    folded: events.count === 0 ? null : events.bytes,
  };
  const names = Object.keys(row);
  const { rows } = await knex.raw<{ readonly rows: readonly unknown[] }>(
    `insert into push_batches (${names.join(', ')}) values (${names.map(() => '?').join(', ')})
     on conflict (connector_id, idempotency_key) do nothing
     returning id`,
    Object.values(row),
  );
  return rows.length > 0;
}
