import type { Actor } from '../../../core/access/actor.ts';

export interface Draft {
  readonly id: string;
  readonly actorId: string;
  readonly intent: 'create' | 'edit' | 'clone';
  /** The connector that is edited or cloned; empty for a new one. */
  readonly connectorId: string;
  /** The file of the connector in the repository; empty until a new connector has a name. */
  readonly path: string;
  readonly text: string;
  /** The last text that could be read as YAML; the form shows it while the text cannot be read. */
  readonly readableText: string;
  /** The file as the draft started from it; null if it did not exist. */
  readonly base: { readonly text: string; readonly blob: string; readonly commit: string | null } | null;
  /** Grows with every change. */
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

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
