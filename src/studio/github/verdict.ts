import type { ErrorCode } from '../../core/error-kinds.ts';

export const CHECKS_FIRST =
  'Try again: the next attempt checks the branch and the pull request before it writes.';

export interface Asked {
  /** Names the request in messages, such as `POST /repos/o/r/git/refs`. */
  readonly name: string;
  readonly repository: string;
  readonly signsInAs: 'token' | 'app';
  /** Whether the request is that of an app for the token of its installation. */
  readonly isSignIn: boolean;
  readonly redact: (text: string) => string;
  readonly now: Date;
}

export interface Verdict {
  readonly code: ErrorCode;
  readonly what: string;
  readonly hint: string;
  readonly notBefore?: Date | undefined;
}
