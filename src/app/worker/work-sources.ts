import { EXIT } from '../../core/exit-status.ts';
import type { Clock } from '../../core/time/clock.ts';
import { startStopwatch } from '../../core/time/stopwatch.ts';
import type { SyncRequests } from '../../state/sync-requests/queue.ts';
import { WORKER_SYNCS_PAUSE_MS } from '../limits.ts';
import { newRunId } from '../run/run-id.ts';
import { executeRequest, type ExecutionContext } from './execute-request.ts';
import { queuedSyncsCommand } from './run-command.ts';
import type { WorkSource } from './worker.ts';

/** Requests for runs of connectors and knowledge sources: one child process for each. */
export function requestedRuns(context: ExecutionContext & { readonly clock: Clock }): WorkSource {
  const { requests, clock } = context;
  return {
    countReady: () => requests.countReady(),
    async next() {
      const taken = await requests.take(newRunId(clock.now()));
      return taken && ((signal) => executeRequest(taken, context, signal));
    },
    forget: () => requests.forget(),
  };
}

/**
 * Requests for syncs of apps: one child process at a time executes all that wait. It takes them itself, as `sync --queued` and
 * servers do, so that any mixture of these can share the queue.
 */
export function requestedSyncs(
  context: Pick<ExecutionContext, 'catalog' | 'variablesFor' | 'start' | 'log'> & {
    readonly syncs: Pick<SyncRequests, 'readyApps' | 'isAppBusy' | 'forget'>;
    readonly clock: Clock;
  },
): WorkSource {
  const { syncs, start, log, clock } = context;
  let isBusy = false;
  let sinceFailure: (() => number) | undefined;

  async function hasWork(): Promise<boolean> {
    for (const { appKey } of await syncs.readyApps()) {
      if (!(await syncs.isAppBusy(appKey))) return true;
    }
    return false;
  }

  return {
    countReady: async () => ((await hasWork()) ? 1 : 0),
    async next() {
      const pauses = sinceFailure !== undefined && sinceFailure() < WORKER_SYNCS_PAUSE_MS;
      if (isBusy || pauses || !(await hasWork())) return undefined;
      isBusy = true;
      return async (signal) => {
        try {
          const { exitStatus } = await start(await queuedSyncsCommand(context), signal);
          const isFine = [EXIT.done, EXIT.held, EXIT.partial].some((status) => status === exitStatus);
          sinceFailure = isFine ? undefined : startStopwatch(clock);
          log.info('requested syncs have ended', { exitStatus });
        } finally {
          isBusy = false;
        }
      };
    },
    forget: () => syncs.forget(),
  };
}
