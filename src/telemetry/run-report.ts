import type { ExitStatus } from '../core/exit-status.ts';
import type { Phase, RunCounts } from '../pipeline/ports/ports.ts';
import type { FinishedStatus, RunKind } from '../pipeline/ports/state-port.ts';

/** The facts about a run that are known at its start. */
export interface RunSubject {
  readonly runId: string;
  readonly kind: RunKind;
  /** The name of the connector, knowledge source or app. */
  readonly connector: string;
  /** Whether the connector's file does not load and has no readable name, so that `connector` is the name of the file. */
  readonly namedAfterFile: boolean;
  /** The connector's file, relative to the working directory. For other kinds, the name that the command was given. */
  readonly file: string;
  /**
   * The target as the state names it: a data store, `local`, or the tenant of a knowledge source. Null if the definition does not
   * load, because the target is then unknown.
   */
  readonly target: string | null;
  /** `database`: the tables of knowledge sources and apps. */
  readonly targetKind: 'data_store' | 'database' | 'local';
  /** `dry_run` only plans; `dry_ingestion` writes its requests to files and sends none. */
  readonly mode: 'run' | 'dry_run' | 'dry_ingestion';
  /** The version of this program. */
  readonly version: string;
  readonly startedAt: Date;
}

export interface PhaseTime {
  readonly phase: Phase;
  readonly startedAt: Date;
  readonly durationMs: number;
}

/** An error in telemetry: without secrets, and shortened if it is long. */
export interface RunProblem {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly retryable: boolean;
}

/** How a run ended. */
export interface RunEnd {
  readonly status: FinishedStatus | 'FAILED';
  readonly exitStatus: ExitStatus;
  /** `repeated`: already completed under this run id, and already reported. Null: the run failed. */
  readonly work: 'done' | 'planned' | 'written' | 'repeated' | null;
  /** For a failed run, only the counts that were known by then. */
  readonly counts: Partial<RunCounts>;
  readonly watermark: string | null;
  readonly holdReason: string | null;
  readonly error: RunProblem | null;
  /** In a failed run, the last phase is the one that failed. */
  readonly phases: readonly PhaseTime[];
  readonly durationMs: number;
  readonly finishedAt: Date;
}
