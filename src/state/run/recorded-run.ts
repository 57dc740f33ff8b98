import type { FencedLease } from '../../database/fenced-lease.ts';
import { withStateErrors } from '../../database/with-state-errors.ts';
import type { RunCounts } from '../../pipeline/ports/ports.ts';
import type { FinishedStatus, RunError } from '../../pipeline/ports/state-port.ts';
import type { StateDatabase } from '../state-database.ts';
import { earlierRun, type EarlierRun } from './earlier-run.ts';
import { beginRun } from './runs.ts';

/** The outcome of a run that has no phases: of a knowledge source or an app. */
export interface RecordedOutcome {
  readonly status: FinishedStatus | 'FAILED';
  readonly counts: RunCounts | null;
  /** The reason why deletes were held. */
  readonly holdReason: string | null;
  readonly error: RunError | null;
  readonly finishedAt: Date;
  /** True if a run of the same id goes on with the work, because the API asked to wait. */
  readonly goesOn?: boolean;
}

interface BegunRun {
  readonly runId: string;
  /** The name of the definition. */
  readonly name: string;
  readonly target: string;
  readonly startedAt: Date;
  /** Where the work of this run begins, for a later attempt with the same id. */
  readonly startedFrom?: string;
}

/** Records runs of knowledge sources and apps in `run_state`, where Ops lists the runs of connectors. */
export interface RecordedRuns {
  /**
   * Finds what an earlier process did under this id; undefined if the id is new.
   * @throws BridgeError RUN_ID_TAKEN if the id belongs to a run of another definition
   */
  earlier(runId: string, name: string): Promise<EarlierRun | undefined>;
  /**
   * Must be called by the holder of the lease: earlier runs of this definition that never ended are closed as failed.
   * @throws BridgeError RUN_ID_TAKEN
   */
  begin(run: BegunRun, lease: FencedLease): Promise<void>;
  /** Does nothing if another process has closed the run. */
  finish(runId: string, outcome: RecordedOutcome): Promise<void>;
}

const ABANDONED: RunError = {
  code: 'INTERRUPTED',
  message: 'The process of this run ended without a result.',
  hint: 'Nothing needs to be done: a later run continued.',
};

export function recordedRuns(database: StateDatabase): RecordedRuns {
  const { knex, kind } = database;
  const guarded = withStateErrors(database);
  return {
    earlier: guarded(earlierRun),
    begin: guarded(async (_, run: BegunRun, lease: FencedLease) => {
      const { runId, name, target, startedAt, startedFrom } = run;
      await knex.transaction(async (transaction) => {
        await lease.requireFence(transaction);
        await transaction('run_state')
          .where({ kind, connector_id: name, finished_at: null })
          .whereNot({ run_id: runId })
          .update({
            status: 'FAILED',
            finished_at: startedAt.toISOString(),
            error: JSON.stringify(ABANDONED),
          });
      });
      await beginRun(database, { runId, connectorId: name, target, startedAt });
      if (startedFrom === undefined) return;
      await knex('run_state').where({ kind, run_id: runId }).update({ started_from: startedFrom });
    }),
    finish: guarded(async (_, runId: string, outcome: RecordedOutcome) => {
      const { status, counts, holdReason, error, finishedAt, goesOn = false } = outcome;
      const at = finishedAt.toISOString();
      const failed = status === 'FAILED';
      await knex('run_state')
        .where({ kind, run_id: runId, finished_at: null })
        .update({
          status,
          phase: failed || goesOn ? 'ingest' : 'commit',
          counts: counts === null ? null : JSON.stringify(counts),
          hold_reason: holdReason,
          error: error === null ? null : JSON.stringify(error),
          finished_at: at,
          committed_at: failed ? null : at,
        });
    }),
  };
}
