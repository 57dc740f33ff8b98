import { systemClock } from '../../core/clock.ts';
import type { BridgeError } from '../../core/errors.ts';
import { createLogger, jsonFormat, prettyFormat, type LogFormat, type Logger } from '../../core/log.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import type { CommandIo } from '../command-io.ts';
import { redactorFor } from '../environment/redactor.ts';
import { failureJson, failureText } from '../output/failure.ts';
import { kestraFormat } from './kestra-lines.ts';
import { createProgress, type Progress, type ProgressMode } from './progress.ts';
import { releaseOf } from './release.ts';
import { styleFor } from '../output/style.ts';
import type { SummaryOf } from './summary.ts';

/** What a run says while it works: logs and progress, without secrets. */
export interface RunOutput {
  readonly redactor: Redactor;
  /** Names the run and, once that is known, its connector. */
  readonly log: Logger;
  readonly progress: Progress;
  /** From now on every line names the connector, those of the progress and the last one too. */
  nameConnector(name: string): void;
}

export function openRunOutput(io: CommandIo, mode: ProgressMode, runId: string): RunOutput {
  const redactor = redactorFor(io.env);
  const style = styleFor(io.stderr, io.env.noColor);
  const progress = createProgress(mode, io.stderr, style, () => log, systemClock);
  let log = createLogger(
    {
      write: (line) => {
        progress.write(line);
      },
      level: io.env.logLevel,
      format: formatFor(io),
      now: () => systemClock.now(),
      redact: (line) => redactor.redact(line),
    },
    { run: runId },
  );
  return {
    redactor,
    progress,
    get log() {
      return log;
    },
    nameConnector: (connector) => {
      log = log.child({ connector });
    },
  };
}

/** Where logs are JSON, a failure is one of their lines, because programs read them line by line. */
export function reportFailure(error: BridgeError, io: CommandIo, output: RunOutput): void {
  if (isPretty(io)) {
    io.stderr.write(output.redactor.redact(failureText(error)));
    return;
  }
  const { message, ...fields } = failureJson(error);
  output.log.error(message, { ...fields, exit_status: error.exit, exitStatus: error.exit });
}

/** Says in the log how held deletes are released. On a terminal, the summary says so. */
export function reportHold(summary: SummaryOf, io: CommandIo, { log }: RunOutput): void {
  const release = releaseOf(summary);
  if (release === null || isPretty(io)) return;
  const { counts, holdReason, work } = summary.result;
  log.warn(work === 'planned' ? 'deletes would be held' : 'deletes are held', {
    held: counts.held,
    reason: holdReason,
    ...(release.command !== null && { release: release.command }),
    hint: release.hint,
  });
}

function formatFor(io: CommandIo): LogFormat {
  if (io.env.logFormat === 'kestra') return kestraFormat;
  return isPretty(io) ? prettyFormat : jsonFormat;
}

export function isPretty(io: CommandIo): boolean {
  return io.env.logFormat === undefined ? io.stderr.isTTY === true : io.env.logFormat === 'pretty';
}
