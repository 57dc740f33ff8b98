import type { BridgeError, ErrorCode } from './errors.ts';

/** The one vocabulary of results, for every command that checks something. */
export type FindingStatus = Finding['status'];

/** Where in a file a finding is; without a line, it is about the file as a whole. */
export interface FilePlace {
  /** As given on the command line, or as found in a folder. */
  readonly file: string;
  /** From 1. */
  readonly line?: number;
  /** From 1, in characters. */
  readonly column?: number;
}

/** What a check came to, before it is said about what. `message` and `fix` are sentences, perhaps of several lines. */
export type Outcome<Code extends string = ErrorCode> = { readonly message: string } &
  /** `skip`: it was not checked, and the message says why. */
  (
    | { readonly status: 'ok' | 'skip' }
    /** `warn`: a run can succeed. `drift`: something is not what was expected. */
    | { readonly status: 'warn' | 'drift'; readonly fix: string; readonly code?: Code }
    /** What was checked is wrong, or could not be checked. */
    | { readonly status: 'fail'; readonly fix: string; readonly code: Code }
  );

/** One result of `validate`, `doctor` or `check-drift`. The code is stable, so that a tool can count or ignore it. */
export type Finding<Code extends string = string> = Outcome<Code> & {
  /** What it is about: `bucket`, `columns hr-employees`, `spec.source.query`; empty for a file as a whole. */
  readonly subject: string;
  readonly place?: FilePlace;
};

/** What was thrown, as the outcome of a check. */
export function failed({
  code,
  message,
  hint = 'See docs/errors.md.',
}: BridgeError): Outcome & { status: 'fail' } {
  return { status: 'fail', message, fix: hint, code };
}
