import type { Ports } from './job.ts';
import type { Manifest, Receipt } from './ports.ts';

const NOTHING: Receipt = { upserts: 0, deletes: 0, rejected: [] };

/** Phase ingest: hands the manifest to the destination and waits for its receipt. Nothing to send is nothing to ask. */
export function ingest(
  manifest: Manifest,
  { destination, store }: Pick<Ports, 'destination' | 'store'>,
  signal: AbortSignal,
): Promise<Receipt> {
  const sends = manifest.files.some(({ kind }) => kind === 'upserts' || kind === 'deletes');
  return sends ? destination.deliver(manifest, store, signal) : Promise.resolve(NOTHING);
}
