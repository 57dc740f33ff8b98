import { openCollectionReaders } from '../../apps/collections/open-collection-readers.ts';
import type { SyncRequest, SyncResult } from '../../apps/sync-result.ts';
import { syncApp, type SyncOutcome } from '../../apps/sync/sync-app.ts';
import { toBridgeError, type BridgeError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import { sleep, type RetryPolicy, type Wait } from '../../core/retry.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import { systemClock } from '../../core/time/clock.ts';
import type { FencedLease } from '../../database/fenced-lease.ts';
import { appKeyOf } from '../../definitions/app/app-key.ts';
import type { App } from '../../definitions/app/types.ts';
import type { SecretVariables } from '../../definitions/connector/secrets/secrets.ts';
import type { ProxySettings } from '../../net/proxy.ts';
import type { Observer } from '../../pipeline/ports/job.ts';
import { runErrorOf } from '../../pipeline/run-error.ts';
import { fencedLeases } from '../../state/leases/fenced-lease.ts';
import type { LeaseTiming } from '../../state/leases/leases.ts';
import { recordedRuns, type RecordedOutcome, type RecordedRuns } from '../../state/run/recorded-run.ts';
import type { EarlierResult } from '../../state/run/earlier-run.ts';
import { secretRows } from '../../state/secrets/secret-rows.ts';
import { openStateDatabase, type StateDatabase } from '../../state/state-database.ts';
import { permitOf } from '../catalog/policy.ts';
import { DELETE_LIMIT_COUNT_DEFAULT, DELETE_LIMIT_RATIO_DEFAULT } from '../limits.ts';
import { definitionSecrets } from '../secrets/definition-secrets.ts';
import { closingResources } from '../run/closing-resources.ts';
import { warnOfStateExposure } from '../run/exposure-warnings.ts';
import { redactedError } from '../run/record-early-failure.ts';
import { stateLocation } from '../run/state-location.ts';
import { FailedSync } from './failed-sync.ts';
import { requestPermit } from './request-permit.ts';
import { requireCollections } from './require-collections.ts';
import { APP_TARGET, holdReasonOf, recordedSync, runCountsOf, runStatusOf } from './run-outcome.ts';
import { progressOf } from './sync-progress.ts';

/** The environment of a sync. */
export interface AppSyncContext extends SecretVariables {
  readonly databaseUrl: string | undefined;
  readonly cwd: string;
  /** `POLICY_FILE`; undefined means that apps are not restricted. */
  readonly policyFile: string | undefined;
  readonly proxy: ProxySettings;
  readonly retry: RetryPolicy;
  readonly log: Logger;
  readonly observer: Observer;
  readonly redactor?: Redactor | undefined;
  /** Removes secrets from a text that will be stored. */
  redact(text: string): string;
  /** Tests set these to wait less. */
  readonly wait?: Wait;
  readonly leaseTiming?: LeaseTiming;
}

/** The result of a sync, and what is recorded of it if an earlier process did the work under the same run id. */
export interface AppSync {
  readonly sync: SyncResult;
  readonly earlier: EarlierResult | null;
}

/** Syncs with the lease on the app, or without one for a dry run. */
type Sync = (lease: FencedLease | undefined) => Promise<SyncOutcome>;

/**
 * The composition root of apps: opens the state and the readers, takes the lease on the app, records the run, syncs, and closes
 * everything. A dry run takes no lease and records nothing.
 * @param runId the id of the run in `run_state`; if it has a result there, nothing is synced
 * @returns a result whose status is not `failed`; it has `nextRunAfter` if the API ended the sync by a rate limit
 * @throws FailedSync if no collection could be synced; BridgeError APP_COLLECTION_UNKNOWN, RUN_ID_TAKEN, LEASE_HELD, LEASE_LOST,
 *   SECRET_*, POLICY_*, STATE_*, INTERRUPTED
 */
export async function syncAppOnce(
  app: App,
  request: SyncRequest,
  runId: string,
  context: AppSyncContext,
  signal: AbortSignal,
): Promise<AppSync> {
  requireCollections(app, request.collections);
  return closingResources(async (closeAtEnd) => {
    const policyPermit = await permitOf(app, context);
    warnOfStateExposure(context.databaseUrl, context.log);
    const address = { ...stateLocation(context), kind: 'app', readOnly: request.dryRun } as const;
    const database = closeAtEnd(await openStateDatabase(address));
    const { log, proxy, retry, redactor, wait = sleep, observer } = context;
    const clock = systemClock;
    const rows = secretRows(database, address);
    const { secret, permit } = await definitionSecrets(app, policyPermit, rows, context, clock);
    const admit = requestPermit(app, permit);
    const readers = openCollectionReaders(app, {
      ...{ secret, admit, retry, clock, wait, log, proxy, redactor },
    });
    const { count, ratio } = app.spec.deleteLimit ?? {};
    const deleteLimit = {
      count: count ?? DELETE_LIMIT_COUNT_DEFAULT,
      ratio: ratio ?? DELETE_LIMIT_RATIO_DEFAULT,
    };
    const redact = (text: string) => context.redact(text);
    observer.phase('extract');
    const sync: Sync = (lease) => {
      const until = lease === undefined ? signal : AbortSignal.any([signal, lease.signal]);
      const progress = progressOf(observer);
      const ports = { database, lease, runId, deleteLimit, clock, log, progress, redact };
      return syncApp(app, request, readers, ports, until);
    };
    const outcome = request.dryRun
      ? await sync(undefined)
      : await recorded({ database, name: appKeyOf(app), runId, context }, sync);
    if ('earlier' in outcome) {
      return { sync: recordedSync(request, outcome.earlier), earlier: outcome.earlier };
    }
    const { result, failure } = outcome;
    if (result.status === 'failed' && failure !== undefined) throw new FailedSync(failure, result);
    return { sync: result, earlier: null };
  });
}

interface Recording {
  readonly database: StateDatabase;
  readonly name: string;
  readonly runId: string;
  readonly context: Pick<AppSyncContext, 'leaseTiming' | 'redact'>;
}

interface Repeated {
  readonly earlier: EarlierResult;
}

/** Syncs under the lease on the app, and records how that ended. A run that has a result does nothing. */
async function recorded(recording: Recording, sync: Sync): Promise<SyncOutcome | Repeated> {
  const { database, name, runId, context } = recording;
  const runs = recordedRuns(database);
  const before = await runs.earlier(runId, name);
  if (before?.result) return { earlier: before.result };
  const lease = await fencedLeases(database, context.leaseTiming)(name, runId);
  try {
    // Another process with the same id may have ended since.
    const known = await runs.earlier(runId, name);
    if (known?.result) return { earlier: known.result };
    return await begun(recording, runs, lease, sync);
  } finally {
    await lease.release();
  }
}

async function begun(
  { name, runId, context }: Recording,
  runs: RecordedRuns,
  lease: FencedLease,
  sync: Sync,
): Promise<SyncOutcome> {
  await runs.begin({ runId, name, target: APP_TARGET, startedAt: systemClock.now() }, lease);
  let outcome: SyncOutcome;
  try {
    outcome = await sync(lease);
  } catch (thrown) {
    const error = toBridgeError(thrown);
    await recordFailure(() => runs.finish(runId, failed(error, context)), error);
    throw error;
  }
  await runs.finish(runId, finished(outcome, context));
  return outcome;
}

/** A state that fails cannot record its own failure; the next run closes the row. */
async function recordFailure(record: () => Promise<void>, { code }: BridgeError): Promise<void> {
  try {
    await record();
  } catch (thrown) {
    if (!code.startsWith('STATE_')) throw thrown;
  }
}

function failed(error: BridgeError, context: Recording['context']): RecordedOutcome {
  return {
    status: 'FAILED',
    counts: null,
    holdReason: null,
    error: redactedError(runErrorOf(error), context),
    finishedAt: systemClock.now(),
  };
}

function finished({ result, failure }: SyncOutcome, context: Recording['context']): RecordedOutcome {
  return {
    status: result.status === 'failed' ? 'FAILED' : runStatusOf(result.status),
    counts: runCountsOf(result),
    holdReason: holdReasonOf(result),
    error: failure === undefined ? firstProblem(result) : redactedError(runErrorOf(failure), context),
    finishedAt: systemClock.now(),
    goesOn: result.nextRunAfter !== undefined,
  };
}

/** Its message is redacted already. */
function firstProblem({ problems: [first], errors }: SyncResult): RecordedOutcome['error'] {
  if (first === undefined) return null;
  const { collectionKey, code, message } = first;
  const others = errors === 1 ? '' : ` It is the first of ${errors} problems.`;
  return { code, message: `${collectionKey}: ${message}${others}` };
}
