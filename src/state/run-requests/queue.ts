import type { RunRequestTable } from './table.ts';

export type RunRequestKind = RunRequestTable['kind'];

/** The `requested_by` of requests that a schedule made, which is also the default of the column. */
export const REQUESTED_BY_SCHEDULE = 'schedule';

/** A request that a worker executes. */
export interface TakenRunRequest {
  readonly id: string;
  readonly kind: RunRequestKind;
  /** `metadata.name` of the definition. */
  readonly name: string;
  readonly requestedBy: string;
  /** The same for all attempts. */
  readonly runId: string;
  /** The number of this attempt, from 1. */
  readonly attempt: number;
  /** Identifies this attempt: only it may store the result. */
  readonly worker: string;
}

/** How a request ended. */
export interface RunRequestEnd {
  readonly status: Extract<
    RunRequestTable['status'],
    'completed' | 'partial' | 'held' | 'failed' | 'cancelled'
  >;
  /** null if a signal ended the process, or none was started. */
  readonly exitStatus: number | null;
  readonly error: RunRequestError | null;
}

export interface RunRequestError {
  readonly code: string;
  readonly message: string;
}

/** The queue of run requests. Every method: @throws BridgeError STATE_* */
export interface RunRequests {
  /** The number of requests that a worker could take now. */
  countReady(): Promise<number>;
  /**
   * Takes the request that was stored first: one that waits, one whose retry is due, or one whose worker sent no heartbeat for
   * the duration of the lease. While a request of a definition is taken, no other one of it is. Requests that expired are cancelled.
   * @param runId the id of the run, if the request has none yet
   * @returns undefined if there is none, or if another worker was faster
   */
  take(runId: string): Promise<TakenRunRequest | undefined>;
  /** Sends a heartbeat. @returns false if another worker has the request now */
  renew(taken: TakenRunRequest): Promise<boolean>;
  /** @returns false if another worker has the request now, and nothing was stored */
  finish(taken: TakenRunRequest, end: RunRequestEnd): Promise<boolean>;
  /**
   * Lets the request wait for its next attempt.
   * @param counts whether this attempt is one of the `RUN_REQUEST_ATTEMPTS_MAX`
   */
  retry(
    taken: TakenRunRequest,
    retry: { readonly seconds: number; readonly error: RunRequestError; readonly counts: boolean },
  ): Promise<boolean>;
  /** Lets another worker take the request at once. This attempt does not count. */
  giveBack(taken: TakenRunRequest): Promise<boolean>;
  /** Removes finished requests that are older than `RUN_REQUEST_KEEP_DAYS`. */
  forget(): Promise<void>;
}
