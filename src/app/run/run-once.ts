import { toBridgeError } from '../../core/errors.ts';
import type { ExitStatus } from '../../core/exit-status.ts';
import type { Logger } from '../../core/log.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import type { Observer } from '../../pipeline/ports/job.ts';
import { untilStopped, type StopSource } from './process-signals.ts';
import { recordEarlyFailure } from './record-early-failure.ts';
import {
  bothObservers,
  openTelemetry,
  withTelemetry,
  type ReportedResult,
  type ReportedRun,
  type TelemetryContext,
} from './telemetry.ts';

/** One run of a definition, of any kind: what `runOnce` has to know of it. */
export interface Work<Definition, Result extends ReportedResult> {
  /** The kind of the definition. Log lines name the definition by it. */
  readonly kind: 'connector';
  /** False for a dry run: it writes nothing, so its failure is not recorded either. */
  readonly recordsFailure: boolean;
  /** Reads and checks the definition. @throws BridgeError */
  load(): Promise<Definition>;
  /** @throws BridgeError USAGE if the options do not fit the definition. That is not a failure of it, so it is not reported. */
  requireFit(definition: Definition): void;
  /** What telemetry says about the run. */
  reported(definition: Definition): ReportedRun & { readonly target: string };
  /** The same for a definition that does not load. */
  reportedUnloaded(): Promise<ReportedRun>;
  /** Opens what the work needs, does it, and closes that again. @throws BridgeError */
  perform(definition: Definition, tools: WorkTools): Promise<Result>;
  exitStatusOf(result: Result): ExitStatus;
}

/** What work of every kind gets from `runOnce`. */
export interface WorkTools {
  /** Aborted when the run is to stop; the reason is a BridgeError INTERRUPTED. */
  readonly signal: AbortSignal;
  /** Names the definition on every line. */
  readonly log: Logger;
  readonly observer: Observer;
  readonly redactor: Redactor;
  /** Removes secrets from a text that is to be kept. */
  redact(text: string): string;
  /** Reads one `SECRET_…` variable. The redactor knows its value. */
  secret(variable: string): string | undefined;
}

/** Who runs the work, and where. */
export interface RunSurroundings extends Omit<TelemetryContext, 'redact'> {
  /** What ends the work early. */
  readonly stop: StopSource;
  /** Shows the progress of the run. */
  readonly observer: Observer;
  readonly redactor: Redactor;
  /** Reads one `SECRET_…` variable and adds its value to `redactor`. */
  secret(variable: string): string | undefined;
  /** Called once with the name in the definition, when that has loaded. */
  loaded?(name: string): void;
}

export interface FinishedRun<Definition, Result> {
  readonly definition: Definition;
  readonly result: Result;
  readonly exitStatus: ExitStatus;
}

type Context = RunSurroundings & TelemetryContext;

/**
 * Runs work of any kind once, from its definition to its result. However that ends, telemetry is told, and a failure before the
 * run has a row in the state is recorded there.
 * @throws BridgeError of the definition or of the work, which has the exit status
 */
export async function runOnce<Definition, Result extends ReportedResult>(
  work: Work<Definition, Result>,
  surroundings: RunSurroundings,
): Promise<FinishedRun<Definition, Result>> {
  const { redactor } = surroundings;
  const context: Context = { ...surroundings, redact: (text) => redactor.redact(text) };
  // All of it is within, so that a signal neither cuts short what telemetry says of the run nor adds to its time.
  return untilStopped(surroundings.stop, async (signal) => {
    const definition = await load(work, context);
    const run = work.reported(definition);
    surroundings.loaded?.(run.connector);
    work.requireFit(definition);
    const named = { ...context, log: context.log.child({ [work.kind]: run.connector }) };
    const telemetry = await openTelemetry(run, named);
    const observer = bothObservers(context.observer, telemetry.observer);
    const result = await withTelemetry(
      telemetry,
      (done) => work.exitStatusOf(done),
      () => perform(work, definition, run, { ...named, observer }, signal),
    );
    return { definition, result, exitStatus: work.exitStatusOf(result) };
  });
}

/** A definition that does not load is reported like a failed run: otherwise a wrong merge would stop it without anybody hearing. */
async function load<Definition>(
  work: Work<Definition, ReportedResult>,
  context: Context,
): Promise<Definition> {
  try {
    return await work.load();
  } catch (thrown) {
    const error = toBridgeError(thrown);
    const telemetry = await openTelemetry(await work.reportedUnloaded(), context);
    await telemetry.finished({ error });
    throw error;
  }
}

async function perform<Definition, Result extends ReportedResult>(
  work: Work<Definition, Result>,
  definition: Definition,
  { runId, connector, target }: ReportedRun & { readonly target: string },
  context: Context,
  signal: AbortSignal,
): Promise<Result> {
  const { clock, log, observer, redactor, redact } = context;
  const startedAt = clock.now();
  try {
    const secret = (variable: string) => context.secret(variable);
    return await work.perform(definition, { signal, log, observer, redactor, redact, secret });
  } catch (thrown) {
    const error = toBridgeError(thrown);
    const run = { runId, connectorId: connector, target, startedAt };
    if (work.recordsFailure) await recordEarlyFailure(error, run, context);
    throw error;
  }
}
