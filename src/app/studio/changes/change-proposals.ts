import type { Actor } from '../../../core/access/actor.ts';
import type { Problem } from '../../../definitions/problem.ts';
import type { DocumentsChoice, DocumentsNow } from '../../../studio/body/documents-text.ts';
import type { ChangeNote } from '../../../studio/changes/connector-change.ts';
import type { FileConflict } from '../../../studio/proposal-conflict.ts';

export type { FileConflict } from '../../../studio/proposal-conflict.ts';
import type { FileChange, RepositoryBase } from '../../../studio/repository.ts';
import type { Draft } from '../drafts/draft-service.ts';
import type { ProposalAction, ProposalRecord } from '../proposals/proposal-service.ts';

/** The action on a connector that needs no draft. */
export type DirectAction = Extract<ProposalAction, 'delete' | 'pause' | 'resume'>;

export type ChangeSubject =
  { readonly draftId: string } | { readonly connectorId: string; readonly action: DirectAction };

export interface ChangeRequest {
  readonly subject: ChangeSubject;
  /** Why the author proposes it; may be empty. */
  readonly reason: string;
  /** For a deletion. */
  readonly documents: DocumentsChoice;
}

/** What would be proposed, and what hinders it. */
export interface PlannedChange {
  readonly connectorId: string;
  readonly action: ProposalAction;
  /** The file of the connector; empty while a new connector has no valid name. */
  readonly path: string;
  readonly draft: Draft | null;
  readonly base: Pick<RepositoryBase, 'repository' | 'branch' | 'commit'>;
  /** The blob of the connector's file that the change is based on; null: no file. */
  readonly basedOnBlob: string | null;
  readonly files: readonly FileChange[];
  readonly notes: readonly ChangeNote[];
  /** The problems that `validate` reports about the new connector. */
  readonly problems: readonly Problem[];
  readonly advice: readonly string[];
  /** Other reasons why it cannot be proposed: sentences with what to do. */
  readonly refusals: readonly string[];
  /** Another person changed the connector's file after the author began; null: no conflict. */
  readonly conflict: FileConflict | null;
  readonly documents: DocumentsNow | null;
  readonly title: string;
  /** Markdown, for the pull request or to copy. */
  readonly body: string;
  /** A patch for `git apply`. */
  readonly patch: string;
  /** The open proposal of this connector, which would be extended. */
  readonly open: ProposalRecord | null;
}

/** How an author resolves a conflict: both versions were shown before. */
interface ConflictResolution {
  readonly draftId: string;
  /** The version of the draft that was compared. */
  readonly version: number;
  /** `theirs`: the draft gets their text. `mine`: the draft keeps its text, which then replaces theirs. */
  readonly keep: 'theirs' | 'mine';
  /** Their text, as it was shown. */
  readonly theirs: string;
}

/** Every function: @throws BridgeError RIGHT_MISSING or STATE_* */
export interface ChangeProposals {
  /** Whether pull requests can be opened; otherwise a patch can be downloaded. */
  readonly canPropose: boolean;
  /** A sentence about a token that expires soon; undefined: none. */
  tokenWarning(): string | undefined;
  /** Computes a change and proposes nothing. @throws BridgeError DRAFT_UNKNOWN, DEFINITION_UNKNOWN, GITHUB_* or REPOSITORY_FILE_REFUSED */
  plan(request: ChangeRequest, actor: Actor, signal: AbortSignal): Promise<PlannedChange>;
  /** @throws BridgeError as `plan`, and PROPOSAL_EMPTY, PROPOSAL_REFUSED, PROPOSAL_BUSY; ProposalConflictError */
  propose(request: ChangeRequest, actor: Actor, signal: AbortSignal): Promise<ProposalRecord>;
  /** @throws BridgeError DRAFT_UNKNOWN or DRAFT_CHANGED */
  resolve(resolution: ConflictResolution, actor: Actor): Promise<Draft>;
  /** Newest first; the states of open ones are requested from GitHub at most once a minute. */
  list(
    filter: { readonly connectorId?: string; readonly limit: number },
    actor: Actor,
    signal: AbortSignal,
  ): Promise<readonly ProposalRecord[]>;
  /** @throws BridgeError PROPOSAL_UNKNOWN */
  find(id: string, actor: Actor, signal: AbortSignal): Promise<ProposalRecord>;
  /** The files of a proposal as they were proposed; undefined if GitHub cannot return them now. */
  filesOf(
    proposal: ProposalRecord,
    actor: Actor,
    signal: AbortSignal,
  ): Promise<readonly FileChange[] | undefined>;
}
