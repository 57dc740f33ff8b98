import { BridgeError } from '../../core/errors.ts';
import type { SyncResult } from '../../apps/sync-result.ts';

/** A sync none of whose collections could be synced. It has the code and the hint of the first error. */
export class FailedSync extends BridgeError {
  readonly result: SyncResult;

  constructor({ code, message, hint, exit, nextRunAfter }: BridgeError, result: SyncResult) {
    super(code, message.split('\n'), { ...(hint !== undefined && { hint }), exit, nextRunAfter });
    this.result = result;
  }
}
