import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RepositoryBase } from '../../../src/studio/repository.ts';

/** The files of a folder as a branch of a repository. */
export function localBase(cwd: string): RepositoryBase {
  return {
    repository: cwd,
    branch: null,
    commit: null,
    read: (path) => {
      try {
        const text = readFileSync(join(cwd, path), 'utf8');
        const blob = createHash('sha1')
          .update(`blob ${Buffer.byteLength(text)}\0${text}`)
          .digest('hex');
        return Promise.resolve({ text, blob });
      } catch {
        return Promise.resolve(undefined);
      }
    },
    list: (folder) =>
      Promise.resolve(
        readdirSync(join(cwd, folder))
          .map((name) => `${folder}/${name}`)
          .sort(),
      ),
  };
}
