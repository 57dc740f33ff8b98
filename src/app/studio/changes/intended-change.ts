import type { FileConflict } from '../../../studio/proposal-conflict.ts';
import type { Draft } from '../drafts/draft-service.ts';
import type { ProposalAction } from '../proposals/proposal-service.ts';

/** What an author wants, before the files of it are computed. */
export interface Intended {
  readonly action: ProposalAction;
  readonly connectorId: string;
  /** The file of the connector; empty while a new connector has no valid name. */
  readonly path: string;
  /** The new text of the file; null: the connector is deleted. */
  readonly after: string | null;
  readonly draft: Draft | null;
  /** The blob that the change is based on; null: no file. */
  readonly basedOnBlob: string | null;
  readonly conflict: FileConflict | null;
  readonly refusals: readonly string[];
}
