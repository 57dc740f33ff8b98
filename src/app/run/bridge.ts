import type { SecretVariables } from '../../definitions/connector/secrets/secrets.ts';
import type { Connector } from '../../definitions/connector/types.ts';
import { directoryOf } from '../../artifacts/file/location.ts';
import { openArtifactStore, type StorePlace } from '../../artifacts/index.ts';
import { systemClock } from '../../core/time/clock.ts';
import type { Logger } from '../../core/log.ts';
import type { Redactor } from '../../core/secrets/redact.ts';
import { sleep } from '../../core/retry.ts';
import { openKernel } from '../../kernel/open-kernel.ts';
import type { Job, Observer, Ports } from '../../pipeline/ports/job.ts';
import { HeldLeases } from '../../pipeline/held-leases.ts';
import { runFolder } from '../../pipeline/artifact/layout.ts';
import type { State } from '../../pipeline/ports/state-port.ts';
import { runConnector, type RunResult } from '../../pipeline/run.ts';
import type { ProxySettings } from '../../net/proxy.ts';
import { openSource } from '../../sources/index.ts';
import { LEASE_TIMING, type LeaseTiming } from '../../state/leases/leases.ts';
import { openState } from '../../state/run/open-state.ts';
import { isInCloud } from '../doctor/cloud/bucket.ts';
import { warnOfExposure } from '../doctor/exposed-paths.ts';
import { definitionSecrets } from '../secrets/definition-secrets.ts';
import { closingResources, type CloseAtEnd } from './closing-resources.ts';
import { openDestination, type DestinationContext } from './destination.ts';
import { warnOfSourceExposure, warnOfStateExposure } from './exposure-warnings.ts';
import { bucketOf, jobOf, type RunOptions } from './job.ts';
import { permitOf } from '../catalog/policy.ts';
import { PushedEvents } from './pushed-events.ts';
import { runPorts } from './run-ports.ts';
import { stateLocation } from './state-location.ts';

/** The environment of a run. */
export interface BridgeContext extends Omit<StorePlace & DestinationContext, 'leases'>, SecretVariables {
  readonly databaseUrl: string | undefined;
  readonly log: Logger;
  readonly observer: Observer;
  readonly proxy: ProxySettings;
  /** `POLICY_FILE`; undefined means that connectors are not restricted. */
  readonly policyFile: string | undefined;
  /** `ORACLE_CLIENT_LIB_DIR` */
  readonly oracleClientLibDir: string | undefined;
  /** `ROW_KERNEL`; rows are processed a batch at a time unless it is false. */
  readonly rowKernel?: boolean;
  /** Knows the secrets of the run; a source adds the tokens that it receives. */
  readonly redactor?: Redactor | undefined;
  /** Removes secrets from a text that will be stored. */
  redact(text: string): string;
  /** Tests set this to make leases expire sooner. */
  readonly leaseTiming?: LeaseTiming;
  /** Lets a test intercept the calls between the pipeline and its ports. */
  readonly wrapPorts?: (ports: Ports) => Ports;
}

export interface BridgeResult extends RunResult {
  /** The URI of the run's folder; null for a dry run. */
  readonly artifacts: string | null;
  /** The checkpoint that this run committed; null if there is none, or for a dry run. */
  readonly watermark: string | null;
}

/**
 * The composition root of connectors: opens the ports that a connector needs, runs it, and closes the ports in reverse order.
 * @throws BridgeError
 */
export async function runBridge(
  connector: Connector,
  options: RunOptions,
  context: BridgeContext,
  signal: AbortSignal,
): Promise<BridgeResult> {
  const job = jobOf(connector, options);
  return closingResources(async (closeAtEnd) => {
    const ports = await openPorts(connector, job, options, context, closeAtEnd);
    const result = await runConnector(job, context.wrapPorts?.(ports) ?? ports, signal);
    if (options.dryRun) return { ...result, artifacts: null, watermark: null };
    const artifacts = `${ports.store.root}${runFolder(job.prefix, result.runId)}`;
    return { ...result, artifacts, watermark: await watermarkOf(result, ports.state) };
  });
}

async function openPorts(
  connector: Connector,
  job: Job,
  options: RunOptions,
  context: BridgeContext,
  closeAtEnd: CloseAtEnd,
): Promise<Ports> {
  const { spec } = connector;
  const policyPermit = await permitOf(connector, context);
  // The state adds the leases, and every component that changes anything outside the process checks them.
  const leases = new HeldLeases();
  const { leaseTiming = LEASE_TIMING } = context;
  // The state is opened first, because it may have the secrets of the source.
  const state = closeAtEnd(
    await openState({ ...stateLocation(context), readOnly: options.dryRun, leases, leaseTiming }),
  );
  const { secret, permit } = await definitionSecrets(
    connector,
    policyPermit,
    state.secrets,
    context,
    systemClock,
  );
  const pushed = new PushedEvents(job, options);
  const source = closeAtEnd(
    await openSource(spec, secret, {
      ...context,
      clock: systemClock,
      wait: sleep,
      pushed: () => pushed.pages(),
      olderEvents: () => pushed.older(),
      permit,
    }),
  );
  warnOfSourceExposure(spec, secret, context.log);
  warnOfStateExposure(context.databaseUrl, context.log);
  // A plan neither publishes nor delivers, so it requires no cloud permissions and does not load the cloud client.
  const local = options.local || options.dryRun;
  const destination = openDestination(connector, options, { ...context, leases });
  const bucket = bucketOf(spec, local);
  const store = await openArtifactStore(bucket, { ...context, leases });
  await warnOfExposure(keptHere(bucket, context), context.log);
  pushed.readFrom(state);
  const { log, observer } = context;
  const kernel = context.rowKernel === false ? undefined : openKernel();
  return runPorts({ source, state, store, destination, log, observer, kernel }, connector, context);
}

function keptHere(bucket: string, context: BridgeContext) {
  const { url, file } = stateLocation(context);
  return {
    stateFile: url === undefined ? file : undefined,
    bucketFolder: isInCloud(bucket) ? undefined : directoryOf(bucket, context.cwd),
  };
}

/** The watermark is only for telemetry, so an error here does not fail a committed run. */
async function watermarkOf({ runId }: RunResult, state: State): Promise<string | null> {
  const run = await state.findRun(runId).catch(() => undefined);
  return run?.watermark ?? null;
}
