import { localBase } from '../../../studio/local-base.ts';
import type { RepositoryBase } from '../../../studio/repository.ts';
import { folderBase } from '../drafts/folder-base.ts';

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
  const served = folderBase(connectorsDir, cwd);
  const isServed = (path: string) => path.slice(0, path.lastIndexOf('/')) === connectorsPath;
  return {
    ...root,
    read: (path, signal) => (isServed(path) ? served.read(path, signal) : root.read(path, signal)),
  };
}
