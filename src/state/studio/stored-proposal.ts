import type { ProposalTable, StoredProposalState } from './table.ts';

/** A file of a proposal by its blobs; null where the file does not exist. */
interface StoredFile {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface StoredProposal {
  readonly id: string;
  readonly connectorId: string;
  readonly action: ProposalTable['action'];
  readonly repository: string;
  readonly branch: string;
  readonly baseBranch: string;
  readonly baseCommit: string;
  readonly state: StoredProposalState;
  /** The commit of this program that the branch got last. */
  readonly headCommit: string | null;
  /** The commit that the branch is about to get; null once it is there. */
  readonly nextCommit: string | null;
  /** Whether the branch has commits of other people, whose files every later commit keeps. */
  readonly isShared: boolean;
  readonly pull: { readonly number: number; readonly url: string } | null;
  readonly title: string;
  readonly body: string;
  readonly files: readonly StoredFile[];
  readonly proposedBy: { readonly id: string; readonly name: string };
  readonly draftId: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly checkedAt: string | null;
  /** The ETag of the last response about the pull request. */
  readonly etag: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** What an attempt writes over the proposal of the connector, or stores as a new one. */
export type ProposalAttempt = Pick<
  StoredProposal,
  | 'id'
  | 'connectorId'
  | 'action'
  | 'repository'
  | 'branch'
  | 'baseBranch'
  | 'baseCommit'
  | 'title'
  | 'body'
  | 'files'
  | 'proposedBy'
  | 'draftId'
>;

export type ProposalChange = Partial<
  Pick<
    StoredProposal,
    'state' | 'headCommit' | 'nextCommit' | 'isShared' | 'files' | 'pull' | 'checkedAt' | 'etag' | 'error'
  >
>;

export function attemptRow(attempt: ProposalAttempt) {
  return {
    id: attempt.id,
    connector_id: attempt.connectorId,
    action: attempt.action,
    repository: attempt.repository,
    branch: attempt.branch,
    base_branch: attempt.baseBranch,
    base_commit: attempt.baseCommit,
    title: attempt.title,
    body: attempt.body,
    files: JSON.stringify(attempt.files),
    proposed_by: attempt.proposedBy.id,
    proposed_by_name: attempt.proposedBy.name,
    draft_id: attempt.draftId,
  };
}

export function changedColumns({
  state,
  headCommit,
  nextCommit,
  isShared,
  files,
  pull,
  checkedAt,
  etag,
  error,
}: ProposalChange) {
  return {
    ...(state !== undefined && { state }),
    ...(headCommit !== undefined && { head_commit: headCommit }),
    ...(nextCommit !== undefined && { next_commit: nextCommit }),
    ...(isShared !== undefined && { is_shared: isShared ? 1 : 0 }),
    ...(files !== undefined && { files: JSON.stringify(files) }),
    ...(pull !== undefined && { pull_number: pull?.number ?? null, pull_url: pull?.url ?? null }),
    ...(checkedAt !== undefined && { checked_at: checkedAt }),
    ...(etag !== undefined && { etag }),
    ...(error !== undefined && { error_code: error?.code ?? null, error_message: error?.message ?? null }),
  };
}

export function storedProposal(row: ProposalTable): StoredProposal {
  return {
    id: row.id,
    connectorId: row.connector_id,
    action: row.action,
    repository: row.repository,
    branch: row.branch,
    baseBranch: row.base_branch,
    baseCommit: row.base_commit,
    state: row.state,
    headCommit: row.head_commit,
    nextCommit: row.next_commit,
    isShared: row.is_shared === 1,
    pull:
      row.pull_number === null || row.pull_url === null
        ? null
        : { number: row.pull_number, url: row.pull_url },
    title: row.title,
    body: row.body,
    files: JSON.parse(row.files) as StoredFile[],
    proposedBy: { id: row.proposed_by, name: row.proposed_by_name },
    draftId: row.draft_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    checkedAt: row.checked_at,
    etag: row.etag,
    error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
  };
}
