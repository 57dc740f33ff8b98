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
  /** The file as the draft started from it; null if it did not exist. */
  readonly base: { readonly text: string; readonly blob: string; readonly commit: string | null } | null;
  /** Grows with every change. */
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The drafts of each person, which other people cannot see. */
export interface DraftService {
  /**
   * Creates a draft; for `edit`, returns the draft of this person if there is one.
   * @throws BridgeError RIGHT_MISSING, DEFINITION_UNKNOWN, GITHUB_* or STATE_*
   */
  create(order: Pick<Draft, 'intent' | 'connectorId'>, actor: Actor, signal: AbortSignal): Promise<Draft>;
  /** @throws BridgeError DRAFT_UNKNOWN */
  find(id: string, actor: Actor): Promise<Draft>;
  /** Newest first. */
  list(actor: Actor): Promise<readonly Draft[]>;
  /** @param version the one that the text was made from. @throws BridgeError DRAFT_UNKNOWN or DRAFT_CHANGED */
  save(id: string, change: Pick<Draft, 'text' | 'version'>, actor: Actor): Promise<Draft>;
  /** @throws BridgeError DRAFT_UNKNOWN */
  discard(id: string, actor: Actor): Promise<void>;
}
