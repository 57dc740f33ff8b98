import type { Knex } from 'knex';
import type { StagedBatch } from '../../../pipeline/ports/staged-batch.ts';
import type { KnownRecord, RecordKind } from '../../../pipeline/ports/state-port.ts';
import { checksumText } from './checksum.ts';

/** Queries on records and staged records whose fast form differs between the engines. */
export interface RecordQueries {
  /**
   * SQL: a unique fingerprint for the document `doc_id` that no row and no other document has. It has 62 bits, as in a
   * FingerprintSet: a longer one would be counted as missing and never found again.
   */
  readonly doubtfulFingerprint: string;
  /** SQL: the checksum of a record as 64 digits, because drivers return bytes in different classes. */
  readonly checksumHex: string;
  /** Updates the planner's statistics. Must not run inside a transaction: others would wait for its end. */
  gatherStatistics(knex: Knex): Promise<void>;
  /** Writes staged rows inside the given transaction. */
  stage(transaction: Knex.Transaction, runId: string, batch: StagedBatch): Promise<void>;
  /** Writes upserts as live records of a scope, sorted by id, inside the given transaction. */
  load(transaction: Knex.Transaction, scope: number, runId: string, batch: StagedBatch): Promise<void>;
  fingerprints(knex: Knex, scope: number, kind: RecordKind): AsyncIterable<Buffer>;
  lookup(knex: Knex, scope: number, docIds: readonly string[]): Promise<KnownRecord[]>;
  /** Ids of the records of a kind with one of these fingerprints, at most as many as one query should return. */
  idsOf(knex: Knex, scope: number, fingerprints: Buffer, kind: RecordKind): Promise<string[]>;
}

/** The values of `soft_deleted`. */
const STORED_KIND = { live: 0, 'soft-deleted': 1, withdrawn: 2 } as const satisfies Record<
  RecordKind,
  number
>;

export const WITHDRAWN = STORED_KIND.withdrawn;

/**
 * SQL: whether a record is of a kind. It is a constant, not a binding, so that the partial indexes of the rare kinds are used.
 */
export function isOfKind(kind: RecordKind): string {
  return `soft_deleted = ${STORED_KIND[kind]}`;
}

/** Options that both engines need for a lookup. */
export interface RecordAnswer {
  readonly doc_id: string;
  /** 64 digits. */
  readonly checksum: string;
  readonly fingerprint: string;
  readonly soft_deleted: number;
}

export function knownRecord(row: RecordAnswer): KnownRecord {
  return {
    docId: row.doc_id,
    checksum: checksumText(row.checksum),
    fingerprint: row.fingerprint,
    kind: kindOf(row.soft_deleted),
  };
}

export function kindOf(stored: number): RecordKind {
  if (stored === STORED_KIND.live) return 'live';
  return stored === WITHDRAWN ? 'withdrawn' : 'soft-deleted';
}
