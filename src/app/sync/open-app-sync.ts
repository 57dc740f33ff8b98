import type { Logger } from '../../core/log.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import type { SyncRequest, SyncResult } from '../../apps/sync-result.ts';
import type { SecretVariables } from '../../definitions/connector/secrets.ts';
import type { App } from '../../definitions/app/types.ts';
import type { ProxySettings } from '../../net/proxy.ts';
import type { Observer } from '../../pipeline/ports/job.ts';
import type { LeaseTiming } from '../../state/leases/leases.ts';

/** The environment of a sync. */
export interface AppSyncContext extends SecretVariables {
  readonly databaseUrl: string | undefined;
  readonly cwd: string;
  /** `POLICY_FILE`; undefined means that apps are not restricted. */
  readonly policyFile: string | undefined;
  readonly proxy: ProxySettings;
  readonly log: Logger;
  readonly observer: Observer;
  readonly redactor?: Redactor | undefined;
  /** Removes secrets from a text that will be stored. */
  redact(text: string): string;
  /** Tests set this to make leases expire sooner. */
  readonly leaseTiming?: LeaseTiming;
}

/**
 * The composition root of apps: opens the state and the readers, takes the lease on the app, records the run, syncs, and closes
 * everything. A dry run takes no lease and records nothing.
 * @param runId the id of the run in `run_state`
 * @returns a result whose status is not `failed`; it has `nextRunAfter` if the API ended the sync by a rate limit
 * @throws FailedSync if no collection could be synced; BridgeError APP_COLLECTION_UNKNOWN, LEASE_HELD, LEASE_LOST, SECRET_*,
 *   POLICY_*, STATE_*, INTERRUPTED
 */
export function syncAppOnce(
  _app: App,
  _request: SyncRequest,
  _runId: string,
  _context: AppSyncContext,
  _signal: AbortSignal,
): Promise<SyncResult> {
  throw new TypeError('Not built yet.');
}
