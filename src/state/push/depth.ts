import type { QueueDepth } from '../../pipeline/ports/push-port.ts';
import type { Database } from '../../database/database.ts';

const EMPTY: QueueDepth = { batches: 0, events: 0, oldestReceivedAt: null };

/** Reads an index with one entry for each waiting batch. */
export async function queueDepth(database: Database, connectorId: string): Promise<QueueDepth> {
  return (await depths(database, connectorId)).get(connectorId) ?? EMPTY;
}

/** All connectors that have waiting batches, by name. */
export function queueDepths(database: Database): Promise<Map<string, QueueDepth>> {
  return depths(database, undefined);
}

async function depths({ knex }: Database, connectorId: string | undefined): Promise<Map<string, QueueDepth>> {
  // A batch in which all events were older than the known versions only waits to be counted.
  const pending = knex('push_batches').where({ status: 'pending' }).where('waiting', '>', 0);
  const rows = await (connectorId === undefined ? pending : pending.andWhere({ connector_id: connectorId }))
    .groupBy('connector_id')
    .orderBy('connector_id')
    .select<DepthAnswer[]>(
      'connector_id',
      knex.raw('count(*) as batches, sum(waiting) as events, min(received_at) as oldest'),
    );
  return new Map(
    rows.map(({ connector_id, batches, events, oldest }) => [
      connector_id,
      { batches: Number(batches), events: Number(events), oldestReceivedAt: oldest },
    ]),
  );
}

/** Postgres returns counts and sums as text. */
interface DepthAnswer {
  readonly connector_id: string;
  readonly batches: number | string;
  readonly events: number | string;
  readonly oldest: string;
}
