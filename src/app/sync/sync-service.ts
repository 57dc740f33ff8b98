import type { SyncResult } from '../../apps/sync-result.ts';
import { BridgeError } from '../../core/errors.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { SyncOrder, SyncRequestRow } from '../../state/sync-requests/request.ts';
import { newRunId } from '../run/run-id.ts';
import { FailedSync } from './failed-sync.ts';
import type { FoundApp } from './find-app.ts';
import type { JobContext } from './jobs/do-job.ts';
import { startJobWorker } from './jobs/work-on-jobs.ts';

/** A requested sync. */
export type SyncJob = SyncRequestRow;

/** Syncs of apps that clients of a server ask for. */
export interface SyncService {
  /** Undefined if no valid app has this key. */
  findApp(appKey: string): Promise<FoundApp | undefined>;
  /**
   * Syncs now.
   * @returns the result, also of a sync that failed as a whole
   * @throws BridgeError LEASE_HELD if the app is being synced; INTERRUPTED when the server stops; SECRET_*, POLICY_*, STATE_*
   */
  sync(place: FoundApp, order: SyncOrder): Promise<SyncResult>;
  /** Stores a request for a sync, or finds the equal one that waits. @throws BridgeError STATE_* */
  request(order: SyncOrder, requestedBy: string): Promise<SyncJob>;
  /** @throws BridgeError STATE_* */
  find(id: string): Promise<SyncJob | undefined>;
  /** Interrupts all syncs, and resolves when they have ended. */
  stop(): Promise<void>;
}

export function openSyncService(context: JobContext & { readonly clock: Clock }): SyncService {
  const { requests, runner, findApp, clock } = context;
  const worker = startJobWorker(context);
  const stopping = new AbortController();
  const inProgress = new Set<Promise<unknown>>();

  async function syncNow(place: FoundApp, { mode, collections }: SyncOrder): Promise<SyncResult> {
    const options = {
      runId: newRunId(clock.now()),
      mode,
      collections,
      dryRun: false,
      allowDeletes: undefined,
    };
    try {
      return await runner.run(place, options, stopping.signal);
    } catch (thrown) {
      if (thrown instanceof FailedSync) return thrown.result;
      throw thrown;
    }
  }

  return {
    findApp,
    sync(place, order) {
      const sync = syncNow(place, order).finally(() => inProgress.delete(sync));
      inProgress.add(sync);
      return sync;
    },
    async request(order, requestedBy) {
      const request = await requests.enqueue(order, requestedBy);
      worker.wake();
      return request;
    },
    find: (id) => requests.find(id),
    async stop() {
      stopping.abort(new BridgeError('INTERRUPTED', 'The server is stopping.'));
      await Promise.allSettled([worker.stop(), ...inProgress]);
    },
  };
}
