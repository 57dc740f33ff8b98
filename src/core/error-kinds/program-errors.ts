import { EXIT } from '../exit-status.ts';
import { wrong, type ErrorKind } from './error-kind.ts';

/** The ends of this program itself. */
export const PROGRAM_ERRORS = {
  /** The run was stopped by a signal. Nothing was committed; the next run starts from the same checkpoint. */
  INTERRUPTED: { exit: EXIT.terminated, retryable: true },
  /** A bug in this program. Please report it with the log. */
  INTERNAL: wrong(EXIT.bug),
} as const satisfies Record<string, ErrorKind>;
