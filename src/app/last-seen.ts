import type { RunCounts } from '../pipeline/ports.ts';
import type { RunRow } from '../pipeline/state-port.ts';
import type { LastSeen } from './explanation.ts';

/**
 * Whether a complete listing has proven that every record was in it which is there after its commit, and not soft-deleted.
 * It has if nothing was missing, or if all that was missing is gone. Deletes of rows without readers count as deleted too,
 * and each of those is quarantined; so only more deletes than that prove that the missing ones were deleted and not left
 * alone by the policy.
 */
function sawEveryRecord({ missing, held, deleted, quarantined, rejected }: RunCounts): boolean {
  if (missing === null) return false;
  return missing === 0 || (held === 0 && rejected === 0 && deleted > quarantined);
}

/**
 * When the source last had the row of a document that has a record.
 * @param sender the run that last sent it
 * @param committed committed runs, newest first
 * @param asideIn a committed run that put its row into quarantine
 */
export function lastSeenOf(
  sender: RunRow | undefined,
  committed: readonly RunRow[],
  asideIn: string | undefined,
): LastSeen | null {
  const [newest] = committed;
  for (const run of committed) {
    const by = howSeen(run, sender, asideIn);
    if (by === undefined) continue;
    return { runId: run.runId, at: run.startedAt, by, now: run === newest ? 'seen' : sinceThen(newest) };
  }
  if (sender === undefined) return null;
  return { runId: sender.runId, at: sender.startedAt, by: 'sent', now: sinceThen(newest) };
}

function howSeen(
  run: RunRow,
  sender: RunRow | undefined,
  asideIn: string | undefined,
): LastSeen['by'] | undefined {
  if (run.runId === asideIn) return 'quarantined';
  if (run.runId === sender?.runId) return 'sent';
  return run.counts !== null && sawEveryRecord(run.counts) ? 'listing' : undefined;
}

function sinceThen(newest: RunRow | undefined): LastSeen['now'] {
  return (newest?.counts?.missing ?? null) === null ? 'delta query' : 'maybe missing';
}

/** When the source last had the row of a document that a later run found missing. */
export function lastSeenBefore(removal: RunRow, committed: readonly RunRow[]): LastSeen | null {
  const at = committed.findIndex(({ runId }) => runId === removal.runId);
  const seen = committed.slice(at + 1).find(({ counts }) => counts !== null && sawEveryRecord(counts));
  return at < 0 || seen === undefined
    ? null
    : { runId: seen.runId, at: seen.startedAt, by: 'listing', now: 'gone' };
}
