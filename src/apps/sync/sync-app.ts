import type { BridgeError } from '../../core/errors.ts';
import { appKeyOf } from '../../definitions/app/app-key.ts';
import type { App } from '../../definitions/app/types.ts';
import type { CollectionReader } from '../collection-reader.ts';
import type { CollectionResult, SyncRequest, SyncResult, SyncStatus } from '../sync-result.ts';
import type { SyncPorts } from './ports.ts';
import { CollectionSync } from './sync-collection.ts';
import { Problems, totalOf } from './tally.ts';

export interface SyncOutcome {
  readonly result: SyncResult;
  /** The first error of a failed sync, or the rate limit that ended the sync. */
  readonly failure: BridgeError | undefined;
}

/**
 * Syncs the collections of an app one after the other. A collection that fails does not stop the others; a rate limit that lasts
 * ends the sync, because the others have the same one.
 * @param readers of all collections of the app, or of the requested ones
 * @throws BridgeError INTERRUPTED, LEASE_LOST, STATE_*; errors of the API are in the outcome
 */
export async function syncApp(
  app: App,
  request: SyncRequest,
  readers: readonly CollectionReader[],
  ports: SyncPorts,
  signal: AbortSignal,
): Promise<SyncOutcome> {
  const started = ports.clock.elapsedMs();
  const problems = new Problems((text) => ports.redact(text));
  const results: CollectionResult[] = [];
  const failures: BridgeError[] = [];
  const collections = app.spec.collections.filter(({ key }) => request.collections?.includes(key) ?? true);
  let limited: BridgeError | undefined;
  for (const collection of collections) {
    const reader = readers.find(({ collectionKey }) => collectionKey === collection.key);
    if (reader === undefined) throw new TypeError(`The collection ${collection.key} has no reader.`);
    const job = { appKey: appKeyOf(app), spec: app.spec, collection, reader, request };
    const { result, failure } = await new CollectionSync(job, ports, problems).run(signal);
    results.push(result);
    if (failure === undefined) continue;
    failures.push(failure);
    if (failure.code !== 'SOURCE_RATE_LIMITED') continue;
    limited = failure;
    break;
  }
  const skipped = collections.slice(results.length).map(({ key }) => key);
  if (skipped.length > 0) ports.log.warn('the rate limit of the API ended the sync', { notSynced: skipped });
  const status = statusOf(results, failures.length);
  return {
    result: {
      appKey: appKeyOf(app),
      mode: request.mode,
      status,
      ...totalOf(results),
      collections: results,
      problems: problems.listed,
      durationMs: Math.round(ports.clock.elapsedMs() - started),
      nextRunAfter: limited?.nextRunAfter,
    },
    failure: status === 'failed' ? failures[0] : limited,
  };
}

function statusOf(results: readonly CollectionResult[], failures: number): SyncStatus {
  if (failures > 0 && failures === results.length) return 'failed';
  if (results.some(({ holdReason }) => holdReason !== null)) return 'held';
  return results.some(({ errors }) => errors > 0) ? 'partial' : 'completed';
}
