import { systemClock } from '../core/clock.ts';
import type { BridgeError } from '../core/errors.ts';
import { createLogger, jsonFormat, prettyFormat, type LogFormat, type Logger } from '../core/log.ts';
import type { Redactor } from '../core/redact.ts';
import type { CommandIo } from './command-io.ts';
import { redactorFor } from './env-redactor.ts';
import { failureJson, failureText } from './failure.ts';
import { kestraFormat } from './kestra-lines.ts';
import { createProgress, type Progress, type ProgressMode } from './progress.ts';
import { styleFor } from './style.ts';

/** What a run says while it is at work: logs and progress, without secrets. */
export interface RunOutput {
  readonly redactor: Redactor;
  readonly log: Logger;
  readonly progress: Progress;
}

export function openRunOutput(io: CommandIo, mode: ProgressMode, runId: string): RunOutput {
  const redactor = redactorFor(io.env);
  const style = styleFor(io.stderr, io.env.noColor);
  const progress = createProgress(mode, io.stderr, style, () => log, systemClock);
  const log = createLogger(
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
  return { redactor, log, progress };
}

/** Where logs are JSON, a failure is one of their lines: whoever reads them line by line must not stumble over it. */
export function reportFailure(error: BridgeError, io: CommandIo, { redactor, log }: RunOutput): void {
  if (isPretty(io)) {
    io.stderr.write(redactor.redact(failureText(error)));
    return;
  }
  const { message, ...fields } = failureJson(error);
  log.error(message, { ...fields, exitStatus: error.exit });
}

function formatFor(io: CommandIo): LogFormat {
  if (io.env.logFormat === 'kestra') return kestraFormat;
  return isPretty(io) ? prettyFormat : jsonFormat;
}

export function isPretty(io: CommandIo): boolean {
  return io.env.logFormat === undefined ? io.stderr.isTTY === true : io.env.logFormat === 'pretty';
}
