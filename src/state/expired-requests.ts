import type { Database } from '../database/database.ts';

/**
 * Cancels requests of a table that no process took before they expired: a schedule with `catchUp: none` does not make up for a
 * start that was missed.
 * @param now ISO 8601, UTC
 */
export async function cancelExpired(
  { knex, dialect }: Database,
  table: 'run_requests' | 'sync_requests',
  now: string,
): Promise<void> {
  const expired = () =>
    knex(table)
      .where({ status: 'pending' })
      .where('not_after', '<=', knex.raw(dialect.clockText(0)));
  // On SQLite an update waits for other writers, also if it changes nothing.
  if ((await expired().first('id')) === undefined) return;
  await expired().update({
    status: 'cancelled',
    error_code: 'REQUEST_EXPIRED',
    error_message: 'No worker took the request in time, and its schedule does not make up for missed starts.',
    finished_at: now,
  });
}
