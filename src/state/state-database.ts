import type { Database } from '../database/database.ts';
import type { RunKind } from '../pipeline/ports/state-port.ts';

/** A database as the state of one kind of definition: each name that is looked up in it is a name of this kind. */
export interface StateDatabase extends Database {
  readonly kind: RunKind;
}

/** SQL: whether a row is of a kind. A literal, so that a plan can be read without bindings; it is one of three words. */
export function isOf(kind: RunKind, table: string): string {
  return `${table}.kind = '${kind}'`;
}
