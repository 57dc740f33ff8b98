import { EXIT, type ExitStatus } from '../exit-status.ts';

export interface ErrorKind {
  readonly exit: ExitStatus;
  /** Whether the same command, run again later without a change, can succeed. */
  readonly retryable: boolean;
}

/** The same command fails again until something is changed. */
export const wrong = (exit: ExitStatus): ErrorKind => ({ exit, retryable: false });

export const later: ErrorKind = { exit: EXIT.tryAgain, retryable: true };
