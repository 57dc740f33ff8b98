import type { Ports } from './ports/job.ts';
import type { Receipt } from './ports/delivery-port.ts';
import type { Manifest } from './ports/ports.ts';
import { requireAlone } from './reconcile.ts';

const NOTHING: Receipt = { upserts: 0, deletes: 0, rejected: 0 };

/**
 * Phase ingest: hands the manifest to the destination and waits for its receipt. If there is nothing to send, it makes no
 * request.
 * @throws BridgeError of the destination, STATE_*, RECONCILIATION_REFUSED
 */
export async function ingest(
  manifest: Manifest,
  { destination, store, state, owner }: Pick<Ports, 'destination' | 'store' | 'state' | 'owner'>,
  signal: AbortSignal,
): Promise<Receipt> {
  const sends = manifest.files.some(({ kind }) => kind === 'upserts' || kind === 'deletes');
  if (!sends) return NOTHING;
  if (manifest.reconciliation === 'full')
    await requireAlone({ connectorId: manifest.connector, target: manifest.target }, state);
  const journal = state.journal(manifest.runId, manifest.target, owner);
  return destination.deliver(manifest, store, journal, signal);
}
