import { ERROR_KINDS, toBridgeError, type ErrorCode } from '../../core/errors.ts';
import { failed, type Finding, type Outcome } from '../../core/finding.ts';
import { EXIT, type ExitStatus } from '../../core/exit-status.ts';

export type DriftFinding = Finding<ErrorCode> & {
  /** The name of the comparer. */
  readonly comparer: string;
  /** Null for what all connectors share. */
  readonly connector: string | null;
};

/** What a finding of a comparer is about. */
export type About = Pick<DriftFinding, 'subject' | 'comparer' | 'connector' | 'place'>;

/** About one connector, in the file where it was found. */
export function aboutConnector(comparer: string, connector: string, file: string): About {
  return { subject: `${comparer} ${connector}`, comparer, connector, place: { file } };
}

/** About what all connectors share. */
export function aboutAll(comparer: string): About {
  return { subject: comparer, comparer, connector: null };
}

/**
 * What was thrown, as the outcome of a comparison.
 * @param drifts codes that are no failure of the comparison but its result
 */
export function thrownOutcome(thrown: unknown, drifts: readonly ErrorCode[]): Outcome {
  const error = toBridgeError(thrown);
  const { message, fix } = failed(error);
  return drifts.includes(error.code) ? { status: 'drift', message, fix } : failed(error);
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
    findings.flatMap((finding) => (finding.status === 'fail' ? ERROR_KINDS[finding.code].exit : [])),
  );
  return WORST_FIRST.find((exit) => exits.has(exit)) ?? EXIT.done;
}
