import type { SyncResult, SyncStatus } from '../../apps/sync-result.ts';
import type { RunCounts } from '../../pipeline/ports/ports.ts';
import type { FinishedStatus } from '../../pipeline/ports/state-port.ts';
import type { EarlierResult } from '../../state/run/earlier-run.ts';

/** The target of an app's runs in the state: the table of entities. */
export const APP_TARGET = 'entities';

/** The status of a run in `run_state`. A failed sync has none here: it ends with an error. */
export function runStatusOf(status: SyncStatus): FinishedStatus {
  switch (status) {
    case 'completed':
      return 'SUCCESS';
    case 'held':
      return 'HELD';
    case 'partial':
    case 'failed':
      return 'PARTIAL';
  }
}

/** The counts of a sync in the terms of a run: rows that could not be stored are quarantined. */
export function runCountsOf({
  created,
  updated,
  unchanged,
  deleted,
  held,
  errors,
  mode,
}: SyncResult): RunCounts {
  return {
    seen: created + updated + unchanged + errors,
    added: created,
    changed: updated,
    unchanged,
    missing: mode === 'full' ? deleted + held : null,
    deleted,
    held,
    quarantined: errors,
    rejected: 0,
  };
}

/** The first reason why deletes were held; null if none were. */
export function holdReasonOf({ collections }: SyncResult): string | null {
  return collections.find(({ holdReason }) => holdReason !== null)?.holdReason ?? null;
}

const SYNC_STATUSES: Readonly<Record<FinishedStatus, SyncStatus>> = {
  SUCCESS: 'completed',
  HELD: 'held',
  PARTIAL: 'partial',
};

/** The result of a sync whose run was recorded earlier, without what is not recorded: its collections and problems. */
export function recordedSync(
  { appKey, mode }: Pick<SyncResult, 'appKey' | 'mode'>,
  { status, counts }: EarlierResult,
): SyncResult {
  return {
    appKey,
    mode,
    status: SYNC_STATUSES[status],
    created: counts.added,
    updated: counts.changed,
    deleted: counts.deleted,
    unchanged: counts.unchanged,
    held: counts.held,
    errors: counts.quarantined,
    collections: [],
    problems: [],
    durationMs: 0,
    nextRunAfter: undefined,
  };
}
