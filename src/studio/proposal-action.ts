export type ProposalAction = 'create' | 'edit' | 'clone' | 'delete' | 'pause' | 'resume';

/** How the title of a proposal starts. */
export const PROPOSAL_VERBS: Readonly<Record<ProposalAction, string>> = {
  create: 'Add',
  edit: 'Change',
  clone: 'Add',
  delete: 'Delete',
  pause: 'Pause',
  resume: 'Resume',
};
