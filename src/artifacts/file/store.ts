import { open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BridgeError } from '../../core/errors.ts';
import { ARTIFACT_READ_BYTES } from '../limits.ts';
import type { LeaseGuard } from '../../pipeline/held-leases.ts';
import type { ArtifactStore, ArtifactWriter, StoredArtifact } from '../../pipeline/ports/ports.ts';
import { artifactNameParts, folderParts, TEMPORARY_PREFIX } from '../artifact-name.ts';
import { createChecksum } from '../gcs/crc32c.ts';
import { syncDirectory } from './durable-files.ts';
import { directoryOf } from './location.ts';
import { errnoOf, readError, withReadErrors, withWriteErrors } from './errors.ts';
import { openTemporary, removeTemporaries } from '../temporary-file.ts';

/**
 * Stores artifacts in a directory, which is created when the first one is written. `location` is a `file:` URL, which may be
 * relative to `cwd` (`file://./bucket`), or a path. A writer that is killed leaves only a hidden file.
 * @param leases checked before each step of a write, in particular before the step that makes the artifact visible
 * @throws BridgeError ARTIFACT_SCHEME_UNKNOWN immediately; from its methods ARTIFACT_*, and INTERNAL for a name that leads out
 *   of the store.
 */
export function fileStore(location: string, cwd: string, leases: LeaseGuard): ArtifactStore {
  const directory = directoryOf(location, cwd);
  const pathOf = (name: string) => join(directory, ...artifactNameParts(name));
  return {
    root: pathToFileURL(join(directory, '/')).href,
    async create(name) {
      return await createFile(pathOf(name), leases);
    },
    async replace(name, content) {
      const path = pathOf(name);
      await changing(path, leases, () => replaceFile(path, content, leases));
    },
    async list(folder) {
      const parts = folderParts(folder);
      const path = join(directory, ...parts);
      const names = await withReadErrors(path, () => filesBelow(path, parts));
      return names.sort();
    },
    async open(name) {
      const path = pathOf(name);
      const found = await withReadErrors(path, () => stat(path));
      if (!found.isFile()) throw new BridgeError('ARTIFACT_MISSING', `${path} is not a file.`);
      return chunksOf(path);
    },
    async remove(name) {
      const path = pathOf(name);
      await changing(path, leases, () => removeFile(path));
    },
    async clear(folder) {
      const path = join(directory, ...folderParts(folder));
      await changing(path, leases, () => rm(path, { recursive: true, force: true }));
    },
  };
}

async function changing<T>(path: string, leases: LeaseGuard, work: () => Promise<T>): Promise<T> {
  await leases.requireHeld();
  return withWriteErrors(path, work);
}

async function createFile(path: string, leases: LeaseGuard): Promise<ArtifactWriter> {
  const file = await changing(path, leases, () => openTemporary(path));
  const checksum = createChecksum();
  let bytes = 0;
  /** False from the start of a write until it has succeeded: an artifact with a gap is never finished. */
  let whole = true;
  let ended = false;

  async function end(): Promise<StoredArtifact> {
    if (!whole)
      throw new BridgeError('ARTIFACT_WRITE_FAILED', `Cannot finish ${path}: a write before this failed.`);
    await file.close();
    await leases.requireHeld();
    const stored = { uri: pathToFileURL(path).href, bytes, crc32c: checksum.digest() };
    if (!(await file.become())) await expectSame(path, stored);
    return stored;
  }

  async function abort(): Promise<void> {
    if (ended) return;
    ended = true;
    await withWriteErrors(path, () => file.discard());
  }

  return {
    async write(chunk) {
      whole = false;
      await leases.requireHeld();
      const written = withWriteErrors(path, () => file.write(chunk));
      // The checksum is computed while the system writes.
      checksum.update(chunk);
      await written;
      bytes += chunk.byteLength;
      whole = true;
    },
    async finish() {
      try {
        const stored = await withWriteErrors(path, end);
        await abort();
        return stored;
      } catch (error) {
        await abort().catch(() => undefined);
        throw error;
      }
    },
    abort,
  };
}

async function expectSame(path: string, wanted: StoredArtifact): Promise<void> {
  const checksum = createChecksum();
  let bytes = 0;
  for await (const chunk of chunksOf(path)) {
    checksum.update(chunk);
    bytes += chunk.byteLength;
  }
  if (bytes === wanted.bytes && checksum.digest() === wanted.crc32c) return;
  throw new BridgeError(
    'ARTIFACT_EXISTS',
    `${path} exists with other content: ${bytes} bytes, crc32c ${checksum.digest()}, ` +
      `where ${wanted.bytes} bytes, crc32c ${wanted.crc32c}, were to be written.`,
    { hint: 'Use another `--run-id`, or leave it out: an id identifies one run and its data.' },
  );
}

async function replaceFile(path: string, content: Uint8Array, leases: LeaseGuard): Promise<void> {
  const file = await openTemporary(path);
  try {
    await file.write(content);
    await file.close();
    await leases.requireHeld();
    await file.replace();
  } catch (error) {
    await file.discard().catch(() => undefined);
    throw error;
  }
}

async function removeFile(path: string): Promise<void> {
  await removeTemporaries(path);
  await rm(path, { force: true });
  try {
    await syncDirectory(dirname(path));
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

async function filesBelow(directory: string, parts: readonly string[]): Promise<string[]> {
  const entries = await entriesIn(directory);
  const found: string[] = [];
  for (const entry of entries) {
    const name = [...parts, entry.name];
    if (entry.isDirectory()) found.push(...(await filesBelow(join(directory, entry.name), name)));
    else if (entry.isFile() && !entry.name.startsWith(TEMPORARY_PREFIX)) found.push(name.join('/'));
  }
  return found;
}

async function entriesIn(directory: string) {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ENOTDIR') return [];
    throw error;
  }
}

/** Opens the file only when the first chunk is requested, so that an unused reader leaves no file open. */
async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  const file = await withReadErrors(path, () => open(path, 'r'));
  try {
    for (;;) {
      const buffer = Buffer.allocUnsafe(ARTIFACT_READ_BYTES);
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw readError(path, error);
  } finally {
    await file.close();
  }
}
