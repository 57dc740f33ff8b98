import type { RunCounts } from '../../../src/pipeline/ports/ports.ts';

/** The counts of a run, each 0 unless given. */
export function runCounts(given: Partial<RunCounts> = {}): RunCounts {
  return {
    seen: 0,
    unchanged: 0,
    added: 0,
    changed: 0,
    missing: 0,
    deleted: 0,
    held: 0,
    quarantined: 0,
    rejected: 0,
    ...given,
  };
}
