import type { Knex } from 'knex';
import { BridgeError } from '../../core/errors.ts';
import { systemClock, type Clock } from '../../core/time/clock.ts';
import { LEASE_SECONDS } from '../../core/limits.ts';
import { LEASE_ATTEMPTS_MAX, LEASE_HEARTBEAT_SECONDS } from '../limits.ts';
import { startStopwatch } from '../../core/time/stopwatch.ts';
import type { Lease, LeaseOwner } from '../../pipeline/ports/state-port.ts';
import type { Database } from '../../database/database.ts';
import { keepAlive } from './heartbeat.ts';
import { liveRows } from './live-rows.ts';
import { codeOf } from '../../core/thrown.ts';
import { isConflict, stateError } from '../../database/state-errors.ts';
import type { LeaseKind, LeaseTable } from '../tables.ts';

export interface LeaseTiming {
  /** A lease that was not renewed for this long has expired. */
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  /** How long a run waits for the target lease; the default is `TARGET_LEASE_WAIT_SECONDS_MAX`. */
  readonly targetLeaseWaitMs?: number;
  /** For tests. */
  readonly clock?: Clock;
}

/** The resource that a lease protects. */
export interface LeaseKey {
  readonly kind: LeaseKind;
  readonly name: string;
}

export const LEASE_TIMING: LeaseTiming = {
  leaseMs: LEASE_SECONDS * 1_000,
  heartbeatMs: LEASE_HEARTBEAT_SECONDS * 1_000,
};

const NOUNS: Readonly<Record<LeaseKind, string>> = {
  connector: 'Connector',
  knowledge_source: 'Knowledge source',
  app: 'App',
  target: 'Target',
};

/**
 * Takes a lease and keeps it alive.
 * @param rowsSeen the number of rows that the run has read, for its row in `run_state`; undefined before the first row
 * @throws BridgeError LEASE_HELD, naming the run that holds it.
 */
export async function acquireLease(
  database: Database,
  key: LeaseKey,
  owner: LeaseOwner,
  timing: LeaseTiming,
  rowsSeen: () => number | undefined = () => undefined,
): Promise<Lease> {
  const age = startStopwatch(timing.clock ?? systemClock);
  const fence = await againAfterDeadlock(() =>
    database.knex.transaction((transaction) => takeOver(database, transaction, key, owner, timing)),
  );
  const ours = { ...rowOf(key), fence, run_id: owner.runId };
  const live = liveRows(database, ours, rowsSeen);
  const heartbeat = keepAlive({
    ...timing,
    age,
    lost: (why) =>
      new BridgeError(
        'LEASE_LOST',
        `Run ${owner.runId} no longer holds ${NOUNS[key.kind].toLowerCase()} ${key.name}: ${why}`,
        {
          hint: 'No partial change is left: check the newer run of this connector, or run again.',
        },
      ),
    async renew() {
      const renewed = await database
        .knex('connector_leases')
        .where(ours)
        .update({ expires_at: expiry(database, timing) });
      if (renewed > 0) live.write();
      return renewed > 0;
    },
  });
  let released: Promise<void> | undefined;
  return {
    fence,
    signal: heartbeat.signal,
    isFresh: () => heartbeat.isFresh(),
    requireHeld: () => heartbeat.requireHeld(),
    release() {
      heartbeat.stop();
      released ??= live.settled().then(() => free(database, ours));
      return released;
    },
  };
}

/**
 * Several first runs of a connector that insert its row at the same time can deadlock. Postgres then aborts one of them, which
 * has changed nothing yet and retries.
 */
async function againAfterDeadlock<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (thrown) {
      if (!isConflict(thrown) || attempt === LEASE_ATTEMPTS_MAX) throw thrown;
    }
  }
}

async function takeOver(
  database: Database,
  transaction: Knex.Transaction,
  key: LeaseKey,
  owner: LeaseOwner,
  timing: LeaseTiming,
): Promise<number> {
  await transaction('connector_leases')
    .insert({ ...rowOf(key), fence: 0, expires_at: 0 })
    .onConflict(['kind', 'connector_id'])
    .ignore();
  const seen = await readLease(database, transaction, key);
  if (isHeld(seen, owner)) throw held(seen);
  // Replaces the row only if it is unchanged: another run may have taken the lease, or the holder may have renewed it.
  const taken = await transaction('connector_leases')
    .where({ ...rowOf(key), fence: seen.fence, expires_at: seen.expires_at })
    .update({
      fence: seen.fence + 1,
      run_id: owner.runId,
      host: owner.host,
      pid: owner.pid,
      acquired_at: (timing.clock ?? systemClock).now().toISOString(),
      expires_at: expiry(database, timing),
    });
  if (taken === 0) throw held(await readLease(database, transaction, key));
  return seen.fence + 1;
}

/** Whether another process holds the lease at this moment. */
export async function isLeaseHeld(
  database: Database,
  key: LeaseKey,
  contender: LeaseOwner,
): Promise<boolean> {
  const { knex, dialect } = database;
  const seen: SeenLease | undefined = await knex('connector_leases')
    .where(rowOf(key))
    .first('*', knex.raw(`${dialect.clockMs} as now`));
  return seen !== undefined && isHeld(seen, contender);
}

function isHeld(seen: SeenLease, contender: LeaseOwner): boolean {
  return seen.run_id !== null && seen.expires_at > seen.now && !isGone(seen, contender);
}

function rowOf({ kind, name }: LeaseKey): Pick<LeaseTable, 'kind' | 'connector_id'> {
  return { kind, connector_id: name };
}

type SeenLease = LeaseTable & { readonly now: number };

async function readLease(
  database: Database,
  transaction: Knex.Transaction,
  key: LeaseKey,
): Promise<SeenLease> {
  const row: SeenLease | undefined = await transaction('connector_leases')
    .where(rowOf(key))
    .first('*', transaction.raw(`${database.dialect.clockMs} as now`));
  if (row === undefined) throw new Error(`The lease on ${key.kind} ${key.name} vanished.`);
  return row;
}

function expiry(database: Database, timing: LeaseTiming): Knex.Raw<number> {
  return database.knex.raw(`${database.dialect.clockMs} + ?`, [timing.leaseMs]);
}

/** Whether the process of the holder has ended. Only a process on the same host can tell. */
function isGone(holder: LeaseTable, contender: LeaseOwner): boolean {
  if (holder.host !== contender.host || holder.pid === null) return false;
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (thrown) {
    // EPERM: the process exists and belongs to another user.
    return codeOf(thrown) === 'ESRCH';
  }
}

function held(holder: LeaseTable): BridgeError {
  const [hostname] = (holder.host ?? 'an unknown host').split(' ');
  return new BridgeError(
    'LEASE_HELD',
    `${NOUNS[holder.kind]} ${holder.connector_id} is being ${holder.kind === 'target' ? 'delivered to' : 'run'}: run ${holder.run_id ?? 'unknown'}, process ${holder.pid ?? 'unknown'} on ${hostname}, since ${holder.acquired_at ?? 'just now'}.`,
    {
      hint: `Wait until it is done and run again; if its machine has failed, it is taken over ${LEASE_SECONDS} s after its last sign of life.`,
    },
  );
}

/**
 * Keeps the row, so that its fence continues to grow. An unreachable state is not a failure here: the lease expires soon, and its
 * holder has finished its work or has a better error to report.
 */
async function free(
  database: Database,
  ours: Pick<LeaseTable, 'kind' | 'connector_id' | 'fence' | 'run_id'>,
): Promise<void> {
  try {
    await database
      .knex('connector_leases')
      .where(ours)
      .update({ run_id: null, host: null, pid: null, acquired_at: null, expires_at: 0 });
  } catch (thrown) {
    const error = stateError(thrown, database.location);
    if (!(error instanceof BridgeError)) throw error;
  }
}
