import type { Knex } from 'knex';
import type { KnownRecord, RecordKind, StagedRecord } from '../../pipeline/ports/state-port.ts';

/** Queries on records and staged records, whose fast form is another one in each engine. */
export interface RecordQueries {
  /**
   * SQL: a fingerprint for the document `doc_id` that no row has and no other document: 62 bits, as a FingerprintSet takes
   * them, for one with more would be counted as missing and never found again.
   */
  readonly doubtfulFingerprint: string;
  /** Tells the planner what the tables hold by now. Not inside a transaction: others would wait for its end. */
  gatherStatistics(knex: Knex): Promise<void>;
  /** Writes staged rows inside the given transaction. */
  stage(transaction: Knex.Transaction, runId: string, records: readonly StagedRecord[]): Promise<void>;
  fingerprints(knex: Knex, scope: number, kind: RecordKind): AsyncIterable<Buffer>;
  lookup(knex: Knex, scope: number, docIds: readonly string[]): Promise<KnownRecord[]>;
  /** Ids of the records of a kind with one of these fingerprints: as many as one query should answer. */
  idsOf(knex: Knex, scope: number, fingerprints: Buffer, kind: RecordKind): Promise<string[]>;
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
