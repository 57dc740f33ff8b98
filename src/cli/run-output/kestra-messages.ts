import type { BridgeError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-status.ts';
import type { LogLevel } from '../../core/log.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import { printableLines } from '../../core/text/printable.ts';
import { failureText } from '../output/failure.ts';
import { marked } from './kestra-lines.ts';

/**
 * Formats one log message for Kestra, which may have several lines. Kestra does not keep the order of messages that arrive at the
 * same time, so a text whose lines belong together must be one message.
 */
export function kestraMessage(level: LogLevel, text: string, redactor: Redactor): string {
  // The text is redacted before it becomes JSON, in which a secret with a quotation mark would look different.
  const message = printableLines(redactor.redact(text)).trimEnd();
  return `${marked({ logs: [{ level: level.toUpperCase(), message }] })}\n`;
}

/** A run that can be tried again later, such as one that met another run, is a warning: the orchestrator tries again by itself. */
export function kestraFailureMessage(error: BridgeError, redactor: Redactor): string {
  const level = error.exit === EXIT.tryAgain ? 'warn' : 'error';
  return kestraMessage(level, failureText(error).replace(/^✗ /, ''), redactor);
}

/**
 * Formats the result of a run: what a person should know as warnings, and then the summary.
 * @param summary undefined if another output has it
 */
export function kestraResultMessages(
  notices: readonly string[],
  summary: string | undefined,
  redactor: Redactor,
): string {
  const warnings = notices.map((notice) => kestraMessage('warn', notice, redactor));
  return [...warnings, ...(summary === undefined ? [] : [kestraMessage('info', summary, redactor)])].join('');
}

/**
 * Says how held deletes are released.
 * @param inputs the inputs of the flow that release them, as a noun: `the input allow_deletes = 40`
 */
export function releaseAdvice(
  { command, hint }: { readonly command: string | null; readonly hint: string },
  inputs: string,
): string[] {
  if (command === null) return [hint];
  return [`If they are right, release them: execute the flow again with ${inputs}, or run`, `  ${command}`];
}
