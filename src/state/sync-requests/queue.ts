import type { SyncOrder, SyncRequestRow, SyncRequestStatus, TakenSyncRequest } from './request.ts';

/** How a sync request ended. */
export interface SyncRequestEnd {
  readonly status: Exclude<SyncRequestStatus, 'pending' | 'running'>;
  /** JSON; null without a result. */
  readonly counts: string | null;
  readonly details: string | null;
  /** Records that the sync read. */
  readonly recordsSeen: number;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** An app with requests to work on. */
export interface ReadyApp {
  readonly appKey: string;
  readonly requests: number;
}

/** The queue of sync requests. Every method: @throws BridgeError STATE_* */
export interface SyncRequests {
  /** Stores a request, or finds the equal one that waits. */
  enqueue(order: SyncOrder, requestedBy: string): Promise<SyncRequestRow>;
  find(id: string): Promise<SyncRequestRow | undefined>;
  /** Apps that have requests to work on, none of which is in progress; the one that waits longest comes first. */
  readyApps(): Promise<readonly ReadyApp[]>;
  /** Whether a run holds the lease on the app. */
  isAppBusy(appKey: string): Promise<boolean>;
  /**
   * Takes a request of the app: one whose process died, or else the one that waits longest. Another process gets it once it has
   * had no sign of life for the lease's time.
   * @returns undefined if there is none, or if another process was faster
   */
  take(appKey: string, runId: string): Promise<TakenSyncRequest | undefined>;
  /** Sends a heartbeat. @returns false if another process has the request now */
  renew(taken: TakenSyncRequest, recordsSeen: number): Promise<boolean>;
  /** @returns false if another process has the request now, and nothing was stored */
  finish(taken: TakenSyncRequest, end: SyncRequestEnd): Promise<boolean>;
  /** Lets the request wait again; if an equal one waits, this one is cancelled. */
  giveBack(taken: TakenSyncRequest): Promise<void>;
  /** Removes finished requests that are older than `SYNC_REQUEST_KEEP_DAYS`. */
  forget(): Promise<void>;
}
