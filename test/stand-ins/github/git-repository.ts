import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

const IDENTITY = {
  GIT_AUTHOR_NAME: 'Token Owner',
  GIT_AUTHOR_EMAIL: 'owner@example.com',
  GIT_COMMITTER_NAME: 'GitHub',
  GIT_COMMITTER_EMAIL: 'noreply@example.com',
};

/** A bare repository, changed with Git's own plumbing, so that `git` is the referee of what the program wrote. */
export class GitRepository {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', folder]);
  }

  /** Runs Git. @throws if Git fails */
  git(
    args: readonly string[],
    input: string | Buffer = '',
    env: Readonly<Record<string, string>> = {},
  ): string {
    return this.bytes(args, input, env).toString().trim();
  }

  bytes(
    args: readonly string[],
    input: string | Buffer = '',
    env: Readonly<Record<string, string>> = {},
  ): Buffer {
    return execFileSync('git', ['--git-dir', this.folder, ...args], {
      input,
      env: { PATH: process.env['PATH'], ...IDENTITY, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      maxBuffer: 64 * 1_048_576,
    });
  }

  /** @returns undefined if the object is missing or of another type */
  object(type: 'commit' | 'tree' | 'blob', name: string): string | undefined {
    try {
      return this.git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{${type}}`]);
    } catch {
      return undefined;
    }
  }

  branch(name: string): string | undefined {
    return this.object('commit', `refs/heads/${name}`);
  }

  isAncestor(older: string, newer: string): boolean {
    try {
      this.git(['merge-base', '--is-ancestor', older, newer]);
      return true;
    } catch {
      return false;
    }
  }

  /** @returns undefined if the commits have no common ancestor */
  mergeBase(one: string, other: string): string | undefined {
    try {
      return this.git(['merge-base', one, other]);
    } catch {
      return undefined;
    }
  }

  entries(tree: string, recursive: boolean): { mode: string; type: string; sha: string; path: string }[] {
    const listed = this.git(['ls-tree', '-z', ...(recursive ? ['-r', '-t'] : []), tree]);
    return listed
      .split('\0')
      .filter((line) => line !== '')
      .map((line) => {
        const [head = '', path = ''] = line.split('\t');
        const [mode = '', type = '', sha = ''] = head.split(' ');
        return { mode, type, sha, path };
      });
  }

  /** @param lines of `git update-index --index-info` */
  writeTree(baseTree: string | undefined, lines: readonly string[]): string {
    const env = { GIT_INDEX_FILE: join(this.folder, `index-${process.hrtime.bigint()}`) };
    try {
      if (baseTree !== undefined) this.git(['read-tree', baseTree], '', env);
      this.git(['update-index', '--index-info'], lines.map((line) => `${line}\n`).join(''), env);
      return this.git(['write-tree'], '', env);
    } finally {
      rmSync(env.GIT_INDEX_FILE, { force: true });
    }
  }

  writeBlob(content: string | Buffer): string {
    return this.git(['hash-object', '-w', '--stdin'], content);
  }

  /** A commit that a person pushes to a branch; null deletes a file. */
  commit(
    branch: string,
    files: Readonly<Record<string, string | null>>,
    { message = 'Change files', author = 'Ada', modes = {} }: CommitOptions = {},
  ): string {
    const parent = this.branch(branch) ?? this.branch('main');
    const lines = Object.entries(files).map(([path, content]) =>
      content === null
        ? `0 ${'0'.repeat(40)}\t${path}`
        : `${modes[path] ?? '100644'} ${modes[path] === '160000' ? content : this.writeBlob(content)}\t${path}`,
    );
    const tree = this.writeTree(parent === undefined ? undefined : `${parent}^{tree}`, lines);
    const env = { GIT_AUTHOR_NAME: author };
    const parents = parent === undefined ? [] : ['-p', parent];
    const commit = this.git(['commit-tree', tree, ...parents, '-m', message], '', env);
    this.git(['update-ref', `refs/heads/${branch}`, commit]);
    return commit;
  }

  /** Merges a branch into another one as GitHub's button does. @throws if there are conflicts */
  merge(into: string, branch: string, squash = false): string {
    const [tree = ''] = this.git(['merge-tree', '--write-tree', into, branch]).split('\n');
    const parents = ['-p', `refs/heads/${into}`, ...(squash ? [] : ['-p', `refs/heads/${branch}`])];
    const commit = this.git(['commit-tree', tree, ...parents, '-m', `Merge ${branch}`]);
    this.git(['update-ref', `refs/heads/${into}`, commit]);
    return commit;
  }
}

interface CommitOptions {
  readonly message?: string;
  readonly author?: string;
  /** The modes of files; 100644 by default. The content of a submodule, 160000, is its commit. */
  readonly modes?: Readonly<Record<string, string>>;
}
