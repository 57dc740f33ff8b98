import type { Database } from '../../database/database.ts';

/** An answered push. It is listed until its idempotency key has expired and its events are delivered. */
export interface AnsweredPush {
  /** The id that the producer got. */
  readonly pushRunId: string;
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
  /** The name of the key that sent it; null: unknown. */
  readonly pushedBy: string | null;
  /** The number of events. */
  readonly accepted: number;
  readonly rejected: number;
  /** The number of events that no run has delivered yet. */
  readonly waiting: number;
  /** JSON text of the response, as it was sent. */
  readonly answer: string;
}

/** Lists the newest pushes to a connector, newest first. */
export async function newestPushes(
  { knex }: Database,
  connectorId: string,
  limit: number,
): Promise<AnsweredPush[]> {
  const rows = await knex('push_batches')
    .select('push_run_id', 'received_at', 'accepted', 'rejected', 'waiting', 'answer', 'pushed_by')
    .where({ connector_id: connectorId })
    .orderBy('id', 'desc')
    .limit(limit);
  return rows.map(({ push_run_id, received_at, accepted, rejected, waiting, answer, pushed_by }) => ({
    pushRunId: push_run_id,
    receivedAt: received_at,
    pushedBy: pushed_by,
    accepted,
    rejected,
    waiting,
    answer,
  }));
}
