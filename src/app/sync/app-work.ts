import { relative, resolve } from 'node:path';
import type { SyncRequest, SyncResult, SyncStatus } from '../../apps/sync-result.ts';
import { EXIT, type ExitStatus } from '../../core/exit-status.ts';
import { appKeyOf } from '../../definitions/app/app-key.ts';
import type { App } from '../../definitions/app/types.ts';
import type { Work, WorkTools } from '../run/run-once.ts';
import type { ReportedResult, ReportedRun } from '../run/telemetry/telemetry.ts';
import { syncAppOnce, type AppSyncContext } from './open-app-sync.ts';
import { requireCollections } from './require-collections.ts';
import { APP_TARGET, holdReasonOf, runCountsOf, runStatusOf } from './run-outcome.ts';

/** The app that is synced, and where its definition comes from. */
export interface AppPlace {
  /** The key that the command or the request named; it names the run if the definition does not load. */
  readonly appKey: string;
  /** The path of the YAML file, relative to the working directory. */
  readonly file: string;
  /** Reads and validates the definition. @throws BridgeError */
  load(): Promise<App>;
}

export interface AppSyncOptions extends Omit<SyncRequest, 'appKey'> {
  readonly runId: string;
}

/** The environment of a sync, in addition to what all kinds of work receive. */
export type AppSurroundings = Omit<AppSyncContext, keyof WorkTools>;

export interface AppWorkResult extends ReportedResult {
  readonly sync: SyncResult;
}

/** Represents one sync of an app as work for `runOnce`. */
export function appWork(
  place: AppPlace,
  { runId, ...options }: AppSyncOptions,
  surroundings: AppSurroundings,
): Work<App, AppWorkResult> {
  const reported: Omit<ReportedRun, 'target'> = {
    runId,
    connector: place.appKey,
    namedAfterFile: false,
    file: relative(surroundings.cwd, resolve(surroundings.cwd, place.file)),
    kind: 'app',
    targetKind: 'database',
    mode: options.dryRun ? 'dry_run' : 'run',
  };
  return {
    kind: 'app',
    recordsFailure: !options.dryRun,
    load: () => place.load(),
    requireFit: (app) => {
      requireCollections(app, options.collections);
    },
    reported: (app) => ({ ...reported, connector: appKeyOf(app), target: APP_TARGET }),
    reportedUnloaded: () => Promise.resolve({ ...reported, target: null }),
    async perform(app, { signal, ...tools }) {
      const request = { appKey: appKeyOf(app), ...options };
      const { sync, earlier } = await syncAppOnce(app, request, runId, { ...surroundings, ...tools }, signal);
      if (earlier !== null) return { ...earlier, work: 'repeated', watermark: null, sync };
      return {
        status: runStatusOf(sync.status),
        work: options.dryRun ? 'planned' : 'done',
        counts: runCountsOf(sync),
        watermark: null,
        holdReason: holdReasonOf(sync),
        sync,
      };
    },
    exitStatusOf: ({ sync }) => exitStatusOfSync(sync, options.dryRun),
  };
}

/** The exit status of a command that synced an app. As for connectors, a plan reports what it found and succeeds. */
export function exitStatusOfSync({ status, nextRunAfter }: SyncResult, dryRun: boolean): ExitStatus {
  if (nextRunAfter !== undefined) return EXIT.tryAgain;
  return dryRun ? EXIT.done : EXIT_BY_STATUS[status];
}

const EXIT_BY_STATUS: Readonly<Record<SyncStatus, ExitStatus>> = {
  completed: EXIT.done,
  held: EXIT.held,
  partial: EXIT.partial,
  failed: EXIT.unavailable,
};
