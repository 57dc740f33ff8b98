import type { BridgeError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { Database } from '../../database/database.ts';
import type { FencedLease } from '../../database/fenced-lease.ts';
import type { App } from '../../definitions/app/types.ts';
import type { DeleteLimit, Observer } from '../../pipeline/ports/job.ts';
import type { CollectionReader } from '../collection-reader.ts';
import type { SyncRequest, SyncResult } from '../sync-result.ts';

/** What a sync needs from its environment. */
export interface SyncPorts {
  readonly database: Database;
  /** The lease on the app; undefined for a dry run, which writes nothing. */
  readonly lease: FencedLease | undefined;
  readonly runId: string;
  readonly deleteLimit: DeleteLimit;
  readonly clock: Clock;
  readonly log: Logger;
  /** Shows the progress. */
  readonly observer: Pick<Observer, 'rows'>;
  /** Removes secrets from a text. */
  redact(text: string): string;
}

export interface SyncOutcome {
  readonly result: SyncResult;
  /** The error that ended the sync or, of a failed sync, the first one. */
  readonly failure: BridgeError | undefined;
}

/**
 * Syncs the collections of an app one after the other.
 * @param readers of the requested collections
 * @throws BridgeError INTERRUPTED, LEASE_LOST, STATE_*; errors of a source are in the outcome
 */
export type SyncApp = (
  app: App,
  request: SyncRequest,
  readers: readonly CollectionReader[],
  ports: SyncPorts,
  signal: AbortSignal,
) => Promise<SyncOutcome>;
