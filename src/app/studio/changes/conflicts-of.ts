import { ProposalConflictError, type FileConflict } from '../../../studio/proposal-conflict.ts';

/** The conflicts of what `propose` threw; empty for any other error. */
export function conflictsOf(thrown: unknown): readonly FileConflict[] {
  return thrown instanceof ProposalConflictError ? thrown.conflicts : [];
}
