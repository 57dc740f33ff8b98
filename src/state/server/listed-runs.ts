import type { RunRow } from '../../pipeline/ports/state-port.ts';
import { readableRun, type OnUnreadableRun } from '../run/readable-run.ts';
import type { RunTable } from '../tables.ts';

/** A run without the long values that no list shows, such as every column of its source. */
export type ListedRun = Omit<RunRow, 'watermark' | 'phaseTimes' | 'folder'>;

export const LISTED_COLUMNS = [
  'run_id',
  'connector_id',
  'target',
  'status',
  'phase',
  'started_at',
  'fence',
  'finished_at',
  'counts',
  'manifest_name',
  'committed_at',
  'hold_reason',
  'error',
  'rows_seen',
  'rows_at',
] as const satisfies readonly (keyof RunTable)[];

export type ListedRow = Pick<RunTable, (typeof LISTED_COLUMNS)[number]>;

/** @param onUnreadable called when something in the row cannot be read; the run is listed in any case, and its error says so */
export function listedRun(run: ListedRow, onUnreadable?: OnUnreadableRun): ListedRun {
  const { status, phase, counts, error } = readableRun(run, onUnreadable);
  return {
    runId: run.run_id,
    connectorId: run.connector_id,
    target: run.target,
    status,
    phase,
    startedAt: run.started_at,
    fence: run.fence,
    finishedAt: run.finished_at,
    counts,
    manifestName: run.manifest_name,
    committedAt: run.committed_at,
    holdReason: run.hold_reason,
    error,
    progress: progressOf(run),
  };
}

function progressOf({ rows_seen: rows, rows_at: at }: ListedRow): ListedRun['progress'] {
  return rows === null || at === null ? null : { rows: Number(rows), at };
}
