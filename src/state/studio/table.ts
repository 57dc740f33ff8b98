/** The states of a proposal; the first four are completed steps of its journal. */
export type StoredProposalState =
  'asked' | 'tree' | 'commit' | 'branch' | 'open' | 'merged' | 'closed' | 'unknown' | 'failed';

export interface ProposalTable {
  id: string;
  connector_id: string;
  action: 'create' | 'edit' | 'clone' | 'delete' | 'pause' | 'resume';
  repository: string;
  branch: string;
  base_branch: string;
  base_commit: string;
  state: StoredProposalState;
  head_commit: string | null;
  next_commit: string | null;
  is_shared: number;
  pull_number: number | null;
  pull_url: string | null;
  title: string;
  body: string;
  files: string;
  proposed_by: string;
  proposed_by_name: string;
  draft_id: string | null;
  created_at: string;
  updated_at: string;
  checked_at: string | null;
  etag: string | null;
  error_code: string | null;
  error_message: string | null;
}

interface ProposalLeaseTable {
  repository: string;
  holder: string;
  /** By the clock of the database. */
  expires_at: number;
}

declare module 'knex/types/tables.js' {
  interface Tables {
    studio_proposals: ProposalTable;
    studio_proposal_leases: ProposalLeaseTable;
  }
}
