import type { Knex } from 'knex';
import { randomUUID } from 'node:crypto';
import { systemClock, type Clock } from '../../core/time/clock.ts';
import { ALERT_REPEAT_SECONDS, ALERT_UNANSWERED_SECONDS } from '../../core/limits.ts';
import { ALERT_CLAIM_SECONDS } from '../limits.ts';
import { startStopwatch, type Stopwatch } from '../../core/time/stopwatch.ts';
import type { RunKind } from '../../pipeline/ports/state-port.ts';
import type { Database, DatabaseAddress } from '../../database/database.ts';
import { migrate, requireCurrentSchema } from '../../database/migrations.ts';
import { withStateErrors } from '../../database/with-state-errors.ts';
import { preparedDatabase } from '../../database/prepared-database.ts';

/** The signature of the row that decides which run announces that a connector works again. */
const RECOVERY = 'SUCCESS';

/** The subject of an alert. */
interface AlertMatter {
  /** The kind of the named definition; `connector` by default. */
  readonly kind?: RunKind;
  readonly connectorId: string;
  readonly target: string;
}

interface AlertKey extends AlertMatter {
  /** Two problems with equal signatures are the same problem. */
  readonly signature: string;
}

/** The right to send an announcement; it expires after `ALERT_CLAIM_SECONDS`. */
interface AlertClaim {
  /** Whether the claim has not expired, by local clocks that include suspension. */
  isHeld(): boolean;
  /** Records that the announcement was sent. */
  sent(): Promise<void>;
  /**
   * Records that it was sent without a response, so its arrival is unknown: it counts as announced for
   * `ALERT_UNANSWERED_SECONDS`.
   */
  unanswered(): Promise<void>;
  /** Records that it was not sent. */
  release(): Promise<void>;
}

/** What was announced about connectors. All methods fail with STATE_UNREACHABLE or STATE_FAILED. */
export interface AlertState {
  /**
   * Undefined when it was announced within `ALERT_REPEAT_SECONDS`, or another process is about to announce it. Only one of
   * several concurrent callers gets the claim.
   */
  claimAlert(key: AlertKey): Promise<AlertClaim | undefined>;
  /**
   * Claims the announcement that the first of these matters works again, which resolves the problems of the others too. Undefined
   * also when no problem of them was announced since the last recovery.
   */
  claimRecovery(matters: AlertMatters): Promise<AlertClaim | undefined>;
  close(): Promise<void>;
}

type AlertMatters = readonly [AlertMatter, ...AlertMatter[]];

/** @throws BridgeError, as `openState` does. */
export async function openAlertState(
  address: DatabaseAddress,
  clock: Clock = systemClock,
): Promise<AlertState> {
  const database = await preparedDatabase(address, async (opening) => {
    // Checks first, because a migration waits for the write lock.
    await requireCurrentSchema(opening).catch(async (thrown: unknown) => {
      // A run may fail before it has opened its state, and its alert is then the first row to be stored.
      if (!opening.embedded) throw thrown;
      await migrate(opening);
    });
  });
  const named = withStateErrors(database);
  return {
    claimAlert: named((on, key: AlertKey) => claimAlert(on, key, clock)),
    claimRecovery: named((on, matters: AlertMatters) => claimRecovery(on, matters, clock)),
    close: () => database.close(),
  };
}

async function claimAlert(database: Database, key: AlertKey, clock: Clock): Promise<AlertClaim | undefined> {
  const { knex, dialect } = database;
  const age = startStopwatch(clock);
  const settle = await claimRow(database, key, (row) => {
    const repeat = knex.raw(`${dialect.clockMs} - ?`, [ALERT_REPEAT_SECONDS * 1_000]);
    void row.where((either) => void either.whereNull('sent_at').orWhere('sent_at', '<=', repeat));
  });
  return (
    settle && {
      isHeld: () => isYoung(age),
      sent: () => settle(ALERT_REPEAT_SECONDS),
      unanswered: () => settle(ALERT_UNANSWERED_SECONDS),
      release: () => settle(),
    }
  );
}

async function claimRecovery(
  database: Database,
  matters: AlertMatters,
  clock: Clock,
): Promise<AlertClaim | undefined> {
  const keys = matters.map(({ kind = 'connector', connectorId, target }) => [kind, connectorId, target]);
  const all = () => database.knex('alert_state').whereIn(['kind', 'connector_id', 'target'], keys);
  const unresolved = async () => (await all().where({ unresolved: 1 }).first('signature')) !== undefined;
  // Nearly every run returns here, and writes nothing.
  if (!(await unresolved())) return undefined;
  const age = startStopwatch(clock);
  const settle = await claimRow(database, { ...matters[0], signature: RECOVERY }, () => undefined);
  if (settle === undefined) return undefined;
  // Another process may have announced it in between.
  if (!(await unresolved())) {
    await settle();
    return undefined;
  }
  const sent = async () => {
    await all().update({ unresolved: 0 });
    await settle();
  };
  // A lost announcement is less harmful than one that every run repeats.
  return { isHeld: () => isYoung(age), sent, unanswered: sent, release: () => settle() };
}

function isYoung(age: Stopwatch): boolean {
  return age() < ALERT_CLAIM_SECONDS * 1_000;
}

/** Ends a claim that is still ours. @param quietSeconds how long it counts as announced; undefined if it was not announced */
type Settle = (quietSeconds?: number) => Promise<void>;

/** One update decides which caller gets the row; `narrow` restricts the rows further. */
async function claimRow(
  { knex, dialect }: Database,
  { kind = 'connector', connectorId, target, signature }: AlertKey,
  narrow: (row: Knex.QueryBuilder) => void,
): Promise<Settle | undefined> {
  const key = { kind, connector_id: connectorId, target, signature };
  await knex('alert_state').insert(key).onConflict(['kind', 'connector_id', 'target', 'signature']).ignore();
  const claimedBy = randomUUID();
  const dead = knex.raw(`${dialect.clockMs} - ?`, [ALERT_CLAIM_SECONDS * 1_000]);
  const row = knex('alert_state')
    .where(key)
    .andWhere((either) => void either.whereNull('claimed_by').orWhere('claimed_at', '<=', dead));
  narrow(row);
  const claimed = await row.update({ claimed_by: claimedBy, claimed_at: knex.raw(dialect.clockMs) });
  if (claimed === 0) return undefined;
  return async (quietSeconds) => {
    const sentMs = (quiet: number) =>
      knex.raw<number>(`${dialect.clockMs} - ?`, [(ALERT_REPEAT_SECONDS - quiet) * 1_000]);
    const announced = quietSeconds === undefined ? {} : { sent_at: sentMs(quietSeconds), unresolved: 1 };
    await knex('alert_state')
      .where({ ...key, claimed_by: claimedBy })
      .update({ claimed_by: null, claimed_at: null, ...announced });
  };
}
