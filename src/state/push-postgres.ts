import type { Knex } from 'knex';
import { batchRow, type NewPushBatch, type PushEvent } from './push-batch.ts';

const NOTHING = Buffer.alloc(0);

/**
 * One row, so one round trip and one wait for the disk. Two pushes of one key at the same time: the second waits for the
 * first, and then finds the key taken. Events as rows of their own, with their index, take several times as long; a run
 * makes rows of them when nobody waits.
 */
export async function storePush(knex: Knex, batch: NewPushBatch): Promise<boolean> {
  const row = { ...batchRow(batch), folded: foldedEvents(batch.events) };
  const names = Object.keys(row);
  const { rows } = await knex.raw<{ readonly rows: readonly unknown[] }>(
    `insert into push_batches (${names.join(', ')}) values (${names.map(() => '?').join(', ')})
     on conflict (connector_id, idempotency_key) do nothing
     returning id`,
    Object.values(row),
  );
  return rows.length > 0;
}

/**
 * A line for each event, as the view `folded_events` reads it: the operation, the id as JSON and the document, with a tab
 * between them; in JSON text without line breaks both are escaped. Bytes, because documents are: as text they would be
 * decoded and encoded again.
 */
function foldedEvents(events: readonly PushEvent[]): Buffer | null {
  if (events.length === 0) return null;
  const parts = events.flatMap(({ docId, op, document }, index) => [
    Buffer.from(`${index === 0 ? '' : '\n'}${op}\t${JSON.stringify(docId)}\t`),
    typeof document === 'string' ? Buffer.from(document) : (document ?? NOTHING),
  ]);
  return Buffer.concat(parts);
}
