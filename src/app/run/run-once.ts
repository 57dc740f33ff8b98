import { toBridgeError } from '../../core/errors.ts';
import type { ExitStatus } from '../../core/exit-status.ts';
import type { Logger } from '../../core/log.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import type { SecretVariables } from '../../definitions/connector/secrets/secrets.ts';
import type { Observer } from '../../pipeline/ports/job.ts';
import type { RunKind } from '../../pipeline/ports/state-port.ts';
import { untilStopped, type StopSource } from './process/process-signals.ts';
import { recordEarlyFailure } from './record-early-failure.ts';
import {
  bothObservers,
  openTelemetry,
  withTelemetry,
  type ReportedResult,
  type ReportedRun,
  type TelemetryContext,
} from './telemetry/telemetry.ts';

/** What `runOnce` needs to know about one run of a definition of any kind. */
export interface Work<Definition, Result extends ReportedResult> {
  /** The kind of the definition, which is the name of its field in log lines. */
  readonly kind: RunKind;
  /** False for a dry run, which writes nothing, so its failure is not recorded either. */
  readonly recordsFailure: boolean;
  /** Reads and validates the definition. @throws BridgeError */
  load(): Promise<Definition>;
  /**
   * @throws BridgeError USAGE if the options do not match the definition. It is not a failure of the definition, so it is not
   *   reported.
   */
  requireFit(definition: Definition): void;
  /** What telemetry reports about the run. */
  reported(definition: Definition): ReportedRun & { readonly target: string };
  /** The same for a definition that does not load. */
  reportedUnloaded(): Promise<ReportedRun>;
  /** Opens the resources of the work, does the work, and closes the resources. @throws BridgeError */
  perform(definition: Definition, tools: WorkTools): Promise<Result>;
  exitStatusOf(result: Result): ExitStatus;
}

/** What `runOnce` passes to work of every kind. */
export interface WorkTools extends SecretVariables {
  /** Aborted when the run must stop; the reason is a BridgeError INTERRUPTED. */
  readonly signal: AbortSignal;
  /** A logger that adds the name of the definition to every line. */
  readonly log: Logger;
  readonly observer: Observer;
  readonly redactor: Redactor;
  /** Removes secrets from a text that will be stored. */
  redact(text: string): string;
}

/** The environment that runs the work. */
export interface RunSurroundings extends Omit<TelemetryContext, 'redact'>, SecretVariables {
  /** Interrupts the work. */
  readonly stop: StopSource;
  /** Shows the progress of the run. */
  readonly observer: Observer;
  /** Knows each secret that was read. */
  readonly redactor: Redactor;
  /** Called once with the definition's name after it has loaded. */
  loaded?(name: string): void;
}

export interface FinishedRun<Definition, Result> {
  readonly definition: Definition;
  readonly result: Result;
  readonly exitStatus: ExitStatus;
}

type Context = RunSurroundings & TelemetryContext;

/**
 * Runs work of any kind once, from its definition to its result. Telemetry always receives the outcome, and a failure before
 * the run has a row in the state is recorded there.
 * @throws BridgeError of the definition or of the work, which determines the exit status
 */
export async function runOnce<Definition, Result extends ReportedResult>(
  work: Work<Definition, Result>,
  surroundings: RunSurroundings,
): Promise<FinishedRun<Definition, Result>> {
  const { redactor } = surroundings;
  const context: Context = { ...surroundings, redact: (text) => redactor.redact(text) };
  // Everything runs inside, so that a signal neither cuts off the telemetry of the run nor extends its deadline.
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

/** A definition that does not load is reported like a failed run: otherwise a bad merge would stop it without any alert. */
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
    const { secret, similarSecret, managedKeys, hideSecret } = context;
    const variables: SecretVariables = { secret, similarSecret, managedKeys, hideSecret };
    return await work.perform(definition, { signal, log, observer, redactor, redact, ...variables });
  } catch (thrown) {
    const error = toBridgeError(thrown);
    const run = { kind: work.kind, runId, connectorId: connector, target, startedAt };
    if (work.recordsFailure) await recordEarlyFailure(error, run, context);
    throw error;
  }
}
