import { systemClock } from '../../core/time/clock.ts';
import { toBridgeError, type BridgeError } from '../../core/errors.ts';
import {
  createLogger,
  jsonFormat,
  prettyFormat,
  type LogFields,
  type LogFormat,
  type Logger,
} from '../../core/log.ts';
import type { RunKind } from '../../pipeline/ports/state-port.ts';
import type { CommandIo } from '../command-io.ts';
import { failureJson, writeFailure } from '../output/failure.ts';
import { kestraFormat } from './kestra-lines.ts';
import { kestraFailureMessage } from './kestra-messages.ts';
import { createProgress, type Progress, type ProgressMode } from './progress.ts';
import { releaseOf } from './release.ts';
import { isPretty } from '../output/pretty-log.ts';
import { styleFor } from '../output/style.ts';
import type { SummaryOf } from './summary.ts';

/** The output of a run in progress: logs and progress, without secrets. */
export interface RunOutput {
  /** Log lines name the run and, once it is known, its definition. */
  readonly log: Logger;
  readonly progress: Progress;
  /** The name of the definition; null until it is known. */
  readonly definition: string | null;
  /** Adds the name to every later line, including progress and the last line. */
  nameDefinition(name: string): void;
}

/** @param kind the kind of the definition, which is the name of its field in log lines */
export function openRunOutput(io: CommandIo, mode: ProgressMode, runId: string, kind: RunKind): RunOutput {
  const forKestra = io.env.logFormat === 'kestra';
  const progress = createProgress({
    mode,
    stderr: io.stderr,
    style: styleFor(io.stderr, io.env.noColor),
    log: () => log,
    clock: systemClock,
    noun: kind === 'connector' ? 'row' : 'item',
    withFields: !forKestra,
  });
  let definition: string | null = null;
  // In Kestra all lines of an execution are of one run of one definition, so they are named once.
  const isNamed = ([field, value]: [string, unknown]) =>
    (field === 'run' && value === runId) || (field === kind && value === definition);
  const forExecution: LogFormat = (level, time, message, fields) =>
    kestraFormat(level, time, message, without(fields, isNamed));
  let log = createLogger(
    {
      write: (line) => {
        progress.write(line);
      },
      level: io.env.logLevel,
      format: forKestra ? forExecution : isPretty(io) ? prettyFormat : jsonFormat,
      now: () => systemClock.now(),
      redact: (line) => io.env.redactor.redact(line),
    },
    { run: runId },
  );
  return {
    progress,
    get definition() {
      return definition;
    },
    get log() {
      return log;
    },
    nameDefinition(name) {
      definition = name;
      log = log.child({ [kind]: name });
      if (forKestra) log.info(`run ${runId} of ${kind.replace('_', ' ')} ${name}`);
    },
  };
}

/**
 * Ends the progress and reports what was thrown. If logs are JSON, it is also a JSON log line, because programs read the output line by
 * line.
 */
export function reportFailure(thrown: unknown, io: CommandIo, output: RunOutput): BridgeError {
  const error = toBridgeError(thrown);
  output.progress.stop();
  if (io.env.logFormat === 'kestra') {
    output.progress.write(kestraFailureMessage(error, io.env.redactor));
  } else if (isPretty(io)) {
    writeFailure(error, io.stderr, (text) => io.env.redactor.redact(text));
  } else {
    const { message, ...fields } = failureJson(error);
    output.log.error(message, { ...fields, exit_status: error.exit, exitStatus: error.exit });
  }
  output.log.debug('stack', {
    stack: error.stack,
    cause: error.cause instanceof Error ? error.cause.stack : undefined,
  });
  return error;
}

/** Logs how held deletes are released. On a terminal the summary has it, and in Kestra a message of its own. */
export function reportHold(summary: SummaryOf, io: CommandIo, { log }: RunOutput): void {
  const release = releaseOf(summary);
  if (release === null || isPretty(io) || io.env.logFormat === 'kestra') return;
  const { counts, holdReason, work } = summary.result;
  log.warn(work === 'planned' ? 'deletes would be held' : 'deletes are held', {
    held: counts.held,
    reason: holdReason,
    ...(release.command !== null && { release: release.command }),
    hint: release.hint,
  });
}

function without(fields: LogFields, isLeftOut: (field: [string, unknown]) => boolean): LogFields {
  return Object.fromEntries(Object.entries(fields).filter((field) => !isLeftOut(field)));
}
