import type { Knex } from 'knex';

/** The collection whose rows are read and written. */
export interface CollectionRows {
  readonly appKey: string;
  readonly collectionKey: string;
}

/** What is known about a stored entity. */
export interface KnownEntity {
  readonly externalId: string;
  /** Null if the row has no hash, or if another program has written the row since. */
  readonly payloadHash: string | null;
  readonly isArchived: boolean;
}

/** A stored payload beside the one that the API sent, as JSON text in the spelling of the engine. */
interface PayloadPair {
  readonly externalId: string;
  readonly stored: string;
  readonly sent: string;
}

/** An entity to insert or to update. */
export interface EntityRow {
  readonly externalId: string;
  readonly apiVersion: string | null;
  /** JSON text, exactly as received. */
  readonly payload: string;
  readonly payloadHash: string;
  /** ISO 8601, UTC; null if the payload has no time. */
  readonly archivedAt: string | null;
  /** Whether the entity is archived. Without a time, the first write that says so is the time. */
  readonly isArchived: boolean;
}

export interface CollectionState {
  readonly lastSyncedAt: Date;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Rows of the collection that no one has written since a time, in the order of their ids. */
interface UntouchedRange {
  /** By the clock of the database, from `now`. */
  readonly since: string;
  /** The last id of the range before; undefined for the first one. */
  readonly after: string | undefined;
  readonly limit: number;
}

/** The SQL of entities and their state that differs between the two engines. */
export interface AppEngine {
  /** The time by the clock of the database, as text for `UntouchedRange`; whatever is written later has a later time. */
  now(knex: Knex): Promise<string>;
  lookUp(knex: Knex, rows: CollectionRows, ids: readonly string[]): Promise<KnownEntity[]>;
  /** Returns both payloads of entities, without those whose payloads are equal. */
  differing(
    knex: Knex,
    rows: CollectionRows,
    sent: readonly Pick<EntityRow, 'externalId' | 'payload'>[],
  ): Promise<PayloadPair[]>;
  /** Inserts and updates. @returns the number of inserted rows */
  write(transaction: Knex.Transaction, rows: CollectionRows, entities: readonly EntityRow[]): Promise<number>;
  /** Whether the error says that the database refuses the text of a payload. */
  isRefusal(thrown: unknown): boolean;
  /**
   * Gives the planner of the database statistics of the table. Without any, it expects few rows of one app, and each page would read
   * all of them.
   */
  analyze(knex: Knex): Promise<void>;
  remove(transaction: Knex.Transaction, rows: CollectionRows, ids: readonly string[]): Promise<string[]>;
  /** The same, for rows that no one has written since a time. */
  removeUntouched(
    transaction: Knex.Transaction,
    rows: CollectionRows,
    ids: readonly string[],
    since: string,
  ): Promise<string[]>;
  untouchedIds(knex: Knex, rows: CollectionRows, range: UntouchedRange): Promise<string[]>;
  readState(knex: Knex, rows: CollectionRows): Promise<CollectionState | undefined>;
  writeState(transaction: Knex.Transaction, rows: CollectionRows, state: CollectionState): Promise<void>;
}
