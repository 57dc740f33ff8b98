import { sleep } from '../../../../core/retry.ts';
import { GithubError } from '../../../../studio/github/failures.ts';
import { createBranch, moveBranch, readBranch } from '../../../../studio/github/git-database.ts';
import {
  changePull,
  createPull,
  openPull,
  type PullRequest,
  type PullText,
} from '../../../../studio/github/pull-requests.ts';
import type { GithubApi } from '../../../../studio/github/api.ts';
import { PROPOSAL_REPLICATION_RETRIES } from '../../../limits.ts';
import type { PacedWrites } from './paced-writes.ts';
import { emptyProposal } from './wanted-files.ts';

/** The branch or its pull request changed after it was read, so everything has to be compared again. */
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
 * Gives the branch a commit. After a refusal, and if it is unknown whether the request took effect, the branch is read.
 * @param head the commit of the branch; undefined creates it
 * @throws BranchMovedError. @throws BridgeError GITHUB_*
 */
export async function publishCommit(
  { api, writes, retryMs, signal }: Publishing,
  branch: string,
  head: string | undefined,
  commit: string,
): Promise<void> {
  const write = head === undefined ? createBranch : moveBranch;
  for (let attempt = 0; ; attempt++) {
    try {
      await writes.write(() => write(api, branch, commit, signal));
      return;
    } catch (thrown) {
      if (!(thrown instanceof GithubError)) throw thrown;
      // The new commit is not known everywhere at once.
      if (isUnknownCommit(thrown) && attempt < PROPOSAL_REPLICATION_RETRIES) {
        await sleep(retryMs, signal);
        continue;
      }
      if (!thrown.isUnclear && thrown.status !== 422) throw thrown;
      const now = await readBranch(api, branch, signal).then(
        (sha) => ({ sha }),
        () => undefined,
      );
      if (now?.sha === commit) return;
      if (now === undefined || now.sha === head) throw thrown;
      throw new BranchMovedError(thrown.message, { cause: thrown });
    }
  }
}

function isUnknownCommit({ status, words }: GithubError): boolean {
  return status === 422 && /object does not exist/i.test(words);
}

/**
 * Opens the pull request of a branch, or gives the open one its new text. If it is unknown whether one was opened, it is looked for.
 * @throws BranchMovedError if the open one was merged or closed meanwhile. @throws BridgeError GITHUB_* or PROPOSAL_EMPTY
 */
export async function publishPull(
  publishing: Publishing,
  place: { readonly branch: string; readonly base: string },
  text: PullText,
  open: PullRequest | undefined,
): Promise<PullRequest> {
  const { api, writes, signal } = publishing;
  if (open !== undefined) return changeOpenPull(publishing, text, open);
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

/** Writing the text twice is harmless, so a request is repeated when its response was lost. */
async function changeOpenPull(
  { api, writes, retryMs, signal }: Publishing,
  text: PullText,
  { number }: PullRequest,
): Promise<PullRequest> {
  const change = () => writes.write(() => changePull(api, number, text, signal));
  const pull = await change().catch(async (thrown: unknown) => {
    if (!(thrown instanceof GithubError) || !thrown.isUnclear) throw thrown;
    await sleep(retryMs, signal);
    return change();
  });
  if (pull.state === 'open') return pull;
  const message = `Pull request ${number} was ${pull.state} while this proposal was written.`;
  const hint = 'Propose the change again: it gets a pull request of its own.';
  const cause = new GithubError('GITHUB_CONFLICT', message, { hint, status: null, words: '' });
  throw new BranchMovedError(message, { cause });
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
