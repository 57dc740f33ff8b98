import { ERROR_KINDS, type ErrorCode } from '../../../core/error-kinds.ts';
import { releasedBy } from '../../../pipeline/guard.ts';
import type { RunError, RunKind } from '../../../pipeline/ports/state-port.ts';
import type { ListedRun } from '../../../state/server/listed-runs.ts';
import type { Holder } from '../../../state/server/ops-connectors.ts';
import type { OpsError, OpsProgress, OpsRun } from '../model/run.ts';

/** Converts a run to the form that Ops shows. */
export function opsRun(
  run: ListedRun,
  now: Date,
  holder: Holder | undefined,
  kind: RunKind = 'connector',
): OpsRun {
  const running = run.status === 'RUNNING';
  return {
    run_id: run.runId,
    kind,
    connector_id: run.connectorId,
    target: run.target,
    status: run.status,
    phase: run.phase,
    started_at: run.startedAt,
    finished_at: run.finishedAt,
    duration_seconds: secondsBetween(run.startedAt, run.finishedAt ?? now),
    counts: run.counts,
    hold_reason: run.holdReason,
    released_by: run.holdReason === null ? null : releasedBy(run.holdReason),
    error: run.error === null ? null : opsError(run.error),
    progress: running ? opsProgress(run) : null,
    alive: running ? holder?.runId === run.runId && holder.alive : null,
    waits_for_next_run:
      !running && run.manifestName !== null && run.committedAt === null && run.status === 'FAILED',
  };
}

/** The holder of a run's lease. A run of a knowledge source holds a lease of another name than that of its batches. */
export function holderOfRun(
  holders: ReadonlyMap<string, Holder>,
  { runId, connectorId }: Pick<ListedRun, 'runId' | 'connectorId'>,
): Holder | undefined {
  const ofName = holders.get(connectorId);
  if (ofName?.runId === runId) return ofName;
  return [...holders.values()].find((holder) => holder.runId === runId) ?? ofName;
}

function opsProgress({ progress, startedAt }: ListedRun): OpsProgress | null {
  if (progress === null) return null;
  const { rows, at } = progress;
  const seconds = secondsBetween(startedAt, at);
  return { rows, at, rows_per_second: seconds === 0 ? null : Math.round(rows / seconds) };
}

/** Seconds with milliseconds; 0 if the clocks of two machines disagree. */
export function secondsBetween(from: string | Date, to: string | Date): number {
  return Math.max(0, msOf(to) - msOf(from)) / 1_000;
}

function msOf(moment: string | Date): number {
  return typeof moment === 'string' ? Date.parse(moment) : moment.getTime();
}

function opsError({ code, message, hint }: RunError): OpsError {
  return {
    code,
    message,
    hint: hint ?? null,
    retryable: isErrorCode(code) ? ERROR_KINDS[code].retryable : null,
  };
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_KINDS, code);
}
