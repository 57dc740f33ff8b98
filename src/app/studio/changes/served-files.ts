import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { gitBlob } from '../../../studio/git-blob.ts';
import { localBase } from '../../../studio/local-base.ts';
import type { RepositoryBase } from '../../../studio/repository.ts';
import { fileText } from '../../../studio/repository-paths.ts';

interface LocalPlace {
  readonly cwd: string;
  /** The folder of definitions that the server serves, relative to `cwd`. */
  readonly connectorsDir: string;
  /** The same folder as a path of the repository. */
  readonly connectorsPath: string;
}

/**
 * The files of a server without credentials. The folder of definitions may be a mounted one with links, which the server reads anyway;
 * elsewhere links are refused.
 */
export function servedFiles({ cwd, connectorsDir, connectorsPath }: LocalPlace): RepositoryBase {
  const root = localBase(cwd);
  const isServed = (path: string) => path.slice(0, path.lastIndexOf('/')) === connectorsPath;
  return {
    ...root,
    read: (path, signal) =>
      isServed(path) ? readServed(path, resolve(cwd, connectorsDir)) : root.read(path, signal),
  };
}

async function readServed(path: string, folder: string): ReturnType<RepositoryBase['read']> {
  const bytes = await readFile(resolve(folder, basename(path))).catch(() => undefined);
  return bytes && { text: fileText(path, bytes), blob: gitBlob(bytes) };
}
