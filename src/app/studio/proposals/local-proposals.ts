import { BridgeError } from '../../../core/errors.ts';
import { localBase } from '../../../studio/local-base.ts';
import type { RepositoryBase } from '../../../studio/repository.ts';
import { folderBase } from '../drafts/folder-base.ts';
import type { ProposalService } from './proposal-service.ts';

interface LocalPlace {
  readonly cwd: string;
  /** The folder of definitions that the server serves, relative to `cwd`. */
  readonly connectorsDir: string;
  /** The same folder as a path of the repository. */
  readonly connectorsPath: string;
}

/** Proposals of a server without credentials: changes are computed from its files, and can be downloaded as a patch. */
export function localProposals(place: LocalPlace): ProposalService {
  return {
    canPropose: false,
    base: () => Promise.resolve(localFiles(place)),
    propose() {
      const error = new BridgeError('GITHUB_NOT_CONFIGURED', 'This server has no credentials for GitHub.', {
        hint: 'Set GITHUB_TOKEN and GITHUB_REPO, or download the patch and apply it with: git apply',
      });
      return Promise.reject(error);
    },
    list: () => Promise.resolve([]),
    find: () => Promise.resolve(undefined),
    refresh: () => Promise.resolve(),
  };
}

/** The folder of definitions may be a mounted one with links, which the server reads anyway; elsewhere links are refused. */
function localFiles({ cwd, connectorsDir, connectorsPath }: LocalPlace): RepositoryBase {
  const root = localBase(cwd);
  const served = folderBase(connectorsDir, cwd);
  const isServed = (path: string) => path.slice(0, path.lastIndexOf('/')) === connectorsPath;
  return {
    ...root,
    read: (path, signal) => (isServed(path) ? served.read(path, signal) : root.read(path, signal)),
  };
}
