import type { ErrorCode } from './error-kinds.ts';
import type { BridgeError } from './errors.ts';

/** The one vocabulary of results, for every command that runs checks. */
export type FindingStatus = Finding['status'];

/** The place of a finding in a file; without a line, it concerns the file as a whole. */
export interface FilePlace {
  /** The path as given on the command line, or as found in a folder. */
  readonly file: string;
  /** The line, from 1. */
  readonly line?: number;
  /** The column, from 1, in characters. */
  readonly column?: number;
}

/** The outcome of a check, without its subject. `message` and `fix` are sentences, perhaps of several lines. */
export type Outcome<Code extends string = ErrorCode> = { readonly message: string } &
  /** `skip`: it was not checked, and the message gives the reason. */
  (
    | { readonly status: 'ok' | 'skip' }
    /** `warn`: a run can succeed. `drift`: something differs from what was expected. */
    | { readonly status: 'warn' | 'drift'; readonly fix: string; readonly code?: Code }
    /** `fail`: the checked thing is wrong, or could not be checked. */
    | { readonly status: 'fail'; readonly fix: string; readonly code: Code }
  );

/** One result of `validate`, `doctor` or `check-drift`. The code is stable, so that a tool can count or ignore it. */
export type Finding<Code extends string = string> = Outcome<Code> & {
  /** The subject: `bucket`, `columns hr-employees`, `spec.source.query`; empty for a file as a whole. */
  readonly subject: string;
  readonly place?: FilePlace;
};

/** Converts a thrown error into the outcome of a check. */
export function failed({
  code,
  message,
  hint = 'See docs/errors.md.',
}: BridgeError): Outcome & { status: 'fail' } {
  return { status: 'fail', message, fix: hint, code };
}
