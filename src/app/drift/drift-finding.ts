import { ERROR_KINDS, toBridgeError, type ErrorCode } from '../../core/errors.ts';
import { EXIT, type ExitStatus } from '../../core/exit-status.ts';

/** What a comparison came to. `what` and `fix` are sentences, perhaps of several lines. */
export type Verdict = { readonly what: string } & (
  | { readonly status: 'ok' | 'skipped' }
  /** `drift`: what is there is not what was expected. `warn`: perhaps. */
  | { readonly status: 'drift' | 'warn'; readonly fix: string }
  /** It could not be compared. */
  | { readonly status: 'failed'; readonly fix: string; readonly code: ErrorCode }
);

export type DriftFinding = Verdict & {
  /** The name of the comparer. */
  readonly comparer: string;
  /** Null for what all connectors share. */
  readonly connector: string | null;
  /** The connector's file, as it was found. */
  readonly file: string | null;
};

/**
 * What was thrown as a verdict.
 * @param drifts codes that are no failure of the comparison but its result
 */
export function thrownVerdict(thrown: unknown, drifts: readonly ErrorCode[]): Verdict {
  const { code, message, hint = 'See docs/errors.md.' } = toBridgeError(thrown);
  return drifts.includes(code)
    ? { status: 'drift', what: message, fix: hint }
    : { status: 'failed', what: message, fix: hint, code };
}

/** Worst first: a bug, what a person must change, what another side must change, and what may pass by itself. */
const WORST_FIRST: readonly ExitStatus[] = [
  EXIT.bug,
  EXIT.configuration,
  EXIT.permission,
  EXIT.unavailable,
  EXIT.badData,
  EXIT.tryAgain,
];

/** Drift outranks what could not be compared, for it is certain and does not pass by itself. */
export function exitStatusOf(findings: readonly DriftFinding[]): ExitStatus {
  if (findings.some(({ status }) => status === 'drift')) return EXIT.badData;
  const exits = new Set<ExitStatus>(
    findings.flatMap((finding) => (finding.status === 'failed' ? ERROR_KINDS[finding.code].exit : [])),
  );
  return WORST_FIRST.find((exit) => exits.has(exit)) ?? EXIT.done;
}
