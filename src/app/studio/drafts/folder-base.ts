import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { RepositoryBase } from '../../../studio/repository.ts';

/** The folder of connectors that this server serves, for a server without a repository. */
export function folderBase(directory: string, cwd: string): RepositoryBase {
  return {
    repository: cwd,
    branch: null,
    commit: null,
    async read(path) {
      try {
        const bytes = await readFile(resolve(cwd, directory, basename(path)));
        const hash = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes);
        return { text: bytes.toString(), blob: hash.digest('hex') };
      } catch {
        return undefined;
      }
    },
    list: () => Promise.resolve([]),
  };
}
