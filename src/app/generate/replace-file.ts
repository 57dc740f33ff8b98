import { randomBytes } from 'node:crypto';
import { chmod, lstat, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf } from '../../core/thrown.ts';

/** The errors of a folder in which no file can be replaced: a file that is mounted by itself, or a folder that is read-only. */
const NOT_REPLACEABLE: readonly string[] = ['EBUSY', 'EACCES', 'EPERM'];

/**
 * Writes a whole file: if the process is killed or the disk is full, the file has its old text. A file that exists keeps its
 * mode. A symbolic link is replaced and never followed, so nothing is written to another place.
 * @throws the error of the system
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}-${randomBytes(6).toString('hex')}.tmp`);
  try {
    await writeFile(temporary, text, { flag: 'wx' });
    await keepMode(path, temporary);
    await rename(temporary, path);
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  }
}

/**
 * The same for a file that a person named: the target of a link is replaced, and a file that cannot be replaced is written in
 * its place.
 * @param path without links, as of `realpath`
 * @throws the error of the system
 */
export async function replaceOrWrite(path: string, text: string): Promise<void> {
  try {
    await replaceFile(path, text);
  } catch (thrown) {
    if (!NOT_REPLACEABLE.includes(codeOf(thrown))) throw thrown;
    await writeFile(path, text);
  }
}

async function keepMode(path: string, temporary: string): Promise<void> {
  try {
    const existing = await lstat(path);
    if (existing.isFile()) await chmod(temporary, existing.mode);
  } catch (thrown) {
    if (codeOf(thrown) !== 'ENOENT') throw thrown;
  }
}
