import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PRIVATE_FILE_MODE } from '../core/private-modes.ts';
import { TEMPORARY_PREFIX } from './artifact-name.ts';
import { makeDirectory, renameNew, syncDirectory } from './file/durable-files.ts';
import { errnoOf } from './file/errors.ts';

/** A file next to its target, which has a hidden name until it is complete. Its errors are those of the system. */
export interface TemporaryFile {
  /** Appends all bytes. */
  write(bytes: Uint8Array): Promise<void>;
  /** Flushes the content to the disk. Nothing can be written afterwards. */
  close(): Promise<void>;
  /** Takes the target's name durably. Returns false, and does nothing, if the name is taken. */
  become(): Promise<boolean>;
  /** Takes the target's name durably, and replaces an existing file. */
  replace(): Promise<void>;
  /** Removes the file in any state. A file that already took the target's name stays. */
  discard(): Promise<void>;
}

/** Flushed while more is written: one flush at the end of 700 MB kept a first load of 300,000 rows waiting for 1.1 s of 7.4 s. */
const FLUSH_BYTES = 32 * 1_048_576;

export async function openTemporary(target: string): Promise<TemporaryFile> {
  const directory = dirname(target);
  await makeDirectory(directory);
  // The random part avoids the file of another writer, or of one that was killed.
  const path = join(directory, `${temporaryPrefixOf(target)}${randomBytes(6).toString('hex')}`);
  const handle = await open(path, 'wx', PRIVATE_FILE_MODE);
  let unflushed = 0;
  let flushing = Promise.resolve();
  return {
    async write(bytes) {
      await writeAll(handle, bytes);
      unflushed += bytes.byteLength;
      if (unflushed < FLUSH_BYTES) return;
      unflushed = 0;
      // A failed flush is reported once, by the next write or by the close: the system need not report it again.
      await flushing;
      flushing = handle.datasync();
      flushing.catch(() => undefined);
    },
    async close() {
      await flushing;
      await handle.sync();
      await handle.close();
    },
    async become() {
      const named = await renameNew(path, target);
      // The directory is also flushed if the name was taken: the other writer may have died before its flush.
      await syncDirectory(directory);
      return named;
    },
    async replace() {
      await rename(path, target);
      await syncDirectory(directory);
    },
    async discard() {
      await flushing.catch(() => undefined);
      await handle.close();
      await rm(path, { force: true });
    },
  };
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let start = 0;
  while (start < bytes.byteLength) {
    const { bytesWritten } = await handle.write(bytes, start, bytes.byteLength - start);
    start += bytesWritten;
  }
}

/** Removes the files that killed writers of this target left. */
export async function removeTemporaries(target: string): Promise<void> {
  const prefix = temporaryPrefixOf(target);
  for (const name of await namesIn(dirname(target))) {
    const random = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    if (/^[0-9a-f]{12}$/.test(random)) await rm(join(dirname(target), name), { force: true });
  }
}

function temporaryPrefixOf(target: string): string {
  return `${TEMPORARY_PREFIX}${basename(target)}-`;
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}
