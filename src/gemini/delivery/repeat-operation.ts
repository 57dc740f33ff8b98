import type { ErrorCode } from '../../core/error-kinds.ts';
import { BridgeError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import type { Operation } from '../api/operations.ts';
import { OPERATION_ATTEMPTS_MAX } from '../limits.ts';

/** Temporary google.rpc.Code values: UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNAVAILABLE. */
const TEMPORARY_CODES = new Set([2, 4, 8, 10, 13, 14]);

/** Google does not document how it refuses a second import into a branch: with 409, or with a failed precondition. */
const BUSY_CODES = new Set<string>(['GEMINI_BUSY', 'GEMINI_PRECONDITION'] satisfies ErrorCode[]);

export function isBusy({ code }: BridgeError): boolean {
  return BUSY_CODES.has(code);
}

/** Google requires an "empty, existing directory". It does not document whether a missing folder counts as one. */
export function refusesErrorConfig({ code, message }: BridgeError): boolean {
  const refused = code === 'GEMINI_REFUSED' || code === 'GEMINI_PRECONDITION';
  return refused && /error_?config|gcs_?prefix/i.test(message);
}

/** @throws BridgeError when a retry would not help, or the attempts are used up. */
export function requireAnother(
  step: string,
  asked: number,
  operation: Operation | undefined,
  { log }: { readonly log: Logger },
): void {
  if (operation?.error === undefined) {
    if (asked < OPERATION_ATTEMPTS_MAX) return;
    throw new BridgeError(
      'GEMINI_UNCLEAR',
      `Discovery Engine received ${step} ${asked} times; its outcome is unknown.`,
      { hint: 'Run again later: the next run looks for it before it is asked for again.' },
    );
  }
  const { name, error } = operation;
  if (asked < OPERATION_ATTEMPTS_MAX && TEMPORARY_CODES.has(error.code)) {
    log.warn('an operation failed and is started again', { step, operation: name, reason: error.message });
    return;
  }
  throw new BridgeError(
    'GEMINI_OPERATION_FAILED',
    `Discovery Engine gave up ${step}, ${name}: "${error.message}" (code ${error.code}).`,
    { hint: 'The message quotes Google. The next run sends the same documents again.' },
  );
}
