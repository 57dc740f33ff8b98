import type { Logger } from '../../core/log.ts';
import type { Clock } from '../../core/time/clock.ts';
import { openServerDatabase } from '../../database/open-server-database.ts';
import { LEASE_TIMING } from '../../state/leases/leases.ts';
import { openRunRequests } from '../../state/run-requests/run-requests.ts';
import { openSyncRequests } from '../../state/sync-requests/sync-requests.ts';
import { openCatalog } from '../catalog/catalog.ts';
import { stateLocation } from '../run/state-location.ts';
import { childStarter } from './child-process.ts';
import type { VariablesFor } from './run-command.ts';
import { requestedRuns, requestedSyncs } from './work-sources.ts';
import { workOff, workUntilStopped } from './worker.ts';

export interface WorkerOptions {
  /** Ends when no request waits any more. */
  readonly once: boolean;
  readonly concurrency: number;
}

export interface WorkerSurroundings {
  readonly databaseUrl: string | undefined;
  /** `CONNECTORS_DIR`, relative to `cwd`. */
  readonly connectorsDir: string;
  readonly policyFile: string | undefined;
  readonly cwd: string;
  readonly variablesFor: VariablesFor;
  readonly log: Logger;
  readonly clock: Clock;
}

/**
 * Executes the requests in the state of this environment, until `signal` is aborted or, with `once`, none waits.
 * @throws BridgeError STATE_* or ENVIRONMENT_INVALID
 */
export async function runWorker(
  { once, concurrency }: WorkerOptions,
  surroundings: WorkerSurroundings,
  signal: AbortSignal,
): Promise<void> {
  const { connectorsDir, policyFile, cwd, clock, log, variablesFor } = surroundings;
  const database = await openServerDatabase(stateLocation(surroundings));
  try {
    const catalog = openCatalog({ directory: connectorsDir, policyFile, cwd, clock });
    const shared = { catalog, variablesFor, log, clock, start: childStarter(cwd) };
    const sources = [
      requestedRuns({ ...shared, requests: openRunRequests(database), lease: LEASE_TIMING }),
      requestedSyncs({ ...shared, syncs: openSyncRequests(database) }),
    ];
    const work = once ? workOff : workUntilStopped;
    log.info('worker started', { concurrency, once });
    await work({ sources, concurrency, log, clock }, signal);
    log.info('worker stopped');
  } finally {
    await database.close();
  }
}
