import type { Clock } from '../../../../core/time/clock.ts';
import { BridgeError } from '../../../../core/errors.ts';
import { GithubError } from '../../../../studio/github/failures.ts';
import type { GithubApi } from '../../../../studio/github/api.ts';
import { BlobTexts, CommitFiles } from '../../../../studio/github/commit-files.ts';
import {
  movedHint,
  movedSentence,
  readBranch,
  readCommit,
  readRepository,
  type RemoteRepository,
} from '../../../../studio/github/git-database.ts';
import { PROPOSAL_BASE_KEPT_MS } from '../../../limits.ts';

/** The base branch as it was read from GitHub. */
export interface ReadBase {
  readonly remote: RemoteRepository;
  readonly branch: string;
  readonly files: CommitFiles;
}

/** Reads commits of the repository, with the texts of their files. */
export class RepositoryAccess {
  readonly api: GithubApi;
  readonly blobs: BlobTexts;
  readonly #baseBranch: string | undefined;
  readonly #clock: Clock;
  #recent: { readonly base: ReadBase; readonly atMs: number } | undefined;

  constructor(api: GithubApi, baseBranch: string | undefined, clock: Clock) {
    this.api = api;
    this.blobs = new BlobTexts(api);
    this.#baseBranch = baseBranch;
    this.#clock = clock;
  }

  /** When the token expires, as GitHub said with the last response; undefined: never, or it is not known. */
  get tokenExpires(): Date | undefined {
    return this.#recent?.base.remote.tokenExpires;
  }

  /** The base branch as it was at most a few seconds ago, for pages. @throws BridgeError GITHUB_* */
  async recentBase(signal: AbortSignal): Promise<ReadBase> {
    const { atMs = -Infinity, base } = this.#recent ?? {};
    if (base !== undefined && this.#clock.elapsedMs() - atMs < PROPOSAL_BASE_KEPT_MS) return base;
    return this.newestBase(signal);
  }

  /** @throws BridgeError GITHUB_* */
  async newestBase(signal: AbortSignal): Promise<ReadBase> {
    const remote = await readRepository(this.api, signal);
    const branch = this.#baseBranch ?? remote.defaultBranch;
    const commit = await readBranch(this.api, branch, signal);
    if (commit === undefined) throw missingBranch(branch, this.api.repository);
    const { tree } = await readCommit(this.api, commit, signal);
    const base = { remote, branch, files: this.#files(branch, commit, tree) };
    const known = this.#recent?.base;
    // The same commit has the same tree, which was perhaps read already.
    const kept =
      known?.branch === branch && known.files.commit === commit ? { ...base, files: known.files } : base;
    this.#recent = { base: kept, atMs: this.#clock.elapsedMs() };
    return kept;
  }

  async filesAt(branch: string, commit: string, signal: AbortSignal): Promise<CommitFiles> {
    const { tree } = await readCommit(this.api, commit, signal);
    return this.#files(branch, commit, tree);
  }

  #files(branch: string, commit: string, tree: string): CommitFiles {
    return new CommitFiles(this.api, this.blobs, { repository: this.api.repository, branch, commit, tree });
  }
}

/** @throws BridgeError GITHUB_MOVED or GITHUB_PERMISSION */
export function requireWritable({ remote }: ReadBase, repository: string): void {
  const moved = movedSentence(remote, repository);
  if (moved !== undefined) throw new BridgeError('GITHUB_MOVED', moved, { hint: movedHint(remote) });
  if (remote.archived) {
    throw new BridgeError(
      'GITHUB_PERMISSION',
      `The repository ${repository} is archived, so it cannot be changed.`,
      {
        hint: 'Unarchive it, or set GITHUB_REPO to another repository.',
      },
    );
  }
  if (remote.mayPush) return;
  throw new BridgeError(
    'GITHUB_PERMISSION',
    `The credentials may not write to the repository ${repository}.`,
    {
      hint: 'Give them read and write access to Contents and Pull requests.',
    },
  );
}

function missingBranch(branch: string, repository: string): GithubError {
  return new GithubError('GITHUB_NOT_FOUND', `The repository ${repository} has no branch ${branch}.`, {
    hint: 'Check GITHUB_BASE_BRANCH; leave it out for the default branch of the repository.',
    status: 404,
    words: '',
  });
}
