import { BridgeError } from '../../core/errors.ts';
import { HeldLeases } from '../../pipeline/held-leases.ts';
import type { PushSelection } from '../../pipeline/ports/push-port.ts';
import type { State } from '../../pipeline/ports/state-port.ts';
import { commit } from './commit.ts';
import type { DatabaseAddress } from '../../database/database.ts';
import {
  openStateDatabase,
  requirePushQueue,
  type StateDatabase,
  type StateDatabaseOptions,
} from '../state-database.ts';
import { recordQueries } from './engine-queries.ts';
import { openJournal } from './journal.ts';
import type { OwnFences } from './open-run.ts';
import { acquireLease, LEASE_TIMING, type LeaseTiming } from '../leases/leases.ts';
import { migrate } from '../../database/migrations.ts';
import { withStateErrors, streamWithStateErrors } from '../../database/with-state-errors.ts';
import { preparedDatabase } from '../../database/prepared-database.ts';
import { idsOf, lookup, othersInto, position, stage } from './records/records.ts';
import {
  beginRun,
  closeUnsent,
  enterPhase,
  failRun,
  findRun,
  lastCommitted,
  published,
  unfinishedRuns,
} from './runs.ts';
import { olderEvents, pushed } from '../push/pushed.ts';
import { secretRows, type SecretRows } from '../secrets/secret-rows.ts';
import { rejections } from './rejections.ts';

/** The path of the embedded state, relative to the working directory. */
export const STATE_FILE = '.gemini-sync-bridge/state.db';

export interface StateOptions extends StateDatabaseOptions {
  /** Collects the leases that are taken through this state, until they are released. */
  readonly leases?: HeldLeases;
  /** For tests. */
  readonly leaseTiming?: LeaseTiming;
}

/** The state of a run, with the stored secrets that its definition may name. */
export interface OpenedState extends State {
  readonly secrets: SecretRows;
}

/**
 * Opens the state store: Postgres if there is a URL, otherwise the SQLite file, which is created and migrated as needed.
 * @throws BridgeError ENVIRONMENT_INVALID, STATE_UNREACHABLE, STATE_FAILED, STATE_NEWER or STATE_NOT_MIGRATED.
 */
export async function openState(options: StateOptions): Promise<OpenedState> {
  const database = await openStateDatabase(options);
  return { ...stateOf(database, options), secrets: secretRows(database, options) };
}

/**
 * Brings the schema of the state store up to date.
 * @returns the names of the migrations applied; empty if the schema was current.
 * @throws BridgeError ENVIRONMENT_INVALID, STATE_UNREACHABLE, STATE_FAILED or STATE_NEWER.
 */
export async function migrateState(
  address: DatabaseAddress,
): Promise<{ readonly applied: readonly string[]; readonly location: string }> {
  let applied: readonly string[] = [];
  const database = await preparedDatabase(address, async (opening) => {
    applied = await migrate(opening);
  });
  await database.close();
  return { applied, location: database.location };
}

/** The state in a database that is open. */
export function stateOf(
  database: StateDatabase,
  { readOnly, leaseTiming = LEASE_TIMING, leases = new HeldLeases() }: StateOptions,
): State {
  const reading = withStateErrors(database);
  const fences = new Map<string, number>();
  /** Writes nothing once a lease that was taken here is lost. */
  const writing: typeof reading = (work) =>
    readOnly
      ? refuseToWrite
      : reading(async (...args) => {
          await leases.requireNoneLost();
          return work(...args);
        });
  /** The same for a write to a run, which may be that of another process by then. */
  const writingRun = <Args extends unknown[], Answer>(
    work: (on: StateDatabase, own: OwnFences, ...args: Args) => Promise<Answer>,
  ) => writing((on, ...args: Args) => work(on, fences, ...args));
  const streaming = streamWithStateErrors(database);
  async function* queued(selection: PushSelection) {
    requirePushQueue(database);
    if (selection.claim) await leases.requireNoneLost();
    yield* pushed(database, selection);
  }

  return {
    lease: writing(async (on, name: string, owner, rowsSeen) => {
      const lease = await acquireLease(on, { kind: on.kind, name }, owner, leaseTiming, rowsSeen);
      fences.set(name, lease.fence);
      return leases.hold(lease);
    }),
    position: reading((on, connectorId: string, target: string) =>
      position(on, connectorId, target, readOnly),
    ),
    fingerprints: (scope, kind) =>
      streaming(recordQueries(database.dialect).fingerprints(database.knex, scope, kind)),
    lookup: reading(lookup),
    idsOf: (scope, fingerprints, kind) => streaming(idsOf(database, scope, fingerprints, kind)),
    beginRun: writing(beginRun),
    enterPhase: writingRun(enterPhase),
    findRun: reading(findRun),
    unfinishedRuns: reading(unfinishedRuns),
    lastCommitted: reading(lastCommitted),
    pushed: (selection) => streaming(queued(selection)),
    olderEvents: reading((on, selection: PushSelection) => {
      requirePushQueue(on);
      return olderEvents(on, selection);
    }),
    stage: writingRun(stage),
    published: writingRun(published),
    commit: writing(commit),
    failRun: writingRun(failRun),
    closeUnsent: writingRun(closeUnsent),
    journal: (runId, target, owner) =>
      openJournal(database, { runId, target, owner }, { ...leaseTiming, leases, fences }, (work) =>
        writing((_, ...args: Parameters<typeof work>) => work(...args)),
      ),
    rejections: reading(rejections),
    othersInto: reading(othersInto),
    close: () => database.close(),
  };
}

function refuseToWrite(): Promise<never> {
  return Promise.reject(
    new BridgeError('INTERNAL', 'A state that was opened to be read was asked to write.'),
  );
}
