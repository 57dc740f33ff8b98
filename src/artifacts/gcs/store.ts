import { forEachConcurrently } from '../../core/for-each-concurrently.ts';
import { BridgeError } from '../../core/errors.ts';
import type { Endpoint } from '../../core/endpoint.ts';
import { GCS_DELETES_AT_ONCE, GCS_READ_BYTES } from '../limits.ts';
import type { Logger } from '../../core/log.ts';
import type { ArtifactStore } from '../../pipeline/ports/ports.ts';
import { artifactNameParts, folderParts } from '../artifact-name.ts';
import { createChecksum } from './crc32c.ts';
import type { ObjectFacts } from './answers.ts';
import { GcsBucket } from './client.ts';
import { bucketNameOf } from './bucket-name.ts';
import { gcsError, withGcsErrors } from './errors.ts';
import { failureOf } from './failure.ts';
import { retrying, type GcsRetry } from './retry.ts';
import type { LeaseGuard } from '../../pipeline/held-leases.ts';
import { GcsUpload } from './upload.ts';

interface GcsPlace {
  readonly gcsEndpoint: Endpoint | undefined;
  readonly retry: GcsRetry;
  readonly leases: LeaseGuard;
  /** Logs each retry. */
  readonly log?: Logger;
  /** For tests: the idle time after which a download is aborted. */
  readonly readIdleMs?: number;
}

/**
 * Stores artifacts as objects of a bucket, which must exist. It uses Google's default credentials; an endpoint on this machine
 * gets none.
 * @throws BridgeError ARTIFACT_SCHEME_UNKNOWN immediately; from its methods ARTIFACT_*, and INTERNAL for a name that leads out
 *   of the store.
 */
export function gcsStore(
  bucketUrl: string,
  { gcsEndpoint, retry: policy, leases, log, readIdleMs }: GcsPlace,
): ArtifactStore {
  const bucketName = bucketNameOf(bucketUrl);
  const bucket = new GcsBucket(bucketName, gcsEndpoint, leases, { readIdleMs });
  const root = `gs://${bucketName}/`;
  const retry: GcsRetry = { ...policy, log, asked: root };
  const uriOf = (name: string) => `${root}${artifactNameParts(name).join('/')}`;
  return {
    root,
    async create(name) {
      return await Promise.resolve(new GcsUpload(bucket, name, uriOf(name), retry));
    },
    async replace(name, content) {
      const checksum = createChecksum();
      checksum.update(content);
      const put = () => bucket.put(name, content, checksum.digest(), false);
      await withGcsErrors('replace', uriOf(name), () =>
        retrying(put, { ...retry, asked: `replace ${uriOf(name)}` }),
      );
    },
    async list(folder) {
      const names: string[] = [];
      for await (const page of pagesBelow(bucket, root, folder, retry)) names.push(...page);
      // The console marks an empty folder with an object whose name ends with `/`.
      return names.filter((name) => !name.endsWith('/')).sort();
    },
    async open(name) {
      const uri = uriOf(name);
      const facts = await withGcsErrors('read', uri, () =>
        retrying(() => bucket.facts(name), { ...retry, asked: `read ${uri}` }),
      );
      return contentOf(bucket, name, uri, facts, retry);
    },
    async remove(name) {
      await removeObject(bucket, name, uriOf(name), retry);
    },
    async clear(folder) {
      if (folderParts(folder).length === 0) {
        throw new BridgeError('INTERNAL', `${root} is a whole bucket, and only folders are cleared.`);
      }
      for await (const names of pagesBelow(bucket, root, folder, retry)) {
        await forEachConcurrently(GCS_DELETES_AT_ONCE, names, (name) =>
          removeObject(bucket, name, `${root}${name}`, retry),
        );
      }
    },
  };
}

/** The names below a folder, one page at a time. The names in the folder `a` begin with `a/`. */
async function* pagesBelow(
  bucket: GcsBucket,
  root: string,
  folder: string,
  retry: GcsRetry,
): AsyncGenerator<string[]> {
  const prefix = folderParts(folder)
    .map((part) => `${part}/`)
    .join('');
  let next: string | undefined;
  do {
    const token = next;
    const page = await withGcsErrors('list', `${root}${prefix}`, () =>
      retrying(() => bucket.names(prefix, token), { ...retry, asked: `list ${root}${prefix}` }),
    );
    yield page.names;
    next = page.next;
  } while (next !== undefined);
}

async function removeObject(bucket: GcsBucket, name: string, uri: string, retry: GcsRetry): Promise<void> {
  try {
    await retrying(() => bucket.remove(name), { ...retry, asked: `remove ${uri}` });
  } catch (error) {
    const worded = gcsError('remove', uri, error);
    if (
      failureOf(error)?.status === 404 &&
      worded instanceof BridgeError &&
      worded.code === 'ARTIFACT_MISSING'
    ) {
      return;
    }
    throw worded;
  }
}

/**
 * Reads an object in pieces, so that a lost connection costs only one piece, and an abandoned reader leaves no connection open.
 */
async function* contentOf(
  bucket: GcsBucket,
  name: string,
  uri: string,
  { bytes, crc32c, generation }: ObjectFacts,
  retry: GcsRetry,
): AsyncGenerator<Uint8Array> {
  const checksum = createChecksum();
  for (let start = 0; start < bytes; start += GCS_READ_BYTES) {
    const end = Math.min(bytes, start + GCS_READ_BYTES);
    const piece = await withGcsErrors('read', uri, () =>
      retrying(() => bucket.read(name, generation, start, end), { ...retry, asked: `read ${uri}` }),
    );
    checksum.update(piece);
    yield piece;
  }
  if (checksum.digest() === crc32c) return;
  throw new BridgeError('ARTIFACT_READ_FAILED', `${uri} was damaged on its way here: its CRC-32C differs.`, {
    hint: 'Run again; if it stays so, something between here and Cloud Storage changes what passes.',
  });
}
