import type { Database } from '../database/database.ts';

/** The tables of requests that a worker or a server takes. */
type RequestTable = 'run_requests' | 'sync_requests';

const SECONDS_PER_DAY = 86_400;

/**
 * Cancels requests of a table that no process took before they expired: a schedule with `catchUp: none` does not make up for a
 * start that was missed.
 * @param now ISO 8601, UTC
 */
export async function cancelExpired(
  { knex, dialect }: Database,
  table: RequestTable,
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

/**
 * Removes finished requests of a table.
 * @param days how long a request is kept after its end
 * @param most requests that are removed at once
 */
export async function forgetFinished(
  { knex, dialect }: Database,
  table: RequestTable,
  { days, most }: { readonly days: number; readonly most: number },
): Promise<void> {
  const old = knex(table)
    .where('finished_at', '<', knex.raw(dialect.clockText(-days * SECONDS_PER_DAY)))
    .limit(most)
    .select('id');
  await knex(table).whereIn('id', old).delete();
}
