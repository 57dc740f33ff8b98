import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { systemClock, type Clock } from '../../core/time/clock.ts';
import type { Database } from '../../database/database.ts';
import type { ServerDatabase } from '../../database/open-server-database.ts';
import { isConflict, isUniqueViolation } from '../../database/state-errors.ts';
import { cancelExpired, forgetFinished } from '../old-requests.ts';
import { isLeaseHeld, LEASE_TIMING, type LeaseTiming } from '../leases/leases.ts';
import { hostIdentity } from '../leases/host-identity.ts';
import {
  SYNC_REQUEST_ATTEMPTS_MAX,
  SYNC_REQUEST_BEGINS_MAX,
  SYNC_REQUEST_KEEP_DAYS,
  SYNC_REQUESTS_FORGOTTEN_AT_ONCE,
} from '../limits.ts';
import type { SyncRequestTable } from './table.ts';
import type { ReadyApp, SyncRequests } from './queue.ts';
import {
  collectionsText,
  syncRequestOf,
  type SyncOrder,
  type SyncRequestRow,
  type TakenSyncRequest,
} from './request.ts';

const KEPT = { days: SYNC_REQUEST_KEEP_DAYS, most: SYNC_REQUESTS_FORGOTTEN_AT_ONCE };

/** @param timing for tests */
export function openSyncRequests(
  database: Pick<ServerDatabase, 'guarded'>,
  timing: LeaseTiming = LEASE_TIMING,
  clock: Clock = systemClock,
): SyncRequests {
  const now = () => clock.now().toISOString();
  return {
    enqueue: (order, requestedBy) => database.guarded((on) => enqueue(on, order, requestedBy)),
    find: (id) =>
      database.guarded(async ({ knex }) => {
        const row = await knex('sync_requests').where({ id }).first();
        return row === undefined ? undefined : syncRequestOf(row);
      }),
    readyApps: () =>
      database.guarded(async (on) => {
        await cancelExpired(on, 'sync_requests', now());
        return readyApps(on);
      }),
    isAppBusy: (appKey) =>
      database.guarded((on) =>
        isLeaseHeld(on, { kind: 'app', name: appKey }, { runId: '', host: hostIdentity(), pid: process.pid }),
      ),
    take: (appKey, runId) => database.guarded((on) => take(on, { appKey, runId, now: now() }, timing)),
    renew: (taken, recordsSeen) =>
      database.guarded(async ({ knex, dialect }) => {
        const renewed = await ours(knex, taken).update({
          expires_at: knex.raw(`${dialect.clockMs} + ?`, [timing.leaseMs]),
          records_seen: recordsSeen,
        });
        return renewed > 0;
      }),
    finish: (taken, end) =>
      database.guarded(async ({ knex }) => {
        const { status, counts, details, recordsSeen, error } = end;
        const finished = await ours(knex, taken).update({
          status,
          counts,
          details,
          records_seen: recordsSeen,
          error_code: error?.code ?? null,
          error_message: error?.message ?? null,
          finished_at: now(),
          expires_at: null,
        });
        return finished > 0;
      }),
    giveBack: (taken) => database.guarded((on) => giveBack(on, taken, now())),
    forget: () => database.guarded((on) => forgetFinished(on, 'sync_requests', KEPT)),
  };
}

function ours(knex: Knex, { id, worker }: TakenSyncRequest) {
  return knex('sync_requests').where({ id, worker, status: 'running' });
}

async function enqueue({ knex }: Database, order: SyncOrder, requestedBy: string): Promise<SyncRequestRow> {
  const equal = { app_key: order.appKey, mode: order.mode, collections: collectionsText(order.collections) };
  for (let attempt = 0; attempt < SYNC_REQUEST_ATTEMPTS_MAX; attempt++) {
    const [stored] = await knex('sync_requests')
      .insert({ ...equal, requested_by: requestedBy })
      .onConflict()
      .ignore()
      .returning('*');
    if (stored !== undefined) return syncRequestOf(stored);
    const waiting = await knex('sync_requests')
      .where({ ...equal, status: 'pending' })
      .first();
    if (waiting !== undefined) return syncRequestOf(waiting);
  }
  throw new Error('Equal sync requests come and go too fast.');
}

async function readyApps({ knex, dialect }: Database): Promise<readonly ReadyApp[]> {
  const rows: readonly { app_key: string; requests: number | string }[] = await knex(
    'sync_requests as request',
  )
    .where(takeable(dialect.clockMs))
    .whereNotExists(
      knex('sync_requests as other')
        .select(knex.raw('1'))
        .whereRaw('other.app_key = request.app_key')
        .where('other.status', 'running')
        .whereRaw(`other.expires_at > ${dialect.clockMs}`),
    )
    .groupBy('request.app_key')
    .orderByRaw('min(request.requested_at), request.app_key')
    .select('request.app_key', knex.raw('count(*) as requests'));
  return rows.map(({ app_key, requests }) => ({ appKey: app_key, requests: Number(requests) }));
}

/** A request that waits, or whose process sent no heartbeat for the duration of the lease. */
function takeable(clockMs: string) {
  return (query: Knex.QueryBuilder) => {
    void query
      .where('request.status', 'pending')
      .orWhereRaw(`(request.status = 'running' and coalesce(request.expires_at, 0) <= ${clockMs})`);
  };
}

interface Taking {
  readonly appKey: string;
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly now: string;
}

async function take(
  database: Database,
  taking: Taking,
  timing: LeaseTiming,
): Promise<TakenSyncRequest | undefined> {
  try {
    return await database.knex.transaction((transaction) => takeIn(transaction, database, taking, timing));
  } catch (thrown) {
    // Another process took a request of this app at the same moment.
    if (isConflict(thrown) || isUniqueViolation(thrown)) return undefined;
    throw thrown;
  }
}

async function takeIn(
  transaction: Knex.Transaction,
  { dialect }: Database,
  { appKey, runId, now }: Taking,
  timing: LeaseTiming,
): Promise<TakenSyncRequest | undefined> {
  await endDead(transaction, dialect.clockMs, appKey, now);
  const candidates = transaction('sync_requests as request')
    .where('request.app_key', appKey)
    .where(takeable(dialect.clockMs))
    // A request whose process died goes first: while it is not finished, no other one of its app can be in progress.
    .orderByRaw(`case request.status when 'running' then 0 else 1 end, request.requested_at, request.id`);
  const free = dialect.rowLocks ? candidates.forUpdate('request').skipLocked() : candidates;
  const found: SyncRequestTable | undefined = await free.first('request.*');
  if (found === undefined) return undefined;
  const worker = randomUUID();
  const [row] = await transaction('sync_requests')
    .where({ id: found.id })
    .update({
      status: 'running',
      worker,
      run_id: runId,
      attempts: found.attempts + 1,
      started_at: found.started_at ?? now,
      records_seen: 0,
      expires_at: transaction.raw(`${dialect.clockMs} + ?`, [timing.leaseMs]),
    })
    .returning('*');
  return row === undefined ? undefined : { ...syncRequestOf(row), worker };
}

/** Ends requests whose process died for the last time. */
async function endDead(
  transaction: Knex.Transaction,
  clockMs: string,
  appKey: string,
  now: string,
): Promise<void> {
  await transaction('sync_requests')
    .where({ app_key: appKey, status: 'running' })
    .where('attempts', '>=', SYNC_REQUEST_BEGINS_MAX)
    .whereRaw(`coalesce(expires_at, 0) <= ${clockMs}`)
    .update({
      status: 'failed',
      error_code: 'INTERRUPTED',
      error_message: `The process of this sync ended without a result, ${SYNC_REQUEST_BEGINS_MAX} times.`,
      finished_at: now,
      expires_at: null,
    });
}

async function giveBack({ knex }: Database, taken: TakenSyncRequest, now: string): Promise<void> {
  try {
    await ours(knex, taken).update({
      status: 'pending',
      worker: null,
      expires_at: null,
      started_at: null,
      run_id: null,
      attempts: knex.raw('attempts - 1'),
    });
  } catch (thrown) {
    if (!isUniqueViolation(thrown)) throw thrown;
    await ours(knex, taken).update({
      status: 'cancelled',
      error_code: 'INTERRUPTED',
      error_message: 'The sync was interrupted, and an equal request waits.',
      finished_at: now,
      expires_at: null,
    });
  }
}
