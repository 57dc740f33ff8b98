import { sleep } from '../../../core/retry.ts';
import { GithubError } from '../../../studio/github/failures.ts';
import { createBranch, moveBranch, readBranch } from '../../../studio/github/git-database.ts';
import {
  changePull,
  createPull,
  openPull,
  type PullRequest,
  type PullText,
} from '../../../studio/github/pull-requests.ts';
import type { GithubApi } from '../../../studio/github/api.ts';
import { PROPOSAL_REPLICATION_RETRIES } from '../../limits.ts';
import type { PacedWrites } from './paced-writes.ts';
import { emptyProposal } from './wanted-files.ts';

/** Another commit reached the branch after it was read, so everything has to be compared again. */
export class BranchMovedError extends Error {
  override readonly name = 'BranchMovedError';
}

export interface Publishing {
  readonly api: GithubApi;
  readonly writes: PacedWrites;
  readonly retryMs: number;
  readonly signal: AbortSignal;
}

/**
 * Gives the branch a commit. If it is unknown whether the request took effect, the branch is read.
 * @param head the commit of the branch; undefined creates it
 * @throws BranchMovedError. @throws BridgeError GITHUB_*
 */
export async function publishCommit(
  { api, writes, signal }: Publishing,
  branch: string,
  head: string | undefined,
  commit: string,
): Promise<void> {
  const write = head === undefined ? createBranch : moveBranch;
  try {
    await writes.write(() => write(api, branch, commit, signal));
  } catch (thrown) {
    if (!(thrown instanceof GithubError)) throw thrown;
    const isMoved = thrown.status === 422 && /already exists|not a fast forward/i.test(thrown.words);
    if (isMoved) throw new BranchMovedError(thrown.message, { cause: thrown });
    if (!thrown.isUnclear) throw thrown;
    const now = await readBranch(api, branch, signal).catch(() => undefined);
    if (now !== commit) throw thrown;
  }
}

/**
 * Opens the pull request of a branch, or gives the open one its new text. If it is unknown whether one was opened, it is looked for.
 * @throws BridgeError GITHUB_* or PROPOSAL_EMPTY
 */
export async function publishPull(
  publishing: Publishing,
  place: { readonly branch: string; readonly base: string },
  text: PullText,
  open: PullRequest | undefined,
): Promise<PullRequest> {
  const { api, writes, signal } = publishing;
  if (open !== undefined) return writes.write(() => changePull(api, open.number, text, signal));
  for (let attempt = 0; ; attempt++) {
    try {
      const pull = { ...text, head: place.branch, base: place.base };
      return await writes.write(() => createPull(api, pull, signal));
    } catch (thrown) {
      if (!(thrown instanceof GithubError)) throw thrown;
      const again = await afterRefusedPull(publishing, place, thrown);
      if (again !== 'again') return again;
      if (attempt >= PROPOSAL_REPLICATION_RETRIES) throw thrown;
      await sleep(publishing.retryMs, signal);
    }
  }
}

/** @returns the pull request that exists; `again` if GitHub did not know the branch yet */
async function afterRefusedPull(
  { api, signal }: Publishing,
  place: { readonly branch: string; readonly base: string },
  error: GithubError,
): Promise<PullRequest | 'again'> {
  if (error.status === 422 && /no commits between/i.test(error.words)) throw emptyProposal(place.base);
  if (error.isUnclear || (error.status === 422 && /already exists/i.test(error.words))) {
    const found = await openPull(api, place, signal).catch(() => undefined);
    if (found !== undefined) return found;
    throw error;
  }
  // The new branch is not known everywhere at once.
  const isUnknownBranch =
    error.status === 404 ||
    (error.status === 422 && /\bhead\b/i.test(error.words) && /\binvalid\b/i.test(error.words));
  if (isUnknownBranch) return 'again';
  throw error;
}
