import { constants } from 'node:fs';
import { access, link, mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PRIVATE_FOLDER_MODE } from '../../core/private-modes.ts';
import { errnoOf } from './errors.ts';

/** What `link` answers on file systems without hard links: FAT, some network and most object-store mounts. */
const NO_HARD_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);
/** What `fsync` of a directory answers where there is no such thing. */
const NO_DIRECTORY_SYNC = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EISDIR']);

/** Makes the names in a directory survive a power failure. */
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

/** Makes a directory and those above it for their owner alone; each of them survives a power failure. */
export async function makeDirectory(directory: string): Promise<void> {
  const first = await mkdir(directory, { recursive: true, mode: PRIVATE_FOLDER_MODE });
  if (first === undefined) return;
  for (let made = directory; ; made = dirname(made)) {
    await syncDirectory(dirname(made));
    if (made === first) return;
  }
}

/**
 * Gives a finished file its name unless the name is taken; of two at the same time one wins. Says whether it did; the file
 * stays where it was if not. `makeLink` is there for a test to stand for a file system without hard links.
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

/** Two at the same time could both win here; the lease on the connector is what keeps them apart. */
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
