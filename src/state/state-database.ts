import { existsSync } from 'node:fs';
import { BridgeError } from '../core/errors.ts';
import type { Database, DatabaseAddress } from '../database/database.ts';
import { migrate, requireCurrentSchema } from '../database/migrations.ts';
import { preparedDatabase } from '../database/prepared-database.ts';
import type { RunKind } from '../pipeline/ports/state-port.ts';

/** A database as the state of one kind of definition: each name that is looked up in it belongs to this kind. */
export interface StateDatabase extends Database {
  readonly kind: RunKind;
}

/** SQL: whether a row is of a kind. It is a literal, so that a plan can be read without bindings; it is one of three words. */
export function kindCondition(kind: RunKind, table: string): string {
  return `${table}.kind = '${kind}'`;
}

export interface StateDatabaseOptions extends DatabaseAddress {
  /** The kind of all names in queries; `connector` by default. */
  readonly kind?: RunKind;
  /** Refuses writes and does not create a missing file. */
  readonly readOnly: boolean;
  /** Also migrates a Postgres schema; the embedded one is always migrated. */
  readonly migrate?: boolean;
}

/** @throws BridgeError ENVIRONMENT_INVALID, STATE_UNREACHABLE, STATE_FAILED, STATE_NEWER or STATE_NOT_MIGRATED. */
export async function openStateDatabase(options: StateDatabaseOptions): Promise<StateDatabase> {
  const { kind = 'connector' } = options;
  const nothingYet = options.readOnly && options.url === undefined && !existsSync(options.file);
  const address = nothingYet ? { file: ':memory:' } : options;
  const database = await preparedDatabase(address, async (opening) => {
    const mayMigrate = nothingYet || (!options.readOnly && (opening.embedded || options.migrate === true));
    if (mayMigrate) await migrate(opening);
    else await requireCurrentSchema(opening);
    if (opening.embedded && options.readOnly) await opening.knex.raw('PRAGMA query_only = ON');
  });
  return { ...database, kind };
}

/**
 * Only connectors accept pushes, so the names in the queue are names of connectors.
 * @throws BridgeError INTERNAL for another kind, which would otherwise get the pushes of the connector with the same name.
 */
export function requirePushQueue({ kind }: StateDatabase): void {
  if (kind === 'connector') return;
  throw new BridgeError(
    'INTERNAL',
    `The state of kind ${kind} was asked for pushes, which only connectors have.`,
  );
}
