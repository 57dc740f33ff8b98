import { randomUUID } from 'node:crypto';
import { BridgeError, toBridgeError } from '../../../../core/errors.ts';
import { sleep } from '../../../../core/retry.ts';
import type { Actor } from '../../../../core/access/actor.ts';
import { GithubError } from '../../../../studio/github/failures.ts';
import { createCommit, createTree, readBranch } from '../../../../studio/github/git-database.ts';
import { openPull, readPull, type PullRequest } from '../../../../studio/github/pull-requests.ts';
import type { ProposalStore } from '../../../../state/studio/proposals.ts';
import type { StoredProposal } from '../../../../state/studio/stored-proposal.ts';
import { PROPOSAL_ROUNDS_MAX } from '../../../limits.ts';
import type { PacedWrites } from './paced-writes.ts';
import { planCommit, type CommitPlan, type Seen } from './plan-commit.ts';
import type { ProposalOrder } from '../proposal-service.ts';
import { commitMessage, inertLine, markedBody } from '../../../../studio/body/commit-text.ts';
import { BranchMovedError, publishCommit, publishPull, type Publishing } from './publish-commit.ts';
import { requireWritable, type ReadBase, type RepositoryAccess } from './repository-access.ts';
import { emptyProposal, isVersionOf, wantedFiles, type BegunFile, type WantedFile } from './wanted-files.ts';

export interface Writing {
  readonly order: ProposalOrder;
  readonly actor: Actor;
  readonly access: RepositoryAccess;
  readonly store: ProposalStore;
  readonly writes: PacedWrites;
  readonly retryMs: number;
  readonly signal: AbortSignal;
}

/**
 * Writes a proposal: objects first, then the branch, then the pull request, so that a change becomes visible at once and complete.
 * Each step is recorded, and each attempt first reads the branch and the pull request that earlier attempts created.
 * @returns the id of the proposal
 */
export async function writeProposal(writing: Writing): Promise<string> {
  for (let round = 1; ; round++) {
    try {
      return await writeOnce(writing);
    } catch (thrown) {
      if (!(thrown instanceof BranchMovedError)) throw thrown;
      if (round >= PROPOSAL_ROUNDS_MAX) throw thrown.cause;
    }
  }
}

async function writeOnce(writing: Writing): Promise<string> {
  const { order, actor, access, signal } = writing;
  const base = await access.newestBase(signal);
  requireWritable(base, access.api.repository);
  const seen = await readTarget(writing, base);
  const { head, pull } = seen;
  const isBegunWith = async (file: BegunFile) =>
    head !== undefined && pull !== undefined && isVersionOf(head, file, base, access, signal);
  const wanted = await wantedFiles(order, base, { access, isBegunWith }, signal);
  const plan = await planCommit({ order, actor, base, wanted, access, signal }, seen);
  return await recordAndWrite(writing, { base, seen, wanted, plan });
}

/** What is there. A proposal whose pull request a person merged or closed is finished first. */
async function readTarget(writing: Writing, base: ReadBase): Promise<Seen> {
  const { order, store, signal } = writing;
  const { api } = writing.access;
  const branch = `studio/${order.connectorId}`;
  const head = await readBranch(api, branch, signal);
  const pull = await openPull(api, { branch, base: base.branch }, signal);
  const live = await unfinished(writing, pull);
  const written = await store.commitsOf(api.repository, branch);
  return { branch, head, pull, written, live };
}

async function unfinished(
  { order, access: { api }, store, signal }: Writing,
  pull: PullRequest | undefined,
): Promise<StoredProposal | undefined> {
  const live = await store.live(api.repository, order.connectorId);
  if (live === undefined || live.pull === null || live.pull.number === pull?.number) return live;
  const found = await readPull(api, live.pull.number, null, signal);
  const state = typeof found === 'string' || found.pull.state === 'open' ? 'unknown' : found.pull.state;
  await store.change(live.id, { state });
  return undefined;
}

interface Decided {
  readonly base: ReadBase;
  readonly seen: Seen;
  readonly wanted: readonly WantedFile[];
  readonly plan: CommitPlan;
}

async function recordAndWrite(writing: Writing, decided: Decided): Promise<string> {
  const { store, order } = writing;
  const { live, pull } = decided.seen;
  const id = live?.id ?? randomUUID();
  const body = markedBody(order.bodyOf(decided.wanted), id);
  await store.begin(attemptOf(writing, decided, id, body));
  if (pull !== undefined) await store.change(id, { pull });
  const step = { isVisible: pull !== undefined, mayBeVisible: false };
  try {
    await writeSteps(writing, decided, { id, body, step });
    return id;
  } catch (thrown) {
    const cause = thrown instanceof BranchMovedError ? thrown.cause : thrown;
    await recordFailure(store, id, step, toBridgeError(cause));
    throw thrown instanceof GithubError && step.mayBeVisible
      ? withBranch(thrown, decided.seen.branch)
      : thrown;
  }
}

interface Steps {
  readonly id: string;
  readonly body: string;
  /** Changes as the steps are done. */
  readonly step: { readonly isVisible: boolean; mayBeVisible: boolean };
}

async function writeSteps(writing: Writing, decided: Decided, { id, body, step }: Steps): Promise<void> {
  const { order, actor, access, store, writes, retryMs, signal } = writing;
  const { base, seen, plan } = decided;
  const { api } = access;
  const publishing: Publishing = { api, writes, retryMs, signal };
  const tree =
    plan.changes.length === 0
      ? plan.baseTree
      : await onceMoreAfterConflict(writing, () => createTree(api, plan.baseTree, plan.changes, signal));
  if (seen.head === undefined && tree === base.files.tree) throw emptyProposal(base.branch);
  await store.change(id, { state: 'tree', isShared: plan.isShared });
  const isThere = plan.adoptable?.tree === tree;
  const commit = isThere
    ? plan.adoptable.commit
    : await onceMoreAfterConflict(writing, () =>
        createCommit(api, { message: commitMessage(order, actor.name), tree, parents: plan.parents }, signal),
      );
  await store.change(id, { state: 'commit', nextCommit: commit });
  step.mayBeVisible = true;
  if (!isThere) await publishCommit(publishing, seen.branch, seen.head, commit);
  await store.change(id, {
    state: 'branch',
    headCommit: commit,
    nextCommit: null,
    files: storedFiles(decided.wanted),
  });
  const text = { title: inertLine(order.title), body };
  const place = { branch: seen.branch, base: base.branch };
  const { number, url } = await publishPull(publishing, place, text, seen.pull);
  await store.change(id, { state: 'open', pull: { number, url }, checkedAt: null, etag: null, error: null });
}

/** GitHub answers 409 while another request changes the repository; objects can be written again without harm. */
async function onceMoreAfterConflict<Result>(
  { writes, retryMs, signal }: Writing,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await writes.write(work);
  } catch (thrown) {
    if (!(thrown instanceof GithubError) || thrown.code !== 'GITHUB_CONFLICT') throw thrown;
    await sleep(retryMs, signal);
    return writes.write(work);
  }
}

/** The author must not take a branch that was written for nothing. */
function withBranch(error: GithubError, branch: string): BridgeError {
  const { code, message, hint, nextRunAfter } = error;
  const continued = `The branch ${branch} may have the change already; the next attempt continues there.`;
  return new BridgeError(code, `${message} ${continued}`, { hint, nextRunAfter, cause: error });
}

/** A proposal with a pull request stays open, and one of which a branch may exist is taken up by the next attempt. */
async function recordFailure(
  store: ProposalStore,
  id: string,
  { isVisible, mayBeVisible }: Steps['step'],
  { code, message }: BridgeError,
): Promise<void> {
  const error = { code, message };
  // The failure itself is what the caller has to know.
  await store
    .change(id, isVisible ? { state: 'open', error } : mayBeVisible ? { error } : { state: 'failed', error })
    .catch(() => undefined);
}

function attemptOf(
  { order, actor, access }: Writing,
  { base, seen, wanted }: Decided,
  id: string,
  body: string,
) {
  return {
    id,
    connectorId: order.connectorId,
    action: order.action,
    repository: access.api.repository,
    branch: seen.branch,
    baseBranch: base.branch,
    baseCommit: base.files.commit,
    title: inertLine(order.title),
    body,
    files: storedFiles(wanted),
    proposedBy: { id: actor.id, name: actor.name },
    draftId: order.draftId,
  } satisfies Parameters<ProposalStore['begin']>[0] & Partial<StoredProposal>;
}

function storedFiles(wanted: readonly WantedFile[]): StoredProposal['files'] {
  return wanted.map(({ path, beforeBlob, afterBlob }) => ({ path, before: beforeBlob, after: afterBlob }));
}
