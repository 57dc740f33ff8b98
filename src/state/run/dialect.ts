import type { Knex } from 'knex';
import type { NewPushBatch } from '../push/batch.ts';
import type { KnownRecord, RecordKind, StagedRecord } from '../../pipeline/ports/state-port.ts';

/** All in which the two engines differ. */
export interface Dialect {
  /** SQL: now by the clock of the database, in milliseconds since 1970. */
  readonly clockMs: string;
  /** SQL: the time by the clock of the database, some seconds from now, as ISO 8601 in UTC with milliseconds. */
  clockText(secondsAhead: number): string;
  /** SQL: a table that has a row, with the JSON `value`, for each element of one binding, a JSON array. */
  readonly jsonRows: string;
  /** SQL: a subquery that turns one binding, a JSON array of strings, into rows. */
  readonly jsonTexts: string;
  /**
   * SQL: a fingerprint for the document `doc_id` that no row has and no other document: 62 bits, as a FingerprintSet takes
   * them, for one with more would be counted as missing and never found again.
   */
  readonly doubtfulFingerprint: string;
  /** Whether the engine locks rows; SQLite has one writer at a time, so a transaction has everything to itself. */
  readonly rowLocks: boolean;

  /** Tells the planner what the tables hold by now. Not inside a transaction: others would wait for its end. */
  gatherStatistics(knex: Knex): Promise<void>;
  /** Writes staged rows inside the given transaction. */
  stage(transaction: Knex.Transaction, runId: string, records: readonly StagedRecord[]): Promise<void>;
  fingerprints(knex: Knex, scope: number, kind: RecordKind): AsyncIterable<Buffer>;
  lookup(knex: Knex, scope: number, docIds: readonly string[]): Promise<KnownRecord[]>;
  /** Ids of the records of a kind with one of these fingerprints: as many as one query should answer. */
  idsOf(knex: Knex, scope: number, fingerprints: Buffer, kind: RecordKind): Promise<string[]>;

  /** Stores a batch with its events, whole and durable. @returns false, having stored nothing, if its key is taken. */
  storePush(knex: Knex, batch: NewPushBatch): Promise<boolean>;
}

/**
 * SQL: whether a record is of a kind. A constant and no binding, so that the partial index of soft-deleted records is used.
 */
export function isOfKind(kind: RecordKind): string {
  return kind === 'live' ? 'soft_deleted = 0' : 'soft_deleted = 1';
}

/** How both engines are made to answer a lookup. */
export interface RecordAnswer {
  readonly doc_id: string;
  readonly checksum: string;
  readonly fingerprint: string;
  readonly soft_deleted: number;
}

export function knownRecord(row: RecordAnswer): KnownRecord {
  return {
    docId: row.doc_id,
    checksum: row.checksum,
    fingerprint: row.fingerprint,
    softDeleted: row.soft_deleted !== 0,
  };
}
