import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from '../../artifacts/file/errors.ts';

/**
 * Why nothing can be written below a folder, which need not exist yet: a clause without a full stop; undefined if it is
 * writable. Only checks permissions and writes nothing, so it does not detect a full disk.
 */
export async function whyNotWritable(folder: string): Promise<string | undefined> {
  try {
    if (!(await stat(folder)).isDirectory()) return `${folder} is not a folder`;
    await access(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (thrown) {
    const errno = errnoOf(thrown);
    if (errno === 'ENOENT' && dirname(folder) !== folder) return whyNotWritable(dirname(folder));
    if (errno === 'ENOTDIR') return `${folder} leads through a file`;
    return `${folder} may not be written (${errno ?? String(thrown)})`;
  }
}
