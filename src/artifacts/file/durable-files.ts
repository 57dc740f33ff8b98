import { constants } from 'node:fs';
import { access, link, mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PRIVATE_FOLDER_MODE } from '../../core/private-modes.ts';
import { errnoOf } from './errors.ts';

/** The errors of `link` on file systems without hard links: FAT, some network and most object-store mounts. */
const NO_HARD_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);
/** The errors of `fsync` on a directory where that is not supported. */
const NO_DIRECTORY_SYNC = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EISDIR']);

/** Flushes a directory, so that the names in it survive a power failure. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if (!NO_DIRECTORY_SYNC.has(errnoOf(error) ?? '')) throw error;
  } finally {
    await handle.close();
  }
}

/** Creates a directory and its parents, accessible only to their owner. Each of them survives a power failure. */
export async function makeDirectory(directory: string): Promise<void> {
  const first = await mkdir(directory, { recursive: true, mode: PRIVATE_FOLDER_MODE });
  if (first === undefined) return;
  for (let made = directory; ; made = dirname(made)) {
    await syncDirectory(dirname(made));
    if (made === first) return;
  }
}

/**
 * Renames a finished file unless the new name is taken; if two processes do so at the same time, one succeeds. Returns whether
 * it succeeded; if not, the file keeps its name. A test can pass a `makeLink` that simulates a file system without hard links.
 */
export async function renameNew(from: string, to: string, makeLink = link): Promise<boolean> {
  try {
    await makeLink(from, to);
  } catch (error) {
    const errno = errnoOf(error) ?? '';
    if (errno === 'EEXIST') return false;
    if (!NO_HARD_LINKS.has(errno)) throw error;
    return await renameUnlessThere(from, to);
  }
  await unlink(from);
  return true;
}

/** Two concurrent callers could both succeed here. The lease on the connector prevents that. */
async function renameUnlessThere(from: string, to: string): Promise<boolean> {
  try {
    await access(to, constants.F_OK);
    return false;
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  await rename(from, to);
  return true;
}
