import { openArtifactStore, type StorePlace } from '../../../artifacts/index.ts';
import { HeldLeases } from '../../../pipeline/held-leases.ts';
import type { OpenStore } from './artifact-lines.ts';

/** Opens artifact stores for reading by a page. The page refreshes soon, so nothing is retried. Reading requires no lease. */
export function storesToRead(place: Pick<StorePlace, 'cwd' | 'gcsEndpoint'>): OpenStore {
  const { cwd, gcsEndpoint } = place;
  const retry = { retries: 0, backoffSeconds: 0 };
  return (bucketUrl) => openArtifactStore(bucketUrl, { cwd, gcsEndpoint, retry, leases: new HeldLeases() });
}
