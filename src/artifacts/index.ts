import { BridgeError } from '../core/errors.ts';
import type { ArtifactStore } from '../pipeline/ports.ts';

type OpenStore = (bucketUrl: string, cwd: string) => Promise<ArtifactStore>;

/** Each loads its store only when asked: a cloud client costs a fifth of a second. */
const STORES: Readonly<Record<string, OpenStore>> = {
  file: async (bucketUrl, cwd) => (await import('./file-store.ts')).fileStore(bucketUrl, cwd),
  gs: (bucketUrl) =>
    Promise.reject(
      new BridgeError(
        'NOT_SUPPORTED',
        `Cannot write to ${bucketUrl}: this version has no Cloud Storage yet.`,
        {
          hint: 'Run with `--local`, or give `output.bucket` a `file://` URL.',
        },
      ),
    ),
};

/**
 * The store that a bucket URL names by its scheme; relative `file:` URLs start at `cwd`. Writes nothing.
 * @throws BridgeError ARTIFACT_SCHEME_UNKNOWN, NOT_SUPPORTED.
 */
export async function openArtifactStore(bucketUrl: string, cwd: string): Promise<ArtifactStore> {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(bucketUrl)?.[1]?.toLowerCase() ?? '';
  const openStore = Object.hasOwn(STORES, scheme) ? STORES[scheme] : undefined;
  if (openStore !== undefined) return await openStore(bucketUrl, cwd);
  const known = Object.keys(STORES).map((name) => `${name}://`);
  throw new BridgeError('ARTIFACT_SCHEME_UNKNOWN', `No artifact store for ${JSON.stringify(bucketUrl)}.`, {
    hint: `\`output.bucket\` begins with ${known.join(' or ')}.`,
  });
}
