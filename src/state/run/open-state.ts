import { existsSync } from 'node:fs';
import { BridgeError } from '../../core/errors.ts';
import { HeldLeases } from '../../pipeline/held-leases.ts';
import type { PushSelection } from '../../pipeline/ports/push-port.ts';
import type { State } from '../../pipeline/ports/state-port.ts';
import { commit } from './commit.ts';
import type { Database, DatabaseAddress } from '../../database/database.ts';
import { recordQueries } from './engine-queries.ts';
import { documentFacts, recordIds } from './document-facts.ts';
import { openJournal, stepsOf } from './journal.ts';
import { acquireLease, LEASE_TIMING, type LeaseTiming } from '../leases/leases.ts';
import { migrate, requireCurrentSchema } from '../../database/migrations.ts';
import { namedErrors } from '../../database/with-state-errors.ts';
import { preparedDatabase } from '../../database/prepared-database.ts';
import { idsOf, lookup, othersInto, position, stage } from './records.ts';
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
import { queueDepth } from '../push/depth.ts';
import { olderEvents, pushed } from '../push/pushed.ts';
import { rejections } from './rejections.ts';
import { stateError } from '../../database/state-errors.ts';
import { waitingPushes } from '../push/waiting.ts';

/** Where the embedded state is, below the working directory. */
export const STATE_FILE = '.gemini-sync-bridge/state.db';

export interface StateOptions extends DatabaseAddress {
  /** For a dry run: what would write is refused, and a file that does not exist is not made. */
  readonly readOnly: boolean;
  /** Brings a Postgres schema up to date, too; the embedded one always is. */
  readonly migrate?: boolean;
  /** Gets the leases and turns that are taken through this state, until they are released. */
  readonly leases?: HeldLeases;
  /** For tests. */
  readonly leaseTiming?: LeaseTiming;
}

/**
 * Opens the state store: Postgres if there is a URL, otherwise the SQLite file, which is made and migrated as needed.
 * @throws BridgeError ENVIRONMENT_INVALID, STATE_UNREACHABLE, STATE_FAILED, STATE_NEWER or STATE_NOT_MIGRATED.
 */
export async function openState(options: StateOptions): Promise<State> {
  const nothingYet = options.readOnly && options.url === undefined && !existsSync(options.file);
  const address = nothingYet ? { file: ':memory:' } : options;
  const database = await preparedDatabase(address, async (opening) => {
    const mayMigrate = nothingYet || (!options.readOnly && (opening.embedded || options.migrate === true));
    if (mayMigrate) await migrate(opening);
    else await requireCurrentSchema(opening);
    if (opening.embedded && options.readOnly) await opening.knex.raw('PRAGMA query_only = ON');
  });
  return stateOf(database, options);
}

/**
 * Brings the schema of the state store up to date.
 * @returns the migrations applied, by name; none if it was current.
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

function stateOf(
  database: Database,
  { readOnly, leaseTiming = LEASE_TIMING, leases = new HeldLeases() }: StateOptions,
): State {
  const reading = namedErrors(database);
  /** Writes nothing once a lease is lost that was taken here. */
  const writing: typeof reading = (work) =>
    readOnly
      ? refuseToWrite
      : reading(async (...args) => {
          await leases.requireNoneLost();
          return work(...args);
        });
  async function* streaming<Item>(items: AsyncIterable<Item>): AsyncIterable<Item> {
    try {
      yield* items;
    } catch (thrown) {
      throw stateError(thrown, database.location);
    }
  }
  async function* claimed(selection: PushSelection) {
    await leases.requireNoneLost();
    yield* pushed(database, selection);
  }

  return {
    lease: writing(async (on, connectorId: string, owner, rowsSeen) =>
      leases.hold(await acquireLease(on, connectorId, owner, leaseTiming, rowsSeen)),
    ),
    position: reading((on, connectorId: string, target: string) =>
      position(on, connectorId, target, readOnly),
    ),
    fingerprints: (scope, kind) =>
      streaming(recordQueries(database.dialect).fingerprints(database.knex, scope, kind)),
    lookup: reading(lookup),
    idsOf: (scope, fingerprints, kind) => streaming(idsOf(database, scope, fingerprints, kind)),
    beginRun: writing(beginRun),
    enterPhase: writing(enterPhase),
    findRun: reading(findRun),
    unfinishedRuns: reading(unfinishedRuns),
    lastCommitted: reading(lastCommitted),
    queueDepth: reading(queueDepth),
    pushed: (selection) => streaming(selection.claim ? claimed(selection) : pushed(database, selection)),
    olderEvents: reading(olderEvents),
    stage: writing(stage),
    published: writing(published),
    commit: writing(commit),
    failRun: writing(failRun),
    closeUnsent: writing(closeUnsent),
    journal: (runId, target, owner) =>
      openJournal(database, { runId, target, owner }, { ...leaseTiming, leases }, (work) =>
        writing((_, ...args: Parameters<typeof work>) => work(...args)),
      ),
    rejections: reading(rejections),
    othersInto: reading(othersInto),
    documentFacts: reading(documentFacts),
    waitingPushes: reading(waitingPushes),
    recordIds: (connectorId, target) => streaming(recordIds(database, connectorId, target)),
    deliverySteps: reading(stepsOf),
    close: () => database.close(),
  };
}

function refuseToWrite(): Promise<never> {
  return Promise.reject(
    new BridgeError('INTERNAL', 'A state that was opened to be read was asked to write.'),
  );
}
