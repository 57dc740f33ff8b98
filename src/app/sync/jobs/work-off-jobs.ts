import type { Clock } from '../../../core/time/clock.ts';
import type { TakenSyncRequest } from '../../../state/sync-requests/request.ts';
import { newRunId } from '../../run/run-id.ts';
import { doJob, type JobContext, type JobEnd } from './do-job.ts';

export interface FinishedJob {
  readonly request: TakenSyncRequest;
  readonly end: JobEnd;
}

/** What became of the requests that waited. */
export interface WorkedOff {
  readonly jobs: readonly FinishedJob[];
  /** Keys of apps whose requests still wait, because another run holds the lease. */
  readonly busy: readonly string[];
}

/**
 * Works on the requests that wait now, one after the other. Requests that are stored meanwhile are left to the next call, so it
 * ends even if a schedule is faster than its syncs.
 * @throws BridgeError STATE_*, or the reason of `signal`
 */
export async function workOffJobs(
  context: JobContext & { readonly clock: Clock },
  signal: AbortSignal,
): Promise<WorkedOff> {
  const { requests, clock } = context;
  const jobs: FinishedJob[] = [];
  const busy: string[] = [];
  for (const { appKey, requests: waiting } of await requests.readyApps()) {
    if (await requests.isAppBusy(appKey)) {
      busy.push(appKey);
      continue;
    }
    for (let taken = 0; taken < waiting; taken++) {
      signal.throwIfAborted();
      const request = await requests.take(appKey, newRunId(clock.now()));
      if (request === undefined) break;
      const end = await doJob(request, context, signal);
      signal.throwIfAborted();
      jobs.push({ request, end });
    }
  }
  return { jobs, busy };
}
