import type { BridgeError } from '../../core/errors.ts';
import { printableLines } from '../../core/text/printable.ts';

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
