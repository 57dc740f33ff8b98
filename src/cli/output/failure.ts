import type { BridgeError } from '../../core/errors.ts';
import { printableLines } from '../../core/text/printable.ts';
import type { OutputStream } from '../command-io.ts';
import { wrapIndented, wrapWidth } from './wrap.ts';

/** Formats an error for a person: what failed, whether a retry can help, what to do next. */
export function failureText({ code, message, hint, retryable, nextRunAfter, exit }: BridgeError): string {
  const later = nextRunAfter === undefined ? 'later' : `after ${nextRunAfter.toISOString()}`;
  const again = retryable
    ? `Trying again ${later} can help.`
    : 'Trying again without a change will not help.';
  const lines = [
    `✗ ${code}: ${message}`,
    ...(hint === undefined ? [] : [`  → ${hint}`]),
    `  ${again} (exit ${exit})`,
  ];
  return `${printableLines(lines.join('\n'))}\n`;
}

/**
 * Writes an error for a person.
 * @param redact removes secrets before lines are wrapped: a secret that is split across lines would not be recognized
 */
export function writeFailure(
  error: BridgeError,
  stream: OutputStream,
  redact: (text: string) => string,
): void {
  stream.write(wrapIndented(redact(failureText(error)), wrapWidth(stream)));
}

/** Formats an error for a program. */
export function failureJson({ code, message, hint, retryable, nextRunAfter }: BridgeError) {
  return {
    code,
    message,
    hint: hint ?? null,
    retryable,
    next_run_after: nextRunAfter?.toISOString() ?? null,
  };
}
