import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import type { Database } from '../../database/database.ts';
import type { Dialect } from '../../database/dialect.ts';
import { isConflict, isUniqueViolation } from '../../database/state-errors.ts';
import { cancelExpired } from '../old-requests.ts';
import type { LeaseTiming } from '../leases/leases.ts';
import { RUN_REQUEST_ATTEMPTS_MAX } from '../../core/limits.ts';
import type { TakenRunRequest } from './queue.ts';
import type { RunRequestTable } from './table.ts';

interface Taking {
  /** The id of the run, if the request has none yet. */
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly now: string;
}

export async function takeRunRequest(
  database: Database,
  taking: Taking,
  timing: LeaseTiming,
): Promise<TakenRunRequest | undefined> {
  await cancelExpired(database, 'run_requests', taking.now);
  try {
    return await database.knex.transaction((transaction) => takeIn(transaction, database, taking, timing));
  } catch (thrown) {
    // Another worker took a request of this definition at the same moment.
    if (isConflict(thrown) || isUniqueViolation(thrown)) return undefined;
    throw thrown;
  }
}

/**
 * Requests that a worker can take now, as `request`. The statuses are literals: with parameters, SQLite does not use the partial
 * indexes, and compares each waiting request with every other row.
 */
export function readyRequests(knex: Knex, { clockMs }: Pick<Dialect, 'clockMs'>) {
  const active = knex('run_requests as active')
    .select(knex.raw('1'))
    .whereRaw('active.kind = request.kind and active.name = request.name')
    .whereRaw(`active.status in ('running', 'retrying')`);
  return knex('run_requests as request').where((query) => {
    void query
      .where((waiting) => {
        void waiting.whereRaw(`request.status = 'pending'`).whereNotExists(active);
      })
      .orWhereRaw(`(request.status = 'retrying' and coalesce(request.next_attempt_at, 0) <= ${clockMs})`)
      .orWhereRaw(`(request.status = 'running' and coalesce(request.expires_at, 0) <= ${clockMs})`);
  });
}

async function takeIn(
  transaction: Knex.Transaction,
  { dialect }: Database,
  { runId, now }: Taking,
  timing: LeaseTiming,
): Promise<TakenRunRequest | undefined> {
  await endDead(transaction, dialect.clockMs, now);
  const candidates = readyRequests(transaction, dialect).orderBy(['request.requested_at', 'request.id']);
  const free = dialect.rowLocks ? candidates.forUpdate('request').skipLocked() : candidates;
  const found: RunRequestTable | undefined = await free.first('request.*');
  if (found === undefined) return undefined;
  const taken = {
    runId: found.run_id ?? runId,
    attempt: attemptsOf(found) + 1,
    worker: randomUUID(),
  };
  await transaction('run_requests')
    .where({ id: found.id })
    .update({
      status: 'running',
      worker: taken.worker,
      run_id: taken.runId,
      attempts: taken.attempt,
      started_at: found.started_at ?? now,
      next_attempt_at: null,
      expires_at: transaction.raw(`${dialect.clockMs} + ?`, [timing.leaseMs]),
    });
  return { id: found.id, kind: found.kind, name: found.name, requestedBy: found.requested_by, ...taken };
}

/** A row that was inserted by hand may have any number, and one that Postgres cannot add to would block the whole queue. */
function attemptsOf({ attempts }: RunRequestTable): number {
  return Math.min(Math.max(attempts, 0), RUN_REQUEST_ATTEMPTS_MAX);
}

/** Ends requests whose worker died for the last time. */
async function endDead(transaction: Knex.Transaction, clockMs: string, now: string): Promise<void> {
  await transaction('run_requests')
    .where({ status: 'running' })
    .where('attempts', '>=', RUN_REQUEST_ATTEMPTS_MAX)
    .whereRaw(`coalesce(expires_at, 0) <= ${clockMs}`)
    .update({
      status: 'failed',
      error_code: 'INTERRUPTED',
      error_message: `The worker of this request ended without a result; this was attempt ${RUN_REQUEST_ATTEMPTS_MAX}, the last one.`,
      finished_at: now,
      expires_at: null,
    });
}
