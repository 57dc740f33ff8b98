import type { Actor } from '../../../core/access/actor.ts';
import type { RunCounts } from '../../../pipeline/ports/ports.ts';

/** A document as the index would have it. Texts are cut and contain no secrets. */
export interface PreviewDocument {
  readonly id: string;
  readonly title: string | null;
  readonly content: string | null;
  readonly mimeType: string | null;
  readonly uri: string | null;
  /** null: no access control, so everyone who may use the data store can read it. */
  readonly readers: readonly { readonly kind: 'user' | 'group'; readonly name: string }[] | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The checksum that a run would store: two documents with the same one are byte-equal in the index. */
  readonly checksum: string;
}

export interface Preview {
  readonly columns: readonly { readonly name: string; readonly kind: string }[];
  readonly documents: readonly PreviewDocument[];
  /** Rows that were set aside, with the reason; at most as many as documents. */
  readonly quarantined: readonly { readonly row: number; readonly reason: string }[];
  /** Which limit ended the preview: the number of documents or the bytes; null: what was read has no more. */
  readonly limitedBy: 'documents' | 'bytes' | null;
  readonly milliseconds: number;
}

/** What a run of a draft would change. The counts are exact at the time at which they were made. */
export interface DraftCounts extends Pick<
  RunCounts,
  'seen' | 'added' | 'changed' | 'unchanged' | 'missing' | 'deleted' | 'held' | 'quarantined'
> {
  readonly holdReason: string | null;
}

/** Tests the draft of a connector on its real source, in a child process with hard limits. */
export interface PreviewService {
  /** Connects and returns the columns; reads no row. @throws BridgeError RIGHT_MISSING, PREVIEW_*, SECRET_*, SOURCE_* */
  columns(
    text: string,
    actor: Actor,
    signal: AbortSignal,
  ): Promise<Pick<Preview, 'columns' | 'milliseconds'>>;
  /** Reads the first rows as documents. @throws BridgeError RIGHT_MISSING, PREVIEW_*, SECRET_*, SOURCE_* */
  documents(text: string, actor: Actor, signal: AbortSignal): Promise<Preview>;
  /**
   * Shows the documents that sample events for a push connector become.
   * @param events as a producer would push them. @throws BridgeError RIGHT_MISSING, PREVIEW_*
   */
  samples(text: string, events: string, actor: Actor, signal: AbortSignal): Promise<Preview>;
  /**
   * Reads the whole source, and counts what a run would change, as a dry run does. Needs the right to operate.
   * @throws BridgeError RIGHT_MISSING, PREVIEW_*, SECRET_*, SOURCE_*, STATE_*
   */
  counts(
    text: string,
    actor: Actor,
    signal: AbortSignal,
  ): Promise<DraftCounts & { readonly milliseconds: number; readonly countedAt: string }>;
}
