import type { Knex } from 'knex';
import { systemClock, type Clock } from '../../core/time/clock.ts';
import type { Database } from '../../database/database.ts';
import type { ServerDatabase } from '../../database/open-server-database.ts';
import { LEASE_TIMING, type LeaseTiming } from '../leases/leases.ts';
import { forgetFinished } from '../old-requests.ts';
import { RUN_REQUEST_KEEP_DAYS, RUN_REQUESTS_FORGOTTEN_AT_ONCE } from '../limits.ts';
import type { RunRequests, TakenRunRequest } from './queue.ts';
import { readyRequests, takeRunRequest } from './take.ts';
import type { RunRequestTable } from './table.ts';

const KEPT = { days: RUN_REQUEST_KEEP_DAYS, most: RUN_REQUESTS_FORGOTTEN_AT_ONCE };

/** @param timing for tests */
export function openRunRequests(
  database: Pick<ServerDatabase, 'guarded'>,
  timing: LeaseTiming = LEASE_TIMING,
  clock: Clock = systemClock,
): RunRequests {
  const now = () => clock.now().toISOString();
  const change = (taken: TakenRunRequest, changes: (on: Database) => Changes) =>
    database.guarded(async (on) => {
      const { id, worker } = taken;
      const changed = await on
        .knex('run_requests')
        .where({ id, worker, status: 'running' })
        .update(changes(on));
      return changed > 0;
    });
  return {
    countReady: () =>
      database.guarded(async (on) => {
        const [row] = await readyRequests(on.knex, on.dialect).count('request.id as ready');
        return Number(row?.['ready'] ?? 0);
      }),
    take: (runId) => database.guarded((on) => takeRunRequest(on, { runId, now: now() }, timing)),
    renew: (taken) =>
      change(taken, ({ knex, dialect }) => ({
        expires_at: knex.raw(`${dialect.clockMs} + ?`, [timing.leaseMs]),
      })),
    finish: (taken, { status, exitStatus, error }) =>
      change(taken, () => ({
        status,
        exit_status: exitStatus,
        error_code: error?.code ?? null,
        error_message: error?.message ?? null,
        finished_at: now(),
        expires_at: null,
      })),
    retry: (taken, { seconds, error, counts }) =>
      change(taken, ({ knex, dialect }) => ({
        status: 'retrying',
        attempts: counts ? taken.attempt : taken.attempt - 1,
        next_attempt_at: knex.raw(`${dialect.clockMs} + ?`, [seconds * 1_000]),
        error_code: error.code,
        error_message: error.message,
        worker: null,
        expires_at: null,
      })),
    giveBack: (taken) =>
      change(taken, () => ({
        status: 'retrying',
        next_attempt_at: 0,
        attempts: taken.attempt - 1,
        worker: null,
        expires_at: null,
      })),
    forget: () => database.guarded((on) => forgetFinished(on, 'run_requests', KEPT)),
  };
}

type Changes = Knex.DbRecord<RunRequestTable>;
