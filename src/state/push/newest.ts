import type { Database } from '../../database/database.ts';

/** A push that was answered, until its idempotency key expires and its events are delivered. */
export interface AnsweredPush {
  /** As its producer was told it. */
  readonly pushRunId: string;
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
  /** Events. */
  readonly accepted: number;
  readonly rejected: number;
  /** Events that no run has delivered yet. */
  readonly waiting: number;
  /** JSON text, as it was sent. */
  readonly answer: string;
}

/** The newest pushes to a connector, newest first. */
export async function newestPushes(
  { knex }: Database,
  connectorId: string,
  limit: number,
): Promise<AnsweredPush[]> {
  const rows = await knex('push_batches')
    .select('push_run_id', 'received_at', 'accepted', 'rejected', 'waiting', 'answer')
    .where({ connector_id: connectorId })
    .orderBy('id', 'desc')
    .limit(limit);
  return rows.map(({ push_run_id, received_at, accepted, rejected, waiting, answer }) => ({
    pushRunId: push_run_id,
    receivedAt: received_at,
    accepted,
    rejected,
    waiting,
    answer,
  }));
}
