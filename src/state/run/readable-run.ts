import type { Phase, RunCounts } from '../../pipeline/ports/ports.ts';
import type { RunError, RunStatus } from '../../pipeline/ports/state-port.ts';
import type { RunTable } from '../tables.ts';

/** Called for a row of `run_state` that cannot be read, with the names of its invalid columns. */
export type OnUnreadableRun = (runId: string, columns: readonly string[]) => void;

const COUNT_NAMES = ['seen', 'unchanged', 'added', 'changed', 'deleted', 'held', 'quarantined', 'rejected'];

const STATUSES: Readonly<Record<RunStatus, true>> = {
  RUNNING: true,
  SUCCESS: true,
  HELD: true,
  PARTIAL: true,
  FAILED: true,
  DRY_RUN: true,
};

const PHASES: Readonly<Record<Phase, true>> = {
  extract: true,
  map: true,
  diff: true,
  publish: true,
  ingest: true,
  commit: true,
};

type PhaseTimes = Readonly<Partial<Record<Phase, string>>>;

/** The columns of a run that contain more than plain text, or one of a few fixed values. */
interface ReadRun {
  readonly status: RunStatus;
  readonly phase: Phase;
  readonly counts: RunCounts | null;
  readonly error: RunError | null;
}

/**
 * Reads columns that only this program should write, and tolerates damage: one damaged row must not hide every other run. Values
 * that cannot be read are unknown; the error of the run then says so.
 */
export function readableRun(
  run: Pick<RunTable, 'run_id' | 'status' | 'phase' | 'counts' | 'error'>,
  onUnreadable?: OnUnreadableRun,
): ReadRun {
  const wrong: string[] = [];
  const read = <Value>(column: string, value: Value | undefined, otherwise: Value): Value => {
    if (value !== undefined) return value;
    wrong.push(column);
    return otherwise;
  };
  const status = read('status', statusOf(run.status), 'FAILED');
  const phase = read<Phase>('phase', Object.hasOwn(PHASES, run.phase) ? run.phase : undefined, 'extract');
  const counts = read('counts', countsOf(run.counts), null);
  const error = read('error', errorOf(run.error), null);
  if (wrong.length === 0) return { status, phase, counts, error };
  onUnreadable?.(run.run_id, wrong);
  return { status, phase, counts, error: unreadable(run.run_id, wrong) };
}

function unreadable(runId: string, columns: readonly string[]): RunError {
  return {
    code: 'STATE_ROW_UNREADABLE',
    message: `The row of run ${runId} in run_state cannot be read: ${columns.join(', ')}.`,
    hint: 'Run the connector again: the new run has a row of its own. Then find out what else writes to the state database.',
  };
}

/** @returns undefined for a value that this version does not know */
function statusOf(status: string): RunStatus | undefined {
  return isStatus(status) ? status : undefined;
}

function isStatus(status: string): status is RunStatus {
  return Object.hasOwn(STATUSES, status);
}

/** Counts as they are stored; undefined if they cannot be read. */
export function countsOf(json: string | null): RunCounts | null | undefined {
  if (json === null) return null;
  const value = parsed(json);
  return isCounts(value) ? value : undefined;
}

/** The status, for a list that does not show errors. */
export function statusOrFailed(status: string): RunStatus {
  return statusOf(status) ?? 'FAILED';
}

/** Times that cannot be read are unknown. */
export function phaseTimesOf(json: string | null): PhaseTimes {
  const value = json === null ? {} : parsed(json);
  if (!isObject(value)) return {};
  const known = Object.entries(value).filter(
    ([phase, time]) =>
      Object.hasOwn(PHASES, phase) && typeof time === 'string' && !Number.isNaN(Date.parse(time)),
  );
  return Object.fromEntries(known);
}

function errorOf(json: string | null): RunError | null | undefined {
  if (json === null) return null;
  const value = parsed(json);
  return isRunError(value) ? value : undefined;
}

function isCounts(value: unknown): value is RunCounts {
  return isObject(value) && COUNT_NAMES.every((name) => typeof value[name] === 'number');
}

function isRunError(value: unknown): value is RunError {
  if (!isObject(value)) return false;
  const { code, message, hint } = value;
  const isHint = hint === undefined || typeof hint === 'string';
  return typeof code === 'string' && typeof message === 'string' && isHint;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
