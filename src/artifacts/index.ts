import { BridgeError } from '../core/errors.ts';
import type { Endpoint } from '../core/endpoint.ts';
import type { ArtifactStore } from '../pipeline/ports/ports.ts';
import type { LeaseGuard } from '../pipeline/held-leases.ts';
import type { Logger } from '../core/log.ts';
import type { RetryPolicy } from '../core/retry.ts';

/** The environment that a store needs. */
export interface StorePlace {
  /** The base directory of relative `file:` URLs. */
  readonly cwd: string;
  /** Replaces Google's endpoint. */
  readonly gcsEndpoint: Endpoint | undefined;
  /** The retry policy of each request. */
  readonly retry: RetryPolicy;
  /** Logs each retry. */
  readonly log?: Logger;
  /** Checked before each attempt to change anything. */
  readonly leases: LeaseGuard;
}

type OpenStore = (bucketUrl: string, place: StorePlace) => Promise<ArtifactStore>;

/** Each entry loads its store only when it is called. */
const STORES: Readonly<Record<string, OpenStore>> = {
  file: async (bucketUrl, { cwd, leases }) =>
    (await import('./file/store.ts')).fileStore(bucketUrl, cwd, leases),
  gs: async (bucketUrl, place) => (await import('./gcs/store.ts')).gcsStore(bucketUrl, place),
};

/**
 * The store that the scheme of a bucket URL names. Opening it writes nothing and sends no request.
 * @throws BridgeError ARTIFACT_SCHEME_UNKNOWN
 */
export async function openArtifactStore(bucketUrl: string, place: StorePlace): Promise<ArtifactStore> {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(bucketUrl)?.[1]?.toLowerCase() ?? '';
  const openStore = Object.hasOwn(STORES, scheme) ? STORES[scheme] : undefined;
  if (openStore !== undefined) return await openStore(bucketUrl, place);
  const known = Object.keys(STORES).map((name) => `${name}://`);
  throw new BridgeError('ARTIFACT_SCHEME_UNKNOWN', `No artifact store for ${JSON.stringify(bucketUrl)}.`, {
    hint: `\`output.bucket\` begins with ${known.join(' or ')}.`,
  });
}
