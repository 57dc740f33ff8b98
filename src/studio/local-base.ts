import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../core/thrown.ts';
import { gitBlob } from './git-blob.ts';
import { REPOSITORY_ENTRIES_MAX, REPOSITORY_FILE_BYTES_MAX } from './limits.ts';
import type { RepositoryBase } from './repository.ts';
import { fileText, pathProblem, refusedFile, requirePath } from './repository-paths.ts';

/** A local folder in place of a repository, for a server without credentials. Symbolic links are not followed. */
export function localBase(root: string): RepositoryBase {
  return {
    repository: root,
    branch: null,
    commit: null,
    async read(path, signal) {
      requirePath(path);
      signal.throwIfAborted();
      const kind = await kindOf(root, path);
      if (kind === undefined) return undefined;
      if (kind.size > REPOSITORY_FILE_BYTES_MAX) throw tooLarge(path);
      const bytes = await readFile(join(root, path));
      return { text: fileText(path, bytes), blob: gitBlob(bytes) };
    },
    async list(folder, signal) {
      requirePath(folder);
      const found: string[] = [];
      await listInto(found, root, folder, signal);
      return found.sort();
    },
  };
}

/** @returns undefined if the file does not exist */
async function kindOf(root: string, path: string): Promise<{ readonly size: number } | undefined> {
  const names = path.split('/');
  for (let depth = 1; depth <= names.length; depth++) {
    const part = names.slice(0, depth).join('/');
    const found = await lstat(join(root, part)).catch(missing);
    if (found === undefined) return undefined;
    if (found.isSymbolicLink()) {
      throw refusedFile(path, 'is, or is below, a symbolic link', 'Replace the link with the file itself.');
    }
    if (depth === names.length) {
      if (found.isFile()) return found;
      throw refusedFile(path, 'is a folder', 'Name a file.');
    }
  }
  return undefined;
}

async function listInto(found: string[], root: string, folder: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const entries = (await readdir(join(root, folder), { withFileTypes: true }).catch(missing)) ?? [];
  for (const entry of entries) {
    const path = `${folder}/${entry.name}`;
    if (pathProblem(path) !== undefined || found.length >= REPOSITORY_ENTRIES_MAX) continue;
    if (entry.isDirectory()) await listInto(found, root, path, signal);
    else if (entry.isFile()) found.push(path);
  }
}

function missing(thrown: unknown): undefined {
  if (['ENOENT', 'ENOTDIR'].includes(codeOf(thrown))) return undefined;
  throw thrown;
}

export function tooLarge(path: string) {
  return refusedFile(
    path,
    `has more than ${REPOSITORY_FILE_BYTES_MAX} bytes`,
    'Studio does not read files of this size; edit it in the repository.',
  );
}
