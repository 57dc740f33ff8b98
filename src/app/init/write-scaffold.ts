import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BridgeError } from '../../core/errors.ts';
import { asError, codeOf } from '../../core/thrown.ts';
import type { ScaffoldFile } from './scaffold-part.ts';

export interface WrittenFiles {
  readonly written: readonly string[];
  /** Files that exist with other content, and were left alone. */
  readonly kept: readonly string[];
  /** Files that exist and already have the content. */
  readonly unchanged: readonly string[];
}

/**
 * Writes the files that do not exist. It never changes or removes a file.
 * @param folder absolute; it is created if it does not exist
 * @param keepExisting whether files with other content are kept; otherwise nothing is written if there are such files
 * @throws BridgeError INIT_CONFLICT, INIT_UNWRITABLE
 */
export async function writeScaffold(
  files: readonly ScaffoldFile[],
  folder: string,
  { keepExisting }: { readonly keepExisting: boolean },
): Promise<WrittenFiles> {
  const existing = new Map<string, boolean>();
  for (const { path, text } of files) {
    const actual = await contentOf(join(folder, path));
    // Git may have checked the file out with the line ends of Windows.
    if (actual !== undefined) existing.set(path, actual.replaceAll('\r\n', '\n') === text);
  }
  const unchanged = [...existing].flatMap(([path, same]) => (same ? [path] : []));
  const kept = [...existing].flatMap(([path, same]) => (same ? [] : [path]));
  if (kept.length > 0 && !keepExisting) throw conflict(folder, kept);

  const missing = files.filter(({ path }) => !existing.has(path));
  for (const { path, text } of missing) await writeNew(join(folder, path), text);
  return { written: missing.map(({ path }) => path), kept, unchanged };
}

/** Undefined if the file does not exist. */
async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return undefined;
    throw unwritable(path, thrown);
  }
}

async function writeNew(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    // Refuses a file or a link that another process has put there in the meantime.
    await writeFile(path, text, { flag: 'wx' });
  } catch (thrown) {
    throw unwritable(path, thrown);
  }
}

function conflict(folder: string, paths: readonly string[]): BridgeError {
  return new BridgeError(
    'INIT_CONFLICT',
    [
      `These files exist in ${folder} with other content, so nothing was written:`,
      ...paths.map((path) => `  ${path}`),
    ],
    { hint: 'Choose another folder, or use --force, which writes the other files and keeps these.' },
  );
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user has no permission',
  EPERM: 'this user has no permission',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  ENOTDIR: 'its path leads through a file',
  EISDIR: 'it is a folder',
  ENOENT: 'its folder does not exist',
  EEXIST: 'a file, or a link whose target does not exist, is in its place',
  ELOOP: 'its path has a loop of links',
};

/** @param path the file or folder that could not be written */
export function unwritable(path: string, thrown: unknown): BridgeError {
  const reason = REASONS[codeOf(thrown)] ?? asError(thrown).message;
  return new BridgeError('INIT_UNWRITABLE', `Cannot write ${path}: ${reason}.`, {
    hint: 'Choose a folder that this user may write to. Running init again continues where it stopped.',
    cause: thrown,
  });
}
