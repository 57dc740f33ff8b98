import { BridgeError, toBridgeError } from '../../../core/errors.ts';
import type { Logger } from '../../../core/log.ts';
import { sleep } from '../../../core/retry.ts';
import { systemClock } from '../../../core/time/clock.ts';
import { startStopwatch } from '../../../core/time/stopwatch.ts';
import type { SyncResult } from '../../../apps/sync-result.ts';
import type { Observer } from '../../../pipeline/ports/job.ts';
import { keepAlive } from '../../../state/leases/heartbeat.ts';
import { LEASE_TIMING, type LeaseTiming } from '../../../state/leases/leases.ts';
import type { TakenSyncRequest } from '../../../state/sync-requests/request.ts';
import type { SyncRequestEnd, SyncRequests } from '../../../state/sync-requests/queue.ts';
import { SYNC_JOB_WAIT_MS_MAX, SYNC_JOBS_POLL_MS } from '../../limits.ts';
import { FailedSync } from '../failed-sync.ts';
import type { FindApp } from '../find-app.ts';
import { NO_COUNTS, reportedCounts, reportedDetails, reportedError } from '../sync-report.ts';
import type { SyncRunner } from '../sync-runner.ts';

/** What work on sync requests requires. */
export interface JobContext {
  readonly requests: SyncRequests;
  readonly runner: SyncRunner;
  readonly findApp: FindApp;
  readonly log: Logger;
  /** For tests: the lease on a request, and how often the queue is read. */
  readonly timing?: JobTiming;
}

export interface JobTiming {
  readonly lease: LeaseTiming;
  readonly pollMs: number;
}

export const JOB_TIMING: JobTiming = { lease: LEASE_TIMING, pollMs: SYNC_JOBS_POLL_MS };

/** How a request ended; `result` is undefined if the sync had none, and `given_back` means that it waits again. */
export type JobEnd =
  | { readonly outcome: 'done'; readonly result: SyncResult }
  | { readonly outcome: 'failed'; readonly error: BridgeError; readonly result: SyncResult | undefined }
  | { readonly outcome: 'given_back' };

/**
 * Works on a request that this process has taken, sends heartbeats, and stores its result. If `signal` interrupts it, the
 * request waits again.
 * @throws BridgeError STATE_*; another process takes the request after the lease's time
 */
export async function doJob(
  taken: TakenSyncRequest,
  context: JobContext,
  signal: AbortSignal,
): Promise<JobEnd> {
  const { requests, runner } = context;
  const { lease } = context.timing ?? JOB_TIMING;
  const log = context.log.child({ app: taken.appKey, request: taken.id, run: taken.runId ?? '' });
  let seen = 0;
  const observer: Observer = {
    phase: () => undefined,
    rows: (counts) => {
      seen = counts.seen;
    },
  };
  const heartbeat = keepAlive({
    ...lease,
    age: startStopwatch(systemClock),
    renew: () => requests.renew(taken, seen),
    lost: (why) =>
      new BridgeError('LEASE_LOST', `Sync request ${taken.id} is no longer in this process: ${why}`),
  });
  const stop = AbortSignal.any([signal, heartbeat.signal]);
  const redact = (text: string) => runner.redact(text);
  log.info('a requested sync begins', { mode: taken.mode, by: taken.requestedBy });
  try {
    const result = await syncWhenFree(taken, { ...context, log }, observer, stop);
    await requests.finish(taken, { ...endOf(result, null, redact), recordsSeen: seen });
    log.info('a requested sync has ended', { status: result.status, ...reportedCounts(result) });
    return { outcome: 'done', result };
  } catch (thrown) {
    if (signal.aborted) {
      await requests.giveBack(taken);
      log.info('a requested sync was interrupted and waits again');
      return { outcome: 'given_back' };
    }
    const error = toBridgeError(thrown);
    const result = thrown instanceof FailedSync ? thrown.result : undefined;
    const { message, ...more } = { code: error.code, message: error.message, hint: error.hint };
    log.error(`a requested sync failed: ${message}`, more);
    const known = reportedError(error, redact);
    await requests.finish(taken, { ...endOf(result, known, redact), recordsSeen: seen });
    return { outcome: 'failed', error, result };
  } finally {
    heartbeat.stop();
  }
}

/** One sync of an app at a time: another one, such as that of a command, is waited for. */
async function syncWhenFree(
  taken: TakenSyncRequest,
  { requests, runner, findApp, timing = JOB_TIMING }: JobContext,
  observer: Observer,
  signal: AbortSignal,
): Promise<SyncResult> {
  const { appKey, mode, collections, runId } = taken;
  const place = await findApp(appKey);
  if (place === undefined) throw unknownApp(appKey);
  const waitedMs = startStopwatch(systemClock);
  for (;;) {
    try {
      signal.throwIfAborted();
      const options = { runId: runId ?? taken.id, mode, collections, dryRun: false, allowDeletes: undefined };
      return await runner.run(place, options, signal, observer);
    } catch (thrown) {
      const isHeld = thrown instanceof BridgeError && thrown.code === 'LEASE_HELD';
      if (!isHeld || waitedMs() > SYNC_JOB_WAIT_MS_MAX) throw thrown;
    }
    do await sleep(timing.pollMs, signal);
    while ((await requests.isAppBusy(appKey)) && waitedMs() <= SYNC_JOB_WAIT_MS_MAX);
  }
}

function unknownApp(appKey: string): BridgeError {
  return new BridgeError('APP_UNKNOWN', `No valid app in CONNECTORS_DIR has the key ${appKey}.`, {
    hint: 'Check the files with: gemini-sync-bridge validate',
  });
}

function endOf(
  result: SyncResult | undefined,
  error: SyncRequestEnd['error'],
  redact: (text: string) => string,
): Omit<SyncRequestEnd, 'recordsSeen'> {
  return {
    status: error === null && result !== undefined ? result.status : 'failed',
    counts: JSON.stringify(result === undefined ? { ...NO_COUNTS, errors: 1 } : reportedCounts(result)),
    details: result === undefined ? null : JSON.stringify(reportedDetails(result, redact)),
    error,
  };
}
