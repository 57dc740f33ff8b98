import { ERROR_KINDS, type ErrorCode } from '../../core/error-kinds.ts';
import { toBridgeError } from '../../core/errors.ts';
import { failed, type Finding, type Outcome } from '../../core/finding.ts';
import { EXIT, type ExitStatus } from '../../core/exit-status.ts';

export type DriftFinding = Finding<ErrorCode> & {
  /** The name of the comparer. */
  readonly comparer: string;
  /** Null for a finding about what all connectors share. */
  readonly connector: string | null;
  /** The finding reports deletes that are held until an operator allows them. */
  readonly held?: true;
};

/** The part of a finding that names its subject. */
export type FindingScope = Pick<DriftFinding, 'subject' | 'comparer' | 'connector' | 'place'>;

/** Describes one connector and the file that defines it. */
export function scopeOfConnector(comparer: string, connector: string, file: string): FindingScope {
  return { subject: `${comparer} ${connector}`, comparer, connector, place: { file } };
}

/** Describes what all connectors share. */
export function scopeOfAll(comparer: string): FindingScope {
  return { subject: comparer, comparer, connector: null };
}

/**
 * Converts a thrown error to the outcome of a comparison.
 * @param drifts error codes that mean drift rather than a failed comparison
 */
export function thrownOutcome(thrown: unknown, drifts: readonly ErrorCode[]): Outcome {
  const error = toBridgeError(thrown);
  const { message, fix } = failed(error);
  return drifts.includes(error.code) ? { status: 'drift', message, fix } : failed(error);
}

/** Worst first: a bug, what the user must fix, what another party must fix, and what may pass without action. */
const WORST_FIRST: readonly ExitStatus[] = [
  EXIT.bug,
  EXIT.configuration,
  EXIT.permission,
  EXIT.unavailable,
  EXIT.badData,
  EXIT.tryAgain,
];

/**
 * Drift outranks a failed comparison, because drift is certain and does not resolve itself. After a repair, held deletes are not
 * drift: an operator decides about them.
 */
export function exitStatusOf(findings: readonly DriftFinding[], repaired = false): ExitStatus {
  const awaitsDecision = (finding: DriftFinding) => repaired && finding.held === true;
  if (findings.some((finding) => finding.status === 'drift' && !awaitsDecision(finding))) return EXIT.badData;
  const exits = new Set<ExitStatus>(
    findings.flatMap((finding) => (finding.status === 'fail' ? ERROR_KINDS[finding.code].exit : [])),
  );
  const worst = WORST_FIRST.find((exit) => exits.has(exit));
  return worst ?? (findings.some(awaitsDecision) ? EXIT.held : EXIT.done);
}
