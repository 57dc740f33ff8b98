import { EXIT } from '../exit-status.ts';
import { later, wrong, type ErrorKind } from './error-kind.ts';

/** Errors of the state database and of its leases. */
export const STATE_ERRORS = {
  /** The state database cannot be reached, or the connection was lost during the run. No partial change is left: the next run continues from the last commit. */
  STATE_UNREACHABLE: later,
  /** The state database is reachable, but one of its limits stopped the work: a timeout, a conflict with another session, a full or failing disk, or too little memory. The message names the limit, and the hint says what to do. No partial change is left: the next run continues from the last commit. */
  STATE_LIMIT: later,
  /** The state database refuses the work: missing permission, a read-only server or disk, or a damaged file. A retry does not help until this is fixed. */
  STATE_FAILED: wrong(EXIT.unavailable),
  /** The row of one run in the state database cannot be read, so Ops shows that run without its counts. Other runs are not affected. */
  STATE_ROW_UNREADABLE: wrong(EXIT.unavailable),
  /** The state database was written by a newer version of this program. Upgrade the program; it never downgrades a schema. */
  STATE_NEWER: wrong(EXIT.configuration),
  /** The schema of the state database is missing or out of date. Run `gemini-sync-bridge migrate` once, with a user that may create tables. */
  STATE_NOT_MIGRATED: wrong(EXIT.configuration),
  /** Another run of this connector is in progress; the message names it. Only one run of a connector can be in progress at a time. */
  LEASE_HELD: later,
  /** This run did not renew its lease in time and another run took over, so it stopped without writing anything. */
  LEASE_LOST: later,
} as const satisfies Record<string, ErrorKind>;
