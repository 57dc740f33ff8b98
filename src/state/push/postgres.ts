import type { Knex } from 'knex';
import { postgresDialect } from '../../database/dialect.ts';
import { batchRow, type NewPushBatch } from './batch.ts';

/**
 * One row, so one round trip and one wait for the disk. Two pushes of one key at the same time: the second waits for the
 * first, and then finds the key taken. Events as rows of their own, with their index, take several times as long; a run
 * makes rows of them when nobody waits.
 */
export async function storePushInPostgres(knex: Knex, batch: NewPushBatch): Promise<boolean> {
  const { events } = batch;
  // Bytes, because documents are: as text they would be decoded and encoded again.
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
