import { BridgeError } from '../../../core/errors.ts';
import type { Clock } from '../../../core/time/clock.ts';
import { startStopwatch } from '../../../core/time/stopwatch.ts';
import { newRunId } from '../../run/run-id.ts';
import { SYNC_JOBS_AT_ONCE, SYNC_JOBS_FORGET_MINUTES } from '../../limits.ts';
import { doJob, JOB_TIMING, type JobContext } from './do-job.ts';

/** Works on sync requests until it is stopped: one of each app at a time. */
export interface JobWorker {
  /** Looks for requests now, because one was stored. */
  wake(): void;
  /** Interrupts the syncs, whose requests then wait for another process, and resolves when they have ended. */
  stop(): Promise<void>;
}

export function startJobWorker(context: JobContext & { readonly clock: Clock }): JobWorker {
  const { requests, log, clock, timing = JOB_TIMING } = context;
  const stopping = new AbortController();
  const { signal } = stopping;
  const inProgress = new Map<string, Promise<void>>();
  let wakeUp: (() => void) | undefined;
  let isUnreachable = false;
  let sinceForgotten = startStopwatch(clock);

  async function work(appKey: string): Promise<void> {
    try {
      const taken = await requests.take(appKey, newRunId(clock.now()));
      if (taken !== undefined) await doJob(taken, context, signal);
    } catch (thrown) {
      log.warn('a sync request was left to the next attempt', { app: appKey, reason: String(thrown) });
    } finally {
      inProgress.delete(appKey);
      wakeUp?.();
    }
  }

  async function look(): Promise<void> {
    for (const { appKey } of await requests.readyApps()) {
      if (inProgress.size >= SYNC_JOBS_AT_ONCE || signal.aborted) return;
      if (inProgress.has(appKey) || (await requests.isAppBusy(appKey))) continue;
      inProgress.set(appKey, work(appKey));
    }
    if (sinceForgotten() < SYNC_JOBS_FORGET_MINUTES * 60_000) return;
    sinceForgotten = startStopwatch(clock);
    await requests.forget();
  }

  async function loop(): Promise<void> {
    while (!signal.aborted) {
      const awaited = new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timing.pollMs);
        wakeUp = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      try {
        await look();
        isUnreachable = false;
      } catch (thrown) {
        // One line for an outage; requests for the server say the rest.
        if (!isUnreachable) log.warn('sync requests cannot be read for now', { reason: String(thrown) });
        isUnreachable = true;
      }
      await awaited;
    }
    await Promise.all(inProgress.values());
  }

  const ended = loop();
  return {
    wake: () => wakeUp?.(),
    async stop() {
      stopping.abort(interrupted());
      wakeUp?.();
      await ended;
    },
  };
}

function interrupted(): BridgeError {
  return new BridgeError('INTERRUPTED', 'The server is stopping.', {
    hint: 'The sync waits for the next server.',
  });
}
