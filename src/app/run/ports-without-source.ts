import { openArtifactStore, type StorePlace } from '../../artifacts/index.ts';
import { BridgeError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import type { Connector } from '../../definitions/connector/types.ts';
import { HeldLeases } from '../../pipeline/held-leases.ts';
import type { Observer, Ports } from '../../pipeline/ports/job.ts';
import type { Source } from '../../pipeline/ports/ports.ts';
import type { State } from '../../pipeline/ports/state-port.ts';
import type { StateOptions } from '../../state/run/open-state.ts';
import type { CloseAtEnd } from './closing-resources.ts';
import { openDestination, type DestinationContext } from './destination.ts';
import { bucketOf, type RunOptions } from './job.ts';
import { runPorts } from './run-ports.ts';
import { stateLocation } from './state-location.ts';

/** The environment of a run that does not read its source. */
export interface SourcelessContext extends Omit<StorePlace & DestinationContext, 'leases'> {
  readonly databaseUrl: string | undefined;
  readonly log: Logger;
  readonly observer?: Observer | undefined;
  /** Removes secrets from a text that will be stored. */
  redact(text: string): string;
  /** Lets a test intercept the calls between the pipeline and its ports. */
  readonly wrapPorts?: ((ports: Ports) => Ports) | undefined;
}

/**
 * Opens the ports of a run whose changes do not come from the source, such as a repair. The source is never opened, so its secret
 * need not be set and its server may be gone.
 * @throws BridgeError
 */
export async function portsWithoutSource<Opened extends State>(
  connector: Connector,
  options: RunOptions,
  context: SourcelessContext,
  openState: (options: StateOptions) => Promise<Opened>,
  closeAtEnd: CloseAtEnd,
): Promise<{ readonly ports: Ports; readonly state: Opened }> {
  const local = options.local || options.dryRun;
  // The state adds the leases, and every component that changes anything outside the process checks them.
  const leases = new HeldLeases();
  const destination = openDestination(connector, options, { ...context, leases });
  const store = await openArtifactStore(bucketOf(connector.spec, local), { ...context, leases });
  const state = closeAtEnd(await openState({ ...stateLocation(context), readOnly: options.dryRun, leases }));
  const { log, observer = UNOBSERVED, wrapPorts } = context;
  const opened = { source: UNREAD, state, store, destination, log, observer };
  const ports = runPorts(opened, connector, context);
  return { ports: wrapPorts?.(ports) ?? ports, state };
}

const UNOBSERVED: Observer = { phase: () => undefined, rows: () => undefined };

const UNREAD: Source = {
  listing: 'delta',
  read: () => {
    throw notRead();
  },
  columns: () => Promise.reject(notRead()),
  close: () => Promise.resolve(),
};

function notRead(): BridgeError {
  return new BridgeError('INTERNAL', 'A run that must not read its source was about to read it.');
}
