import type { Knex } from 'knex';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FINGERPRINT_BYTES } from '../../../pipeline/comparison/fingerprint-set.ts';
import { CHECKSUM_BYTES, type StagedBatch } from '../../../pipeline/ports/staged-batch.ts';
import { batchIds, bufferOf } from './batch-ids.ts';
import { COPIED_COLUMNS, copiedRecords } from './copied-records.ts';
import { isOfKind, knownRecord, type RecordAnswer, type RecordQueries } from './record-queries.ts';

/** The start of a binary COPY: its signature, its flags and a length of 0 for the extension. */
const COPY_HEADER_BYTES = 19;
/** One tuple: the number of its fields (int16) and the length of the only one (int32), then its bytes. */
const TUPLE_PREFIX_BYTES = 6;
const TUPLE_BYTES = TUPLE_PREFIX_BYTES + FINGERPRINT_BYTES;

interface Answer<Row> {
  readonly rows: readonly Row[];
}

const CHECKSUM_HEX = "encode(checksum, 'hex')";

export const postgresRecords: RecordQueries = {
  checksumHex: CHECKSUM_HEX,
  doubtfulFingerprint: `int8send(
    ('x' || encode(substr(sha256(convert_to('unknown outcome: ' || doc_id, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint
    & x'3fffffffffffffff'::bigint)`,

  // A user that does not own the tables gets a warning, and slower commits.
  async gatherStatistics(knex) {
    await knex.raw('analyze staged_records (run_id, op, doc_id), record_state (scope_id, doc_id)');
  },

  async stage(transaction, runId, batch) {
    // Bundled, a CommonJS package has only its default export.
    const { from } = (await import('pg-copy-streams')).default;
    const connection = await acquire(transaction);
    const copy = connection.query(
      from('copy staged_records (run_id, op, doc_id, checksum, fingerprint) from stdin'),
    );
    // The transaction itself returns its connection to the pool.
    await pipeline([copyText(runId, batch)], copy);
  },

  async load(transaction, scope, runId, batch) {
    const { from } = (await import('pg-copy-streams')).default;
    const connection = await acquire(transaction);
    const copy = connection.query(from(`copy record_state (${COPIED_COLUMNS}) from stdin (format binary)`));
    await pipeline([copiedRecords(scope, runId, batch)], copy);
  },

  // 1 M fingerprints take 0.25 s with COPY, and 1.5 s in pages of string_agg along the primary key.
  async *fingerprints(knex, scope, kind) {
    const { to } = (await import('pg-copy-streams')).default;
    const connection = await acquire(knex);
    let ended = false;
    try {
      const copy = connection.query(
        to(
          `copy (select fingerprint from record_state where scope_id = ${Math.trunc(scope)} and ${isOfKind(kind)})
           to stdout (format binary)`,
        ),
      );
      yield* withoutFraming(copy);
      ended = true;
    } finally {
      // A connection in the middle of a COPY accepts no other statement: the pool must not hand it out again.
      if (!ended) connection.__knex__disposed = 'A COPY was given up.';
      await release(knex, connection);
    }
  },

  async lookup(knex, scope, docIds) {
    const { rows } = await knex.raw<Answer<RecordAnswer>>(
      `select doc_id, ${CHECKSUM_HEX} as checksum, encode(fingerprint, 'hex') as fingerprint, soft_deleted
       from record_state where scope_id = ? and doc_id = any (?::text[])`,
      [scope, [...docIds]],
    );
    return rows.map(knownRecord);
  },

  async idsOf(knex, scope, fingerprints, kind) {
    const { rows } = await knex.raw<Answer<{ doc_id: string }>>(
      // As one constant array, which Postgres hashes. As a subquery it is a join, and without statistics, as for a table that was
      // just filled, the join is a nested loop: 77 s instead of 0.3 s among 1 M records.
      `select doc_id from record_state where scope_id = ? and ${isOfKind(kind)} and fingerprint = any (?::bytea[])`,
      [scope, eachFingerprint(fingerprints)],
    );
    return rows.map((row) => row.doc_id);
  },
};

/** The part of a driver's connection that is used besides knex: the streams of COPY. */
interface CopyConnection {
  query<Stream extends Readable | Writable>(stream: Stream): Stream;
  /** knex drops a connection that has this mark instead of reusing it. */
  __knex__disposed?: unknown;
}

function isCopyConnection(value: unknown): value is CopyConnection {
  return typeof value === 'object' && value !== null && 'query' in value && typeof value.query === 'function';
}

async function acquire(knex: Knex): Promise<CopyConnection> {
  const client: unknown = knex.client;
  if (!isPool(client)) throw new TypeError('knex has no connections to give.');
  const connection = await client.acquireConnection();
  if (!isCopyConnection(connection)) throw new TypeError('This connection cannot COPY.');
  return connection;
}

async function release(knex: Knex, connection: CopyConnection): Promise<void> {
  const client: unknown = knex.client;
  if (isPool(client)) await client.releaseConnection(connection);
}

interface Pool {
  acquireConnection(): Promise<unknown>;
  releaseConnection(connection: unknown): Promise<void>;
}

function isPool(value: unknown): value is Pool {
  return (
    typeof value === 'object' &&
    value !== null &&
    'acquireConnection' in value &&
    'releaseConnection' in value
  );
}

function eachFingerprint(fingerprints: Buffer): Buffer[] {
  const each: Buffer[] = [];
  for (let at = 0; at < fingerprints.length; at += FINGERPRINT_BYTES) {
    each.push(fingerprints.subarray(at, at + FINGERPRINT_BYTES));
  }
  return each;
}

/**
 * Lines of COPY's text format. Only ids can contain characters to escape: the other fields are generated here from hex and fixed
 * words.
 */
function copyText(runId: string, batch: StagedBatch): Buffer {
  const start = `${escaped(runId)}\t${batch.op}\t`;
  const checksums = bufferOf(batch.checksums);
  const fingerprints = bufferOf(batch.fingerprints);
  let text = '';
  for (const [at, id] of batchIds(batch).entries()) {
    const checksum = checksums.toString('hex', at * CHECKSUM_BYTES, (at + 1) * CHECKSUM_BYTES);
    const fingerprint = fingerprints.toString('hex', at * FINGERPRINT_BYTES, (at + 1) * FINGERPRINT_BYTES);
    text += `${start}${escaped(id)}\t\\\\x${checksum}\t\\\\x${fingerprint}\n`;
  }
  return Buffer.from(text);
}

const SPECIAL = /[\\\t\n\r\b\f\v]/;
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\b': '\\b',
  '\f': '\\f',
  '\v': '\\v',
};

function escaped(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return text.replace(/[\\\t\n\r\b\f\v]/g, (character) => ESCAPES[character] ?? character);
}

/** Extracts the fingerprints from a binary COPY of one column of 8 bytes, independent of the chunk boundaries. */
async function* withoutFraming(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let skip = COPY_HEADER_BYTES;
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = Math.min(skip, bytes.length);
    skip -= at;
    const tuples = Math.floor((bytes.length - at) / TUPLE_BYTES);
    const fingerprints = Buffer.allocUnsafe(tuples * FINGERPRINT_BYTES);
    for (let tuple = 0; tuple < tuples; tuple += 1) {
      bytes.copy(fingerprints, tuple * FINGERPRINT_BYTES, at + TUPLE_PREFIX_BYTES, at + TUPLE_BYTES);
      at += TUPLE_BYTES;
    }
    if (tuples > 0) yield fingerprints;
    // The remainder at the very end is the trailer of two bytes.
    rest = bytes.subarray(at);
  }
}
