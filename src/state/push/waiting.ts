import { EXPLAIN_PUSHES_MAX } from '../../core/limits.ts';
import type { WaitingPush } from '../../pipeline/ports/push-port.ts';
import type { Database } from '../../database/database.ts';

/** The pushed events of one document that no run has delivered yet, newest first. */
export async function waitingPushes(
  { knex }: Database,
  connectorId: string,
  docId: string,
): Promise<WaitingPush[]> {
  const rows = await knex('waiting_events')
    .join('push_batches', 'push_batches.id', 'waiting_events.batch_id')
    .where({ connector_id: connectorId, status: 'pending', doc_id: docId })
    .orderBy([
      { column: 'batch_id', order: 'desc' },
      { column: 'seq', order: 'desc' },
    ])
    .limit(EXPLAIN_PUSHES_MAX)
    .select<PushAnswer[]>('op', 'received_at', 'push_run_id');
  return rows.map(({ op, received_at, push_run_id }) => ({
    op,
    receivedAt: received_at,
    pushRunId: push_run_id,
  }));
}

interface PushAnswer {
  readonly op: WaitingPush['op'];
  readonly received_at: string;
  readonly push_run_id: string;
}
