import { statfs } from 'node:fs/promises';

const BYTES_PER_GB = 1e9;

/**
 * Checks before the first row is written that a folder's disk has room.
 * @param bytes needed
 * @throws with the free and the needed space in GB
 */
export async function requireFreeSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= bytes) return;
  const gb = (count: number) => (count / BYTES_PER_GB).toFixed(1);
  throw new Error(
    `Not enough disk space in ${folder}: ${gb(bytes)} GB are needed, ${gb(free)} GB are free. ` +
      'Set TMPDIR to a folder on a larger disk, or use fewer --rows.',
  );
}
