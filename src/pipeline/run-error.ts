import type { BridgeError } from '../core/errors.ts';
import type { RunError } from './ports/state-port.ts';

/** An error as `run_state` keeps it. */
export function runErrorOf({
  code,
  message,
  hint,
}: Pick<BridgeError, 'code' | 'message' | 'hint'>): RunError {
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}
