import { isSqlSource, type SourceSpec } from '../../definitions/connector/types.ts';
import { nextFullListing } from '../../sources/sql/probe.ts';
import { readProbeCheckpoint } from '../../sources/sql/probe-checkpoint.ts';

/** What the state knows about the probe of a connector. */
export interface ProbeFacts {
  /** What the probe answered before the last full listing; null is SQL NULL. */
  readonly answer: readonly (string | null)[];
  /** When that listing was read; ISO 8601, UTC. */
  readonly listedAt: string;
  /** From when on a run reads every row, whatever the probe answers; ISO 8601, UTC. */
  readonly fullListingDue: string;
}

/**
 * @param watermark that of the newest committed run
 * @returns undefined for a connector without a probe; null if the next run reads every row, because no answer is stored: no full
 *   listing was completed, or rows were quarantined, or deletes are held
 */
export function probeFactsOf(source: SourceSpec, watermark: string | null): ProbeFacts | null | undefined {
  if (!isSqlSource(source) || source.unchangedQuery === undefined) return undefined;
  const stored = readProbeCheckpoint(watermark ?? undefined);
  if (stored === undefined || Number.isNaN(Date.parse(stored.listedAt))) return null;
  const { answer, listedAt } = stored;
  return { answer, listedAt, fullListingDue: nextFullListing(source, listedAt).toISOString() };
}
