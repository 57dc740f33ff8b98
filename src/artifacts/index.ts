import { BridgeError } from '../core/errors.ts';
import type { Endpoint } from '../core/endpoint.ts';
import type { ArtifactStore } from '../pipeline/ports/ports.ts';
import type { LeaseGuard } from '../pipeline/held-leases.ts';
import type { Logger } from '../core/log.ts';
import type { RetryPolicy } from '../core/retry.ts';

/** What a store needs to know of its surroundings. */
export interface StorePlace {
  /** Relative `file:` URLs start here. */
  readonly cwd: string;
  /** In place of Google's. */
  readonly gcsEndpoint: Endpoint | undefined;
  /** Of each request. */
  readonly retry: RetryPolicy;
  /** Told of each retry. */
  readonly log?: Logger;
  /** Asked before each attempt to change anything. */
  readonly leases: LeaseGuard;
}

type OpenStore = (bucketUrl: string, place: StorePlace) => Promise<ArtifactStore>;

/** Each loads its store only when asked. */
const STORES: Readonly<Record<string, OpenStore>> = {
  file: async (bucketUrl, { cwd, leases }) =>
    (await import('./file/store.ts')).fileStore(bucketUrl, cwd, leases),
  gs: async (bucketUrl, place) => (await import('./gcs/store.ts')).gcsStore(bucketUrl, place),
};

/**
 * The store that a bucket URL names by its scheme. Writes nothing, and asks no server.
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
