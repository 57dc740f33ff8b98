import { format } from 'node:util';
import { printable } from './text/printable.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export type LogFields = Record<string, unknown>;

/** Logs structured events; one call writes one line. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds these fields to every line. */
  child(fields: LogFields): Logger;
}

/** Renders one event as one line, without the newline. */
export type LogFormat = (level: LogLevel, time: Date, message: string, fields: LogFields) => string;

interface LoggerOptions {
  readonly write: (line: string) => void;
  readonly level: LogLevel;
  readonly format: LogFormat;
  readonly now: () => Date;
  /** Called on every finished line: the last chance to redact a secret. */
  readonly redact: (line: string) => string;
}

export function createLogger(options: LoggerOptions, base: LogFields = {}): Logger {
  const threshold = LOG_LEVELS.indexOf(options.level);
  const at = (level: LogLevel) => (message: string, fields?: LogFields) => {
    if (LOG_LEVELS.indexOf(level) < threshold) return;
    const line = options.format(level, options.now(), message, { ...base, ...fields });
    options.write(`${options.redact(line)}\n`);
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => createLogger(options, { ...base, ...fields }),
  };
}

/** One JSON object per line, for machines. */
export const jsonFormat: LogFormat = (level, time, message, fields) =>
  JSON.stringify({ time: time.toISOString(), level, message, ...fields });

const LEVEL_MARKS: Record<LogLevel, string> = { debug: '·', info: ' ', warn: '!', error: '✗' };

/** One readable line, for a terminal. */
export const prettyFormat: LogFormat = (level, time, message, fields) =>
  `${time.toISOString().slice(11, 19)} ${LEVEL_MARKS[level]} ${printable(message)}${fieldsText(fields)}`;

/** Formats each field as ` key=value`, on one line. */
export function fieldsText(fields: LogFields): string {
  return Object.entries(fields)
    .map(
      ([key, value]) =>
        ` ${key}=${printable(typeof value === 'object' ? JSON.stringify(value) : format(value))}`,
    )
    .join('');
}

/** A logger that discards everything. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};
