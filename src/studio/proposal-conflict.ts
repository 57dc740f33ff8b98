import { BridgeError } from '../core/errors.ts';

/** A file that the author and another person changed. A text is null where the file does not exist. */
export interface FileConflict {
  readonly path: string;
  /** The file as the author began. */
  readonly base: string | null;
  /** The file as it is now on the base branch, or on the branch of the proposal. */
  readonly theirs: string | null;
  /** The file as the author proposes it. */
  readonly yours: string | null;
  /** Whose commit it was, as far as it is known: a line such as `0a1b2c3 by Ada: Raise the page size`. */
  readonly changedBy: string | null;
}

/** PROPOSAL_CONFLICT with both versions of every file, for a page that shows them. */
export class ProposalConflictError extends BridgeError {
  readonly conflicts: readonly FileConflict[];

  constructor(message: string, conflicts: readonly FileConflict[]) {
    super('PROPOSAL_CONFLICT', message, {
      hint: 'Compare both versions, and take theirs as the new draft or start again.',
    });
    this.conflicts = conflicts;
  }
}
