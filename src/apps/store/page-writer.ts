import type { Knex } from 'knex';
import { checkJson } from '../../json/check.ts';
import { JsonTextError } from '../../json/tokens.ts';
import type { EntityRecord } from '../collection-reader.ts';
import { STORE_CHUNK_BYTES, STORE_CHUNK_RECORDS } from '../limits.ts';
import type { AppEngine, CollectionRows, EntityRow, KnownEntity } from './engine.ts';
import { PayloadHasher } from './payload-hash.ts';
import { refusalOf } from './refusal.ts';

/** The entities of a page, each once, and what the sync does with them. */
export interface ComparedPage {
  readonly created: readonly string[];
  readonly updated: readonly string[];
  readonly unchanged: readonly string[];
  readonly refused: readonly RefusedRecord[];
}

interface RefusedRecord {
  readonly externalId: string;
  readonly reason: string;
}

interface Comparison {
  readonly created: EntityRow[];
  readonly updated: EntityRow[];
  readonly unchanged: string[];
}

type Outcome = { readonly [Kind in keyof ComparedPage]: ComparedPage[Kind][number][] };

/** Compares the records of a page with the stored entities, and writes those that are new or changed. */
export class PageWriter {
  readonly #engine: AppEngine;
  readonly #rows: CollectionRows;
  readonly #apiVersion: string | null;
  readonly #hasher: PayloadHasher;

  constructor(
    engine: AppEngine,
    rows: CollectionRows,
    options: { readonly apiVersion: string | null; readonly ignoreFields: readonly string[] | undefined },
  ) {
    this.#engine = engine;
    this.#rows = rows;
    this.#apiVersion = options.apiVersion;
    this.#hasher = new PayloadHasher(options.ignoreFields);
  }

  /** Writes nothing. */
  async compare(knex: Knex, records: readonly EntityRecord[]): Promise<ComparedPage> {
    const { outcome, rows } = this.#storable(records);
    for (const chunk of chunks(rows)) add(outcome, await this.#compare(knex, chunk));
    return outcome;
  }

  async write(transaction: Knex.Transaction, records: readonly EntityRecord[]): Promise<ComparedPage> {
    const { outcome, rows } = this.#storable(records);
    for (const chunk of chunks(rows)) await this.#write(transaction, chunk, outcome);
    return outcome;
  }

  /** Of several records with one id, the last one counts. */
  #storable(records: readonly EntityRecord[]): { readonly outcome: Outcome; readonly rows: EntityRow[] } {
    const outcome: Outcome = { created: [], updated: [], unchanged: [], refused: [] };
    const rows: EntityRow[] = [];
    const byId = new Map(records.map((record) => [record.externalId, record]));
    for (const record of byId.values()) {
      const reason = refusalOf(record);
      if (reason === undefined) rows.push(this.#rowOf(record));
      else outcome.refused.push({ externalId: record.externalId, reason });
    }
    // All programs that write the rows of a page in one order cannot wait for each other in a circle.
    rows.sort((one, other) => (one.externalId < other.externalId ? -1 : 1));
    return { outcome, rows };
  }

  #rowOf({ externalId, payload, archivedAt, archived }: EntityRecord): EntityRow {
    return {
      externalId,
      apiVersion: this.#apiVersion,
      payload: payload.toString('utf8'),
      payloadHash: this.#hasher.of(payload),
      archivedAt,
      isArchived: archived || archivedAt !== null,
    };
  }

  /** If the database refuses a payload, halves of the chunk find which one it is. */
  async #write(transaction: Knex.Transaction, rows: readonly EntityRow[], outcome: Outcome): Promise<void> {
    try {
      // A transaction in a transaction: only its statements are undone.
      const compared = await transaction.transaction(async (savepoint) => {
        const { created, updated, unchanged } = await this.#compare(savepoint, rows);
        const changed = [...created, ...updated];
        if (changed.length > 0) await this.#engine.write(savepoint, this.#rows, changed);
        return { created, updated, unchanged };
      });
      add(outcome, compared);
    } catch (thrown) {
      if (!this.#engine.isRefusal(thrown)) throw thrown;
      const [first] = rows;
      if (rows.length === 1 && first !== undefined) {
        outcome.refused.push({ externalId: first.externalId, reason: 'the database refuses its payload' });
        return;
      }
      const middle = Math.ceil(rows.length / 2);
      await this.#write(transaction, rows.slice(0, middle), outcome);
      await this.#write(transaction, rows.slice(middle), outcome);
    }
  }

  async #compare(knex: Knex, rows: readonly EntityRow[]): Promise<Comparison> {
    const ids = rows.map(({ externalId }) => externalId);
    const known = new Map(
      (await this.#engine.lookUp(knex, this.#rows, ids)).map((entity) => [entity.externalId, entity]),
    );
    const created = rows.filter(({ externalId }) => !known.has(externalId));
    const doubtful = rows.filter((row) => isDoubtful(row, known.get(row.externalId)));
    const changed = await this.#changed(knex, doubtful, known);
    return {
      created,
      updated: doubtful.filter(({ externalId }) => changed.has(externalId)),
      unchanged: ids.filter((id) => known.has(id) && !changed.has(id)),
    };
  }

  /** Compares the payloads themselves: a hash says nothing if it is missing, or was made with other ignored fields. */
  async #changed(
    knex: Knex,
    doubtful: readonly EntityRow[],
    known: ReadonlyMap<string, KnownEntity>,
  ): Promise<Set<string>> {
    const changed = new Set<string>();
    for (const { externalId, isArchived } of doubtful)
      if (known.get(externalId)?.isArchived !== isArchived) changed.add(externalId);
    const sent = doubtful.filter(({ externalId }) => !changed.has(externalId));
    if (sent.length === 0) return changed;
    for (const pair of await this.#engine.differing(knex, this.#rows, sent)) {
      if (this.#hashOf(pair.stored) !== this.#hashOf(pair.sent)) changed.add(pair.externalId);
    }
    return changed;
  }

  /** @returns undefined for text that is not JSON, which another program may have written into the embedded database */
  #hashOf(json: string): string | undefined {
    const bytes = Buffer.from(json);
    try {
      const { start, end } = checkJson(bytes);
      return this.#hasher.of(bytes.subarray(start, end));
    } catch (thrown) {
      if (thrown instanceof JsonTextError) return undefined;
      throw thrown;
    }
  }
}

function isDoubtful({ payloadHash, isArchived }: EntityRow, known: KnownEntity | undefined): boolean {
  return known !== undefined && (known.payloadHash !== payloadHash || known.isArchived !== isArchived);
}

function add(outcome: Outcome, { created, updated, unchanged }: Comparison): void {
  outcome.created.push(...created.map(({ externalId }) => externalId));
  outcome.updated.push(...updated.map(({ externalId }) => externalId));
  outcome.unchanged.push(...unchanged);
}

function* chunks(rows: readonly EntityRow[]): Generator<readonly EntityRow[]> {
  let chunk: EntityRow[] = [];
  let size = 0;
  for (const row of rows) {
    if (
      chunk.length > 0 &&
      (chunk.length === STORE_CHUNK_RECORDS || size + row.payload.length > STORE_CHUNK_BYTES)
    ) {
      yield chunk;
      chunk = [];
      size = 0;
    }
    chunk.push(row);
    size += row.payload.length;
  }
  if (chunk.length > 0) yield chunk;
}
