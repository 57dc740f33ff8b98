import { DRIFT_CONNECTORS_AT_ONCE } from '../../core/limits.ts';
import type { ErrorCode } from '../../core/errors.ts';
import { thrownVerdict, type DriftFinding, type Verdict } from './drift-finding.ts';
import { inTime } from '../doctor/finding.ts';
import type { FoundConnector } from './comparer.ts';

export interface Comparison {
  readonly comparer: string;
  /** Codes of errors that say that there is drift, rather than that it could not be looked. */
  readonly drifts: readonly ErrorCode[];
  readonly compare: (found: FoundConnector, signal: AbortSignal) => Promise<readonly Verdict[]>;
}

/**
 * Compares some connectors at a time, each within a time of its own. One that fails hides no other.
 * @returns findings in the order of the connectors
 * @throws the reason of `signal`, and nothing else
 */
export async function eachConnector(
  connectors: readonly FoundConnector[],
  comparison: Comparison,
  signal: AbortSignal,
): Promise<DriftFinding[]> {
  const findings: DriftFinding[][] = [];
  const waiting = connectors.entries();
  const work = async (): Promise<void> => {
    for (const [index, found] of waiting) findings[index] = await findingsOf(found, comparison, signal);
  };
  await Promise.all(Array.from({ length: DRIFT_CONNECTORS_AT_ONCE }, work));
  return findings.flat();
}

async function findingsOf(
  found: FoundConnector,
  { comparer, drifts, compare }: Comparison,
  signal: AbortSignal,
): Promise<DriftFinding[]> {
  const { file, connector } = found;
  const about = { comparer, connector: connector.metadata.name, file };
  try {
    const verdicts = await inTime(`${comparer} of ${about.connector}`, signal, (ending) =>
      compare(found, ending),
    );
    return verdicts.map((verdict) => ({ ...about, ...verdict }));
  } catch (thrown) {
    signal.throwIfAborted();
    return [{ ...about, ...thrownVerdict(thrown, drifts) }];
  }
}
