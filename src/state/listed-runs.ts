import type { RunCounts } from '../pipeline/ports.ts';
import type { RunError, RunRow } from '../pipeline/state-port.ts';
import type { RunTable } from './tables.ts';

/** A run without what can be long and no list shows, such as every column of its source. */
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
] as const satisfies readonly (keyof RunTable)[];

export type ListedRow = Pick<RunTable, (typeof LISTED_COLUMNS)[number]>;

export function listedRun(run: ListedRow): ListedRun {
  return {
    runId: run.run_id,
    connectorId: run.connector_id,
    target: run.target,
    status: run.status,
    phase: run.phase,
    startedAt: run.started_at,
    fence: run.fence,
    finishedAt: run.finished_at,
    counts: run.counts === null ? null : parseCounts(run.counts),
    manifestName: run.manifest_name,
    committedAt: run.committed_at,
    holdReason: run.hold_reason,
    error: run.error === null ? null : parseError(run.error),
  };
}

/** These columns are written by `runs.ts` and `commit.ts` only, from values of these types. */
const parseCounts: (json: string) => RunCounts = JSON.parse;
const parseError: (json: string) => RunError = JSON.parse;
