import type { SyncMode } from './sync-result.ts';

/** One entity of a collection as the API sent it. */
export interface EntityRecord {
  readonly externalId: string;
  /** The record's bytes: one JSON object, exactly as received. */
  readonly payload: Buffer;
  /** ISO 8601, UTC; null if the record has none. */
  readonly archivedAt: string | null;
  /** Whether the record says that it is archived, although it may not say since when. */
  readonly archived: boolean;
}

/** A record that has no usable id or is not an object. */
export interface UnusableRecord {
  readonly code: string;
  /** Names the page and the position of the record, never its content. */
  readonly message: string;
}

export interface EntityPage {
  readonly records: readonly EntityRecord[];
  readonly unusable: readonly UnusableRecord[];
  /** Ids of entities that the API reports as deleted. */
  readonly deletedIds: readonly string[];
  /** The time of the response by the API's own clock. */
  readonly answered: Date | undefined;
}

/** What a reading says about itself after its last page. */
export interface ReadingEnd {
  /** Why the listing may lack entities, so nothing may be deleted; undefined if it is complete. */
  readonly incomplete: string | undefined;
  /** The listing never contains every entity, as its definition says: nothing may be deleted by it, and that is not a fault. */
  readonly partial: boolean;
  /** Set if more than one page was requested: an entity that moved to an earlier page meanwhile was not listed. */
  readonly inPages?: true;
}

/** Reads one collection of an app. */
export interface CollectionReader {
  readonly collectionKey: string;
  /**
   * The mode in which the collection can be read. `full` if it has no incremental definition, or if the API no longer keeps the
   * changes since then.
   */
  modeFor(
    mode: SyncMode,
    since: Date | undefined,
    now: Date,
  ): { readonly mode: SyncMode; readonly because: string | undefined };
  /**
   * @param since the start of the last sync, without overlap; undefined reads everything, without a filter
   * @returns the pages; the generator's return value is the end
   * @throws BridgeError SOURCE_*
   */
  read(since: Date | undefined, signal: AbortSignal): AsyncGenerator<EntityPage, ReadingEnd>;
}
