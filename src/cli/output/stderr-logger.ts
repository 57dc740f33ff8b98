import { createLogger, jsonFormat, prettyFormat, type Logger } from '../../core/log.ts';
import { systemClock } from '../../core/time/clock.ts';
import type { CommandIo } from '../command-io.ts';
import { isPretty } from './pretty-log.ts';

/** Writes log lines to stderr, without secrets. */
export function stderrLogger({ env, stderr }: Pick<CommandIo, 'env' | 'stderr'>): Logger {
  return createLogger({
    write: (line) => {
      stderr.write(line);
    },
    level: env.logLevel,
    format: isPretty({ env, stderr }) ? prettyFormat : jsonFormat,
    now: () => systemClock.now(),
    redact: (line) => env.redactor.redact(line),
  });
}

/** For a command that changes the state: a person at a terminal sees its result, and a log of JSON lines gets a copy of its audit event. */
export function logOfChanges(io: Pick<CommandIo, 'env' | 'stderr'>): { readonly log?: Logger } {
  return isPretty(io) ? {} : { log: stderrLogger(io) };
}
