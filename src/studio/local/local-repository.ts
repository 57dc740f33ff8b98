import { constants } from 'node:fs';
import { lstat, open, opendir, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { BridgeError } from '../../core/errors.ts';
import { codeOf } from '../../core/thrown.ts';
import { gitBlob } from '../git-blob.ts';
import { REPOSITORY_FILE_BYTES_MAX, REPOSITORY_FILES_MAX } from '../limits.ts';
import { pathProblem, requireRepositoryPath } from '../repository-path.ts';
import type { RepositoryBase, RepositoryFile } from '../repository.ts';

/** The files of a folder, for a server that has no credentials of GitHub. Symbolic links are never followed. */
export function openLocalRepository(folder: string): RepositoryBase {
  const root = resolve(folder);
  return {
    repository: root,
    branch: null,
    commit: null,
    read: (path, signal) => readFile(root, path, signal),
    list: (path, signal) => listFiles(root, path, signal),
  };
}

async function readFile(
  root: string,
  path: string,
  signal: AbortSignal,
): Promise<RepositoryFile | undefined> {
  signal.throwIfAborted();
  requireRepositoryPath(path);
  const kind = await kindOf(root, path);
  if (kind === 'missing') return undefined;
  if (kind !== 'file') throw refused(path, kind);
  let bytes: Buffer;
  try {
    bytes = await readBytes(join(await realpath(root), path), path);
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return undefined;
    if (codeOf(thrown) === '' || thrown instanceof BridgeError) throw thrown;
    throw refused(path, `cannot be read (${codeOf(thrown)})`, thrown);
  }
  const text = textOf(bytes, path);
  return { text, blob: gitBlob(text) };
}

async function readBytes(file: string, path: string): Promise<Buffer> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    const buffer = Buffer.alloc(REPOSITORY_FILE_BYTES_MAX + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, null);
      length += bytesRead;
      if (length > REPOSITORY_FILE_BYTES_MAX) {
        throw refused(path, `is larger than ${REPOSITORY_FILE_BYTES_MAX} bytes`);
      }
      if (bytesRead === 0) return buffer.subarray(0, length);
    }
  } finally {
    await handle.close();
  }
}

function textOf(bytes: Buffer, path: string): string {
  try {
    // A byte order mark is part of the file, so it is part of the text.
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // Answered below, as for a text with a NUL.
  }
  throw refused(path, 'is not text in UTF-8');
}

/** @returns `missing`, `file`, `folder`, or a clause that says why it is refused */
async function kindOf(root: string, path: string): Promise<string> {
  const parts = path.split('/');
  for (const index of parts.keys()) {
    const part = parts.slice(0, index + 1).join('/');
    try {
      const found = await lstat(join(root, part));
      if (found.isSymbolicLink()) return part === path ? 'is a symbolic link' : 'is below a symbolic link';
      if (index < parts.length - 1 && !found.isDirectory()) return 'missing';
      if (index === parts.length - 1) {
        return found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'is not a regular file';
      }
    } catch (thrown) {
      if (codeOf(thrown) === 'ENOENT') return 'missing';
      throw refused(path, `cannot be read (${codeOf(thrown)})`, thrown);
    }
  }
  return 'missing';
}

async function listFiles(root: string, folder: string, signal: AbortSignal): Promise<readonly string[]> {
  requireRepositoryPath(folder);
  if ((await kindOf(root, folder)) !== 'folder') return [];
  const found: string[] = [];
  const folders = [folder];
  for (let next = folders.shift(); next !== undefined; next = folders.shift()) {
    for await (const entry of await opendir(join(root, next))) {
      signal.throwIfAborted();
      const path = `${next}/${entry.name}`;
      // Files that Studio would refuse are not offered.
      if (pathProblem(path) !== undefined) continue;
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile()) found.push(path);
      if (found.length + folders.length > REPOSITORY_FILES_MAX) {
        throw refused(folder, `has more than ${REPOSITORY_FILES_MAX} files`);
      }
    }
  }
  return found.sort();
}

function refused(path: string, reason: string, cause?: unknown): BridgeError {
  const clause = reason === 'folder' ? 'is a folder' : reason;
  return new BridgeError('REPOSITORY_FILE_REFUSED', `${path} ${clause}.`, {
    hint: 'Studio reads and changes regular files in UTF-8 only.',
    cause,
  });
}
