import type { ExitStatus } from '../core/exit-status.ts';
import type { Phase, RunCounts } from '../pipeline/ports/ports.ts';
import type { FinishedStatus } from '../pipeline/ports/state-port.ts';

/** What is known of a run when it begins. */
export interface RunSubject {
  readonly runId: string;
  readonly connector: string;
  /** The connector's file does not load and says no name, so this is the name of the file. */
  readonly namedAfterFile: boolean;
  /** The connector's file, from the working directory. */
  readonly file: string;
  /** As the state names it: a data store, or `local`. Null: the connector's file does not load, so nobody knows. */
  readonly target: string | null;
  readonly targetKind: 'data_store' | 'local';
  /** `dry_run` plans only; `dry_ingestion` writes its requests down and sends none. */
  readonly mode: 'run' | 'dry_run' | 'dry_ingestion';
  /** Of this program. */
  readonly version: string;
  readonly startedAt: Date;
}

export interface PhaseTime {
  readonly phase: Phase;
  readonly startedAt: Date;
  readonly durationMs: number;
}

/** An error as telemetry passes it on: without secrets, and cut where it is long. */
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
  /** `repeated`: its run id had done its work before, and that was told before. Null: it failed. */
  readonly work: 'done' | 'planned' | 'written' | 'repeated' | null;
  /** Of a run that failed, those that were known by then. */
  readonly counts: Partial<RunCounts>;
  readonly watermark: string | null;
  readonly holdReason: string | null;
  readonly error: RunProblem | null;
  /** Of a run that failed, the last one is where it failed. */
  readonly phases: readonly PhaseTime[];
  readonly durationMs: number;
  readonly finishedAt: Date;
}
