import { BridgeError } from '../../../../core/errors.ts';
import { gitBlob } from '../../../../studio/git-blob.ts';
import type { CommitFiles } from '../../../../studio/github/commit-files.ts';
import { ProposalConflictError, type FileConflict } from '../../../../studio/proposal-conflict.ts';
import { requirePath } from '../../../../studio/repository-paths.ts';
import type { FileChange } from '../../../../studio/repository.ts';
import { lastChange, relate } from '../../../../studio/github/git-database.ts';
import type { ProposalOrder } from '../proposal-service.ts';
import type { ReadBase, RepositoryAccess } from './repository-access.ts';

/** A file that differs from the base branch, with its blobs; null where the file does not exist. */
export interface WantedFile extends FileChange {
  readonly beforeBlob: string | null;
  readonly afterBlob: string | null;
}

/** A version of a file with which an author began, and the one that is proposed; null deletes the file. */
export interface BegunFile {
  readonly path: string;
  readonly blob: string;
  readonly after: string | null;
}

/**
 * Whether a branch has one of these versions of a file, and the base branch did not change the file since the branch left it. It has
 * the proposed one already after an attempt that was interrupted.
 */
export async function isVersionOf(
  head: string,
  { path, blob, after }: BegunFile,
  { branch, files: base }: ReadBase,
  access: RepositoryAccess,
  signal: AbortSignal,
): Promise<boolean> {
  const proposed = await (await access.filesAt(branch, head, signal)).entry(path, signal);
  if (![blob, after].includes(proposed?.sha ?? null)) return false;
  const { mergeBase } = await relate(access.api, base.commit, head, signal);
  const before = await (await access.filesAt(branch, mergeBase, signal)).entry(path, signal);
  return before?.sha === (await base.entry(path, signal))?.sha;
}

interface BlobSources {
  readonly access: RepositoryAccess;
  /** Whether the author began with this version of the open pull request. */
  readonly isBegunWith: (file: BegunFile) => Promise<boolean>;
}

/**
 * The files of a proposal that differ from the base branch.
 * @throws ProposalConflictError if the file of the connector changed there after the author began
 * @throws BridgeError PROPOSAL_EMPTY, REPOSITORY_FILE_REFUSED, GITHUB_*, and what the order throws
 */
export async function wantedFiles(
  order: ProposalOrder,
  { files: base }: ReadBase,
  { access, isBegunWith }: BlobSources,
  signal: AbortSignal,
): Promise<readonly WantedFile[]> {
  requirePath(order.basedOn.path);
  const wanted: WantedFile[] = [];
  for (const { path, after } of await order.changesOf(base, signal)) {
    requirePath(path);
    const now = await base.read(path, signal);
    if ((now?.text ?? null) === after) continue;
    const afterBlob = after === null ? null : gitBlob(after);
    wanted.push({ path, before: now?.text ?? null, after, beforeBlob: now?.blob ?? null, afterBlob });
  }
  if (wanted.length === 0) throw emptyProposal(base.branch);
  await requireUnmovedBase(order, wanted, base, { access, isBegunWith }, signal);
  return wanted;
}

export function emptyProposal(branch: string): BridgeError {
  return new BridgeError('PROPOSAL_EMPTY', `The proposed files are those of the branch ${branch} already.`, {
    hint: 'Change the draft, or close the open pull request if there is one.',
  });
}

async function requireUnmovedBase(
  { basedOn }: ProposalOrder,
  wanted: readonly WantedFile[],
  base: CommitFiles,
  { access, isBegunWith }: BlobSources,
  signal: AbortSignal,
): Promise<void> {
  const { path, blob } = basedOn;
  const ours = wanted.find((file) => file.path === path);
  // Without a difference, the base branch has what the author proposes.
  if (ours === undefined || ours.beforeBlob === blob) return;
  if (blob !== null && (await isBegunWith({ path, blob, after: ours.afterBlob }))) return;
  const started = blob === null ? undefined : await access.blobs.text(path, blob, signal);
  throw new ProposalConflictError(
    `The file ${path} changed on the branch ${base.branch} after the draft was begun, so nothing was proposed.`,
    [
      {
        path,
        base: started ?? null,
        theirs: ours.before,
        yours: ours.after,
        changedBy: await changedBy(access, base.commit, path, signal),
      },
    ],
  );
}

/** Such as `0a1b2c3 by Ada: Raise the page size`. */
export async function changedBy(
  access: RepositoryAccess,
  from: string,
  path: string,
  signal: AbortSignal,
): Promise<FileConflict['changedBy']> {
  const last = await lastChange(access.api, { from, path }, signal);
  return last === undefined ? null : `${last.sha.slice(0, 7)} by ${last.author}: ${last.subject}`;
}
