import type { ExitStatus } from './exit-status.ts';
import type { ErrorKind } from './error-kinds/error-kind.ts';
import { ERROR_KINDS, type ErrorCode } from './error-kinds.ts';
import { printable } from './text/printable.ts';

interface BridgeErrorOptions {
  /** What to do next: one sentence, printed on its own line. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
  /** The time that the server named; a retry before it cannot help. */
  readonly nextRunAfter?: Date | undefined;
  /** Overrides the exit status of the table, only where one code has several (SIGINT and SIGTERM). */
  readonly exit?: ExitStatus;
}

/**
 * An error that is shown to users. `message` says what failed and on what; `code` is stable. Messages never contain
 * secrets: code that builds one from a driver's error redacts it first. Messages and hints are printable, whatever file
 * names, column names or server texts they contain.
 */
export class BridgeError extends Error {
  override readonly name = 'BridgeError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly exit: ExitStatus;
  readonly retryable: boolean;
  readonly nextRunAfter: Date | undefined;

  /** @param message one line, or several */
  constructor(code: ErrorCode, message: string | readonly string[], options: BridgeErrorOptions = {}) {
    super(
      [message].flat().map(printable).join('\n'),
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    const kind: ErrorKind = ERROR_KINDS[code];
    this.code = code;
    this.hint = options.hint === undefined ? undefined : printable(options.hint);
    this.exit = options.exit ?? kind.exit;
    this.retryable = kind.retryable;
    this.nextRunAfter = options.nextRunAfter;
  }
}

/** All that a client of the server learns about a failure inside this program; its reason is for the log. */
export const INTERNAL_MESSAGE = 'Internal server error';

/** Any thrown value as a BridgeError. An unclassified value is a bug and is reported as one. */
export function toBridgeError(thrown: unknown): BridgeError {
  if (thrown instanceof BridgeError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new BridgeError('INTERNAL', message, {
    cause: thrown,
    hint: 'This is a bug in gemini-sync-bridge: please report it with the log of this run.',
  });
}
