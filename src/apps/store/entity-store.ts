import type { Knex } from 'knex';
import type { Database } from '../../database/database.ts';
import type { FencedLease } from '../../database/fenced-lease.ts';
import { isConflict } from '../../database/state-errors.ts';
import { withStateErrors } from '../../database/with-state-errors.ts';
import type { EntityPage } from '../collection-reader.ts';
import { STORE_ATTEMPTS_MAX } from '../limits.ts';
import type { AppEngine, CollectionRows, CollectionState } from './engine.ts';
import { PageWriter, type ComparedPage } from './page-writer.ts';
import { postgresEngine } from './postgres.ts';
import { sqliteEngine } from './sqlite.ts';

export interface StoredPage extends ComparedPage {
  /** Ids of entities that were deleted because the API reported them as deleted. */
  readonly deletedIds: readonly string[];
}

/** What is stored together with a page. */
type PageContent = Pick<EntityPage, 'records' | 'deletedIds'>;

interface StoreOptions {
  readonly apiVersion: string | null;
  readonly ignoreFields: readonly string[] | undefined;
  /** Undefined: a dry run, which compares and writes nothing. */
  readonly lease: FencedLease | undefined;
}

/** The stored entities of one collection, and how far it is synced. Every write is in a transaction that verifies the fence. */
export class EntityStore {
  readonly #database: Database;
  readonly #engine: AppEngine;
  readonly #rows: CollectionRows;
  readonly #lease: FencedLease | undefined;
  readonly #writer: PageWriter;

  constructor(database: Database, rows: CollectionRows, { lease, ...options }: StoreOptions) {
    this.#database = database;
    this.#engine = database.embedded ? sqliteEngine : postgresEngine;
    this.#rows = rows;
    this.#lease = lease;
    this.#writer = new PageWriter(this.#engine, rows, options);
  }

  /** Returns the time by the clock of the database; whatever is written later has a later time. */
  now(): Promise<string> {
    return this.#reading((knex) => this.#engine.now(knex));
  }

  state(): Promise<CollectionState | undefined> {
    return this.#reading((knex) => this.#engine.readState(knex, this.#rows));
  }

  /**
   * Stores a page and, with the last one, the state, in one transaction. The state is left as it is if a record is refused.
   * @throws BridgeError LEASE_LOST, STATE_*; nothing is stored then
   */
  async storePage({ records, deletedIds }: PageContent, state?: CollectionState): Promise<StoredPage> {
    const kept = new Set(records.map(({ externalId }) => externalId));
    const gone = deletedIds.filter((id) => !kept.has(id));
    if (this.#lease === undefined) {
      const compared = await this.#reading((knex) => this.#writer.compare(knex, records));
      if (gone.length === 0) return { ...compared, deletedIds: [] };
      const known = await this.#reading((knex) => this.#engine.lookUp(knex, this.#rows, gone));
      return { ...compared, deletedIds: known.map(({ externalId }) => externalId) };
    }
    return this.#writing(async (transaction) => {
      const stored = await this.#writer.write(transaction, records);
      const removed = gone.length === 0 ? [] : await this.#engine.remove(transaction, this.#rows, gone);
      const isWhole = stored.refused.length === 0;
      if (state !== undefined && isWhole) await this.#engine.writeState(transaction, this.#rows, state);
      return { ...stored, deletedIds: removed };
    });
  }

  /** Replaces the state. */
  async writeState(state: CollectionState): Promise<void> {
    await this.#writing((transaction) => this.#engine.writeState(transaction, this.#rows, state));
  }

  /** Yields the ids of entities that no one has written since a time of `now`, in batches. */
  async *untouchedIds(since: string, limit: number): AsyncGenerator<readonly string[]> {
    let after: string | undefined;
    do {
      const range = { since, after, limit };
      const ids = await this.#reading((knex) => this.#engine.untouchedIds(knex, this.#rows, range));
      if (ids.length > 0) yield ids;
      after = ids.at(-1);
    } while (after !== undefined);
  }

  /** Deletes entities, except those that someone has written since a time of `now`. @returns the ids of the deleted ones */
  removeUntouched(ids: readonly string[], since: string): Promise<readonly string[]> {
    return this.#writing((transaction) => this.#engine.removeUntouched(transaction, this.#rows, ids, since));
  }

  #reading<Answer>(work: (knex: Knex) => Promise<Answer>): Promise<Answer> {
    return withStateErrors(this.#database)(({ knex }) => work(knex))();
  }

  /** Repeats a transaction that lost a race with another program that writes the same rows. */
  #writing<Answer>(work: (transaction: Knex.Transaction) => Promise<Answer>): Promise<Answer> {
    const lease = this.#lease;
    if (lease === undefined) throw new TypeError('A dry run writes nothing.');
    return withStateErrors(this.#database)(async ({ knex }) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await knex.transaction(async (transaction) => {
            await lease.requireFence(transaction);
            return work(transaction);
          });
        } catch (thrown) {
          if (!isConflict(thrown) || attempt === STORE_ATTEMPTS_MAX) throw thrown;
        }
      }
    })();
  }
}
