import type { CommitFiles } from '../../../../studio/github/commit-files.ts';
import { readCommit, relate, type TreeChange } from '../../../../studio/github/git-database.ts';
import type { PullRequest } from '../../../../studio/github/pull-requests.ts';
import { ProposalConflictError, type FileConflict } from '../../../../studio/proposal-conflict.ts';
import type { StoredProposal } from '../../../../state/studio/stored-proposal.ts';
import type { Actor } from '../../../../core/access/actor.ts';
import type { ProposalAction, ProposalOrder } from '../proposal-service.ts';
import type { ReadBase, RepositoryAccess } from './repository-access.ts';
import { changedBy, type WantedFile } from './wanted-files.ts';

/** What is there before a proposal is written. */
export interface Seen {
  readonly branch: string;
  /** The commit of the branch; undefined: the branch does not exist. */
  readonly head: string | undefined;
  /** The open pull request of the branch. */
  readonly pull: PullRequest | undefined;
  /** The proposal of this connector that can be extended. */
  readonly live: StoredProposal | undefined;
  /** Every commit that this program wrote for the branch, with its proposal. */
  readonly written: ReadonlyMap<string, StoredProposal>;
}

/** The commit that is to be written. */
export interface CommitPlan {
  readonly baseTree: string;
  readonly parents: readonly string[];
  readonly changes: readonly TreeChange[];
  /** Whether the branch has commits of other people. */
  readonly isShared: boolean;
  /** The commit at the head of the branch, if it is complete as soon as it has the planned tree. */
  readonly adoptable: { readonly commit: string; readonly tree: string } | undefined;
}

export interface Planning {
  readonly order: ProposalOrder;
  readonly actor: Actor;
  readonly base: ReadBase;
  readonly wanted: readonly WantedFile[];
  readonly access: RepositoryAccess;
  readonly signal: AbortSignal;
}

/** @throws ProposalConflictError if other people's work would be lost. @throws BridgeError GITHUB_* */
export async function planCommit(planning: Planning, seen: Seen): Promise<CommitPlan> {
  const { base, access, wanted, signal } = planning;
  const { head } = seen;
  const onBase = async () => ({
    baseTree: base.files.tree,
    changes: await changesOn(base.files, wanted, signal),
    isShared: false,
  });
  if (head === undefined) return { ...(await onBase()), parents: [base.files.commit], adoptable: undefined };
  const relation = await relate(access.api, base.files.commit, head, signal);
  // The branch was merged and not deleted: nothing on it can be lost.
  if (seen.pull === undefined && relation.baseHasHead) {
    return { ...(await onBase()), parents: [base.files.commit], adoptable: undefined };
  }
  if (seen.pull !== undefined) await requireSameProposal(planning, seen, head);
  if (seen.written.has(head) && !isShared(seen, head)) {
    const { tree } = await readCommit(access.api, head, signal);
    return {
      ...(await onBase()),
      parents: relation.headHasBase ? [head] : [head, base.files.commit],
      adoptable: relation.headHasBase ? { commit: head, tree } : undefined,
    };
  }
  if (seen.pull === undefined && !seen.written.has(head)) throw await foreignBranch(planning, seen, head);
  return extendShared(planning, seen, head, relation.mergeBase);
}

/** Whether the branch has commits of other people that are not merged, below one of this program or after it. */
function isShared({ live, written }: Seen, head: string): boolean {
  const earlier = live ?? written.get(head);
  return earlier?.isShared === true && earlier.state !== 'merged';
}

/** Adds to other people's commits, and takes back what an earlier attempt wrote and this one does not want. */
async function extendShared(
  planning: Planning,
  seen: Seen,
  head: string,
  mergeBase: string,
): Promise<CommitPlan> {
  const { access, wanted, signal } = planning;
  const theirs = await access.filesAt(seen.branch, head, signal);
  // A server that was killed may have recorded only that it was about to write this commit.
  const last = seen.written.has(head) ? head : (seen.live?.headCommit ?? mergeBase);
  const ours = await access.filesAt(seen.branch, last, signal);
  const earlier = seen.live ?? seen.written.get(head);
  const dropped = await droppedFiles(planning, earlier, ours);
  const conflicts: FileConflict[] = [];
  for (const file of [...wanted, ...dropped]) {
    const now = await theirs.entry(file.path, signal);
    const expected = await ours.entry(file.path, signal);
    const blob = now?.sha ?? null;
    if (blob === (expected?.sha ?? null) || blob === file.afterBlob) continue;
    // The author compared this version of another person, and began with it.
    const { basedOn } = planning.order;
    if (file.path === basedOn.path && blob === basedOn.blob && blob !== file.beforeBlob) continue;
    conflicts.push({
      path: file.path,
      base: (await ours.read(file.path, signal))?.text ?? null,
      theirs: (await theirs.read(file.path, signal))?.text ?? null,
      yours: file.after,
      changedBy: await changedBy(access, head, file.path, signal),
    });
  }
  if (conflicts.length > 0) {
    const names = conflicts
      .map(({ path, changedBy: by }) => `${path}${by === null ? '' : ` (${by})`}`)
      .join(', ');
    throw new ProposalConflictError(
      `Files of this proposal were changed on the branch ${seen.branch} by others, so nothing was proposed: ${names}.`,
      conflicts,
    );
  }
  const changes = await changesOn(theirs, [...wanted, ...dropped], signal);
  return {
    baseTree: theirs.tree,
    parents: [head],
    changes,
    isShared: true,
    adoptable: { commit: head, tree: theirs.tree },
  };
}

/** The files that an earlier version of the proposal changed and this one does not, as they are on the base branch. */
async function droppedFiles(
  { base, wanted, signal }: Planning,
  earlier: StoredProposal | undefined,
  ours: CommitFiles,
): Promise<readonly WantedFile[]> {
  const dropped: WantedFile[] = [];
  for (const { path } of earlier?.files ?? []) {
    if (wanted.some((file) => file.path === path)) continue;
    const before = await ours.read(path, signal);
    const now = await base.files.read(path, signal);
    if ((before?.blob ?? null) === (now?.blob ?? null)) continue;
    dropped.push({
      path,
      before: before?.text ?? null,
      after: now?.text ?? null,
      beforeBlob: before?.blob ?? null,
      afterBlob: now?.blob ?? null,
    });
  }
  return dropped;
}

/** The changes that give these files to a tree. GitHub refuses the deletion of a file that does not exist. */
async function changesOn(
  files: CommitFiles,
  wanted: readonly WantedFile[],
  signal: AbortSignal,
): Promise<readonly TreeChange[]> {
  const changes: TreeChange[] = [];
  for (const { path, after, afterBlob } of wanted) {
    const entry = await files.entry(path, signal);
    if ((entry?.sha ?? null) === afterBlob) continue;
    changes.push({ path, mode: entry?.mode ?? '100644', content: after === null ? null : { text: after } });
  }
  return changes;
}

const CONTENT: ReadonlySet<ProposalAction> = new Set<ProposalAction>(['create', 'edit', 'clone']);

/**
 * An open proposal is replaced by its author's next version. Another person, or another kind of action, would silently drop the
 * proposed text, unless the author began with it.
 */
async function requireSameProposal(
  { order, actor, access, base, wanted, signal }: Planning,
  { live, branch, pull }: Seen,
  head: string,
): Promise<void> {
  if (live === undefined) return;
  const isSameKind = order.action === live.action || (CONTENT.has(order.action) && CONTENT.has(live.action));
  if (isSameKind && actor.id === live.proposedBy.id) return;
  const { path, blob } = order.basedOn;
  const files = await access.filesAt(branch, head, signal);
  const proposed = await files.read(path, signal);
  const onBase = await base.files.read(path, signal);
  const yours = wanted.find((file) => file.path === path);
  const known = [onBase?.blob ?? null, yours?.afterBlob ?? null];
  if (known.includes(proposed?.blob ?? null) || (proposed?.blob ?? null) === blob) return;
  throw new ProposalConflictError(
    `Pull request ${pull?.number ?? ''} of ${live.proposedBy.name} changes ${path} already, so nothing was proposed.`,
    [
      {
        path,
        base: onBase?.text ?? null,
        theirs: proposed?.text ?? null,
        yours: yours?.after ?? null,
        changedBy: await changedBy(access, head, path, signal),
      },
    ],
  );
}

async function foreignBranch(
  { access, signal }: Planning,
  { branch }: Seen,
  head: string,
): Promise<ProposalConflictError> {
  const { author, subject } = await readCommit(access.api, head, signal);
  return new ProposalConflictError(
    `The branch ${branch} has commits that this program did not write and that are not merged (${head.slice(0, 7)} by ${author}: ${subject}), so nothing was proposed. Delete the branch, or open a pull request for it.`,
    [],
  );
}
