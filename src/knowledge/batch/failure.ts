import type { ErrorCode } from '../../core/error-kinds.ts';
import { BridgeError } from '../../core/errors.ts';
import type { FailedPage } from '../knowledge.ts';
import { LAST_ERROR_CHARACTERS_MAX } from '../limits.ts';

/** Errors that say nothing about the source, so its cursor does not show them. */
const UNRECORDED: ReadonlySet<ErrorCode> = new Set([
  'INTERNAL',
  'INTERRUPTED',
  'KNOWLEDGE_SOURCE_UNKNOWN',
  'LEASE_HELD',
  'LEASE_LOST',
]);

/** Whether the cursor of a source shows an error. */
export function isRecorded({ code }: BridgeError): boolean {
  return !UNRECORDED.has(code) && !code.startsWith('STATE_');
}

/** Returns the error with the failed request as its cause, and without secrets. */
export function failedBatch(
  error: BridgeError,
  page: FailedPage,
  redact: (text: string) => string,
): BridgeError {
  const { code, message, hint, nextRunAfter, exit } = error;
  return new BridgeError(code, redact(message).split('\n'), {
    hint: hint === undefined ? undefined : redact(hint),
    nextRunAfter,
    exit,
    cause: page,
  });
}

/** The error as the cursor keeps it. */
export function lastErrorOf({ message }: BridgeError): string {
  const text = message.replaceAll('\0', '\uFFFD').toWellFormed();
  return text.length > LAST_ERROR_CHARACTERS_MAX
    ? `${text.slice(0, LAST_ERROR_CHARACTERS_MAX)}…`.toWellFormed()
    : text;
}
