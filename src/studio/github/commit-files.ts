import {
  GITHUB_BLOB_LENGTH_KEPT,
  GITHUB_BLOBS_KEPT,
  REPOSITORY_ENTRIES_MAX,
  REPOSITORY_FILE_BYTES_MAX,
} from '../limits.ts';
import { tooLarge } from '../local-base.ts';
import type { RepositoryBase, RepositoryFile } from '../repository.ts';
import { fileText, pathProblem, refusedFile, requirePath } from '../repository-paths.ts';
import type { GithubApi } from './api.ts';
import { readBlob, readTree, type TreeEntry } from './git-database.ts';

/** The texts of blobs. A blob never changes, so it is read once. */
export class BlobTexts {
  readonly #api: GithubApi;
  readonly #kept = new Map<string, string>();

  constructor(api: GithubApi) {
    this.#api = api;
  }

  /** @returns undefined if GitHub has no such blob. @throws BridgeError GITHUB_* or REPOSITORY_FILE_REFUSED */
  async text(path: string, sha: string, signal: AbortSignal): Promise<string | undefined> {
    const known = this.#kept.get(sha);
    if (known !== undefined) return known;
    const blob = await readBlob(this.#api, sha, signal);
    if (blob === undefined) return undefined;
    if (blob.bytes.length > REPOSITORY_FILE_BYTES_MAX) throw tooLarge(path);
    const text = fileText(path, blob.bytes);
    if (text.length <= GITHUB_BLOB_LENGTH_KEPT) {
      const [oldest] = this.#kept.keys();
      if (oldest !== undefined && this.#kept.size >= GITHUB_BLOBS_KEPT) this.#kept.delete(oldest);
      this.#kept.set(sha, text);
    }
    return text;
  }
}

/** The files of one commit. Its tree is read once; if GitHub truncates it, folder by folder. */
export class CommitFiles implements RepositoryBase {
  readonly repository: string;
  readonly branch: string;
  readonly commit: string;
  readonly tree: string;
  readonly #api: GithubApi;
  readonly #blobs: BlobTexts;
  #whole: Promise<ReadonlyMap<string, TreeEntry> | undefined> | undefined;
  readonly #folders = new Map<string, Promise<ReadonlyMap<string, TreeEntry>>>();

  constructor(
    api: GithubApi,
    blobs: BlobTexts,
    at: {
      readonly repository: string;
      readonly branch: string;
      readonly commit: string;
      readonly tree: string;
    },
  ) {
    this.#api = api;
    this.#blobs = blobs;
    this.repository = at.repository;
    this.branch = at.branch;
    this.commit = at.commit;
    this.tree = at.tree;
  }

  async read(path: string, signal: AbortSignal): Promise<RepositoryFile | undefined> {
    const entry = await this.entry(path, signal);
    if (entry === undefined) return undefined;
    const text = await this.#blobs.text(path, entry.sha, signal);
    return text === undefined ? undefined : { text, blob: entry.sha };
  }

  /** The entry of a file. @throws BridgeError REPOSITORY_FILE_REFUSED for a link, a submodule, a folder or a path outside */
  async entry(path: string, signal: AbortSignal): Promise<TreeEntry | undefined> {
    requirePath(path);
    const names = path.split('/');
    for (let depth = 1; depth <= names.length; depth++) {
      const part = names.slice(0, depth).join('/');
      const entry = await this.#find(part, signal);
      if (entry === undefined) return undefined;
      const isLast = depth === names.length;
      if (entry.mode === '120000') throw refusedFile(path, 'is, or is below, a symbolic link', LINK_HINT);
      if (entry.type === 'commit') throw refusedFile(path, 'is, or is below, a submodule', LINK_HINT);
      if (isLast && entry.type === 'tree') throw refusedFile(path, 'is a folder', 'Name a file.');
      if (isLast) return entry;
      if (entry.type !== 'tree') return undefined;
    }
    return undefined;
  }

  async list(folder: string, signal: AbortSignal): Promise<readonly string[]> {
    requirePath(folder);
    const whole = await this.#readWhole(signal);
    const found =
      whole === undefined
        ? await this.#listFolder(folder, signal)
        : [...whole.values()].filter(({ path }) => path.startsWith(`${folder}/`));
    return found
      .filter(
        ({ path, type, mode }) => type === 'blob' && mode !== '120000' && pathProblem(path) === undefined,
      )
      .map(({ path }) => path)
      .sort();
  }

  async #find(path: string, signal: AbortSignal): Promise<TreeEntry | undefined> {
    const whole = await this.#readWhole(signal);
    if (whole !== undefined) return whole.get(path);
    const slash = path.lastIndexOf('/');
    const folder = await this.#readFolder(slash < 0 ? '' : path.slice(0, slash), signal);
    return folder?.get(path);
  }

  /** @returns undefined if GitHub truncates the tree */
  async #readWhole(signal: AbortSignal): Promise<ReadonlyMap<string, TreeEntry> | undefined> {
    this.#whole ??= readTree(this.#api, this.tree, true, signal).then(({ entries, truncated }) =>
      truncated ? undefined : new Map(entries.map((entry) => [entry.path, entry])),
    );
    try {
      return await this.#whole;
    } catch (thrown) {
      this.#whole = undefined;
      throw thrown;
    }
  }

  async #readFolder(
    folder: string,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, TreeEntry> | undefined> {
    const entry = folder === '' ? undefined : await this.#find(folder, signal);
    if (folder !== '' && entry?.type !== 'tree') return undefined;
    const reading =
      this.#folders.get(folder) ??
      readTree(this.#api, entry?.sha ?? this.tree, false, signal).then(({ entries }) => {
        const below = entries.map((each) => ({
          ...each,
          path: folder === '' ? each.path : `${folder}/${each.path}`,
        }));
        return new Map(below.map((each) => [each.path, each]));
      });
    this.#folders.set(folder, reading);
    try {
      return await reading;
    } catch (thrown) {
      this.#folders.delete(folder);
      throw thrown;
    }
  }

  async #listFolder(folder: string, signal: AbortSignal): Promise<TreeEntry[]> {
    const found: TreeEntry[] = [];
    const waiting = [folder];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      for (const entry of (await this.#readFolder(next, signal))?.values() ?? []) {
        if (entry.type === 'tree') waiting.push(entry.path);
        else if (found.length < REPOSITORY_ENTRIES_MAX) found.push(entry);
      }
    }
    return found;
  }
}

const LINK_HINT = 'Replace it with the file itself; Studio follows neither links nor submodules.';
