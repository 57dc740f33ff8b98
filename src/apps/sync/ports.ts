import type { BridgeError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { Database } from '../../database/database.ts';
import type { FencedLease } from '../../database/fenced-lease.ts';
import type { DeleteLimit } from '../../pipeline/ports/job.ts';
import type { SyncCounts } from '../sync-result.ts';

/** What a sync needs from its environment. */
export interface SyncPorts {
  readonly database: Database;
  /** The lease on the app; undefined for a dry run, which writes nothing. */
  readonly lease: FencedLease | undefined;
  readonly runId: string;
  readonly deleteLimit: DeleteLimit;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called after each page with the counts of its collection so far. */
  progress(collectionKey: string, counts: SyncCounts): void;
  /** Removes secrets from a text. */
  redact(text: string): string;
}

/** Whether an error ends the whole sync without a result: a signal, a lost lease or a failing database. */
export function endsSync({ code }: BridgeError): boolean {
  return code === 'INTERRUPTED' || code.startsWith('LEASE_') || code.startsWith('STATE_');
}
