import { appFinder, type AppCatalog, type FindApp } from '../../app/sync/find-app.ts';
import type { JobTiming } from '../../app/sync/jobs/do-job.ts';
import { openSyncRunner, type SyncRunner, type SyncSurroundings } from '../../app/sync/sync-runner.ts';
import { openSyncService } from '../../app/sync/sync-service.ts';
import type { SecretVariables } from '../../definitions/connector/secrets/secrets.ts';
import type { ServerState } from '../../app/serve/server-state.ts';
import type { SyncContext } from '../context.ts';

type OfProcess = 'settings' | 'proxy' | 'redactor' | 'retry' | keyof SecretVariables;

/** The settings of app sync. */
export interface SyncSettings
  extends Pick<SyncContext, 'requestsPerMinute' | 'allowedOrigins'>, Pick<SyncSurroundings, OfProcess> {
  /** Only tests set these. */
  readonly jobTiming?: JobTiming;
  readonly runner?: SyncRunner;
  readonly findApp?: FindApp;
}

/** What syncs share with the rest of the server. */
type OfServer = Omit<SyncSurroundings, OfProcess | 'timing' | 'leaseTiming'> & {
  readonly sync: SyncSettings;
  readonly state: ServerState;
  readonly catalog: AppCatalog;
};

/** Opens app sync, which begins to work on requests at once; stop its `service`. */
export function openSync({ sync, state, catalog, ...surroundings }: OfServer): SyncContext {
  const { requestsPerMinute, allowedOrigins, jobTiming, runner: given, findApp, ...ofProcess } = sync;
  const leaseTiming = jobTiming && { leaseTiming: jobTiming.lease };
  const runner = given ?? openSyncRunner({ ...surroundings, ...ofProcess, ...leaseTiming });
  const service = openSyncService({
    requests: state.syncRequests(jobTiming?.lease),
    runner,
    findApp: findApp ?? appFinder(catalog),
    clock: surroundings.clock,
    log: surroundings.log,
    ...(jobTiming && { timing: jobTiming }),
  });
  return { service, requestsPerMinute, allowedOrigins, redact: (text) => runner.redact(text) };
}
