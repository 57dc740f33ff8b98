import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Why nothing can be written below a folder, which need not exist yet; undefined if it can. Looks at permissions and
 * writes nothing, so a disk that is full goes unseen.
 */
export async function whyNotWritable(folder: string): Promise<string | undefined> {
  try {
    if (!(await stat(folder)).isDirectory()) return `${folder} is not a folder`;
    await access(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown);
    if (code === 'ENOENT' && dirname(folder) !== folder) return whyNotWritable(dirname(folder));
    return code === 'ENOTDIR' ? `${folder} leads through a file` : `${folder} may not be written (${code})`;
  }
}
