import { forEachConcurrently } from '../../core/for-each-concurrently.ts';
import { DRIFT_CONNECTORS_AT_ONCE } from '../limits.ts';
import type { ErrorCode } from '../../core/error-kinds.ts';
import type { Outcome } from '../../core/finding.ts';
import { scopeOfConnector, thrownOutcome, type DriftFinding } from './drift-finding.ts';
import { withinTimeLimit } from '../doctor/finding.ts';
import type { FoundConnector } from './comparer.ts';

export interface Comparison {
  readonly comparer: string;
  /** Error codes that mean drift rather than a failed comparison. */
  readonly drifts: readonly ErrorCode[];
  readonly compare: (found: FoundConnector, signal: AbortSignal) => Promise<readonly Outcome[]>;
}

/**
 * Compares several connectors concurrently, each with its own time limit. A failure does not affect the others.
 * @returns findings in the order of the connectors
 * @throws the reason of `signal`, and nothing else
 */
export async function eachConnector(
  connectors: readonly FoundConnector[],
  comparison: Comparison,
  signal: AbortSignal,
): Promise<DriftFinding[]> {
  const findings: DriftFinding[][] = [];
  await forEachConcurrently(DRIFT_CONNECTORS_AT_ONCE, connectors, async (found, index) => {
    findings[index] = await findingsOf(found, comparison, signal);
  });
  return findings.flat();
}

async function findingsOf(
  found: FoundConnector,
  { comparer, drifts, compare }: Comparison,
  signal: AbortSignal,
): Promise<DriftFinding[]> {
  const { file, connector } = found;
  const { name } = connector.metadata;
  const about = scopeOfConnector(comparer, name, file);
  try {
    const outcomes = await withinTimeLimit(`${comparer} of ${name}`, signal, (ending) =>
      compare(found, ending),
    );
    return outcomes.map((outcome) => ({ ...about, ...outcome }));
  } catch (thrown) {
    signal.throwIfAborted();
    return [{ ...about, ...thrownOutcome(thrown, drifts) }];
  }
}
