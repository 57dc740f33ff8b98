import { aclOf, contentConfigOf, type Connector } from '../../definitions/connector/types.ts';
import type { Endpoint } from '../../core/endpoint.ts';
import { BridgeError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import { sleep, type RetryPolicy, type Wait } from '../../core/retry.ts';
import { localDestination } from '../../gemini/delivery/local-destination.ts';
import type { Destination } from '../../pipeline/ports/delivery-port.ts';
import type { LeaseGuard } from '../../pipeline/held-leases.ts';
import type { RunOptions } from './job.ts';

/** The environment of a destination. */
export interface DestinationContext {
  /** Replaces Google's endpoint. */
  readonly discoveryEngineEndpoint: Endpoint | undefined;
  readonly retry: RetryPolicy;
  readonly leases: LeaseGuard;
  readonly log: Logger;
  /** Lets a test run without waiting in real time. */
  readonly wait?: Wait;
}

/**
 * Opens the target of a run's delivery: the data store, or request files in the run's folder for a run that sends nothing. No
 * client is loaded and no request is sent before there is something to deliver.
 * @throws BridgeError RECONCILIATION_REFUSED for artifacts that Google cannot read.
 */
export function openDestination(
  connector: Connector,
  { local, dryRun, sends, reconcile }: RunOptions,
  context: DestinationContext,
): Destination {
  const { output, gemini } = connector.spec;
  if (local || dryRun || !sends) return localDestination(gemini);
  const inline = !output.bucket.startsWith('gs://');
  if (inline && reconcile) throw needsBucket(output.bucket);
  return {
    deliver: async (...delivery) => (await openDiscovery(connector, inline, context)).deliver(...delivery),
  };
}

async function openDiscovery(
  { spec }: Connector,
  inline: boolean,
  { discoveryEngineEndpoint: endpoint, retry, leases, log, wait = sleep }: DestinationContext,
): Promise<Destination> {
  const { openApi } = await import('../../gemini/api/api.ts');
  const { discoveryDestination } = await import('../../gemini/delivery/delivery.ts');
  const { projectId, location } = spec.gemini;
  const api = await openApi({ location, projectId, endpoint, retry, leases, log, wait });
  const needs = { acl: aclOf(spec), contentConfig: contentConfigOf(spec) };
  return discoveryDestination({ api, dataStore: spec.gemini, needs, inline, log, wait });
}

function needsBucket(bucket: string): BridgeError {
  return new BridgeError(
    'RECONCILIATION_REFUSED',
    `A full reconciliation takes one import of files in Cloud Storage, and output.bucket is ${bucket}.`,
    { hint: 'Give `output.bucket` a gs:// URL, or run without --reconcile-full.' },
  );
}
