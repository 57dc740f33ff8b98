import type { BridgeError } from '../core/errors.ts';
import type { RunError } from './ports/state-port.ts';

/** Converts an error to the form that `run_state` stores. */
export function runErrorOf({
  code,
  message,
  hint,
}: Pick<BridgeError, 'code' | 'message' | 'hint'>): RunError {
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}
