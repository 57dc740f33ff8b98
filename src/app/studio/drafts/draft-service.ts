import type { Actor } from '../../../core/access/actor.ts';
import type { StoredDraft } from '../../../state/studio/drafts.ts';

/** A draft of one person. */
export type Draft = StoredDraft;

/** What a new draft is made from. */
export interface DraftOrder extends Pick<Draft, 'intent' | 'connectorId'> {
  /** The text of a connector that is created; other drafts start from the file of their connector. */
  readonly text?: string;
}

/** The drafts of each person, which other people cannot see. Every function: @throws BridgeError RIGHT_MISSING or STATE_* */
export interface DraftService {
  /**
   * Creates a draft; for `edit`, returns the draft of this person if there is one.
   * @throws BridgeError DEFINITION_UNKNOWN, DRAFT_REFUSED or GITHUB_*
   */
  create(order: DraftOrder, actor: Actor, signal: AbortSignal): Promise<Draft>;
  /** @throws BridgeError DRAFT_UNKNOWN */
  find(id: string, actor: Actor): Promise<Draft>;
  /** The draft with which this person edits the connector. */
  findEdited(connectorId: string, actor: Actor): Promise<Draft | undefined>;
  /** Newest first. */
  list(actor: Actor): Promise<readonly Draft[]>;
  /** @param version the one that the text was made from. @throws BridgeError DRAFT_UNKNOWN, DRAFT_REFUSED or DRAFT_CHANGED */
  save(id: string, change: Pick<Draft, 'text' | 'version'>, actor: Actor): Promise<Draft>;
  /**
   * Replaces the text and the file that the draft started from, after its author compared it with the version of another person.
   * @throws BridgeError DRAFT_UNKNOWN, DRAFT_REFUSED or DRAFT_CHANGED
   */
  rebase(id: string, change: Pick<Draft, 'text' | 'version' | 'base'>, actor: Actor): Promise<Draft>;
  /** @throws BridgeError DRAFT_UNKNOWN */
  discard(id: string, actor: Actor): Promise<void>;
  /**
   * Returns the file of a connector in the repository.
   * @throws BridgeError DEFINITION_UNKNOWN or GITHUB_*
   */
  original(
    connectorId: string,
    actor: Actor,
    signal: AbortSignal,
  ): Promise<{ readonly path: string; readonly text: string }>;
}
