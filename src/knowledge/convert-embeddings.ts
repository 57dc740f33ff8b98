import type { Knex } from 'knex';
import { BridgeError } from '../core/errors.ts';
import type { Database } from '../database/database.ts';
import { withStateErrors } from '../database/with-state-errors.ts';
import { EMBEDDING_DIMENSIONS } from './embedder.ts';
import { embeddingColumn, VECTOR_TYPE } from './embedding-column.ts';
import { CONVERTED_CHUNKS } from './limits.ts';
import { vectorText } from './vector-text.ts';

const FLOAT_BYTES = 4;

export interface Conversion {
  /** False: the column already had the type of pgvector, so nothing was changed. */
  readonly converted: boolean;
  readonly chunks: number;
  /** Chunks whose bytes were not a vector. They have no vector now, and the next pass of their source embeds them again. */
  readonly unreadable: number;
}

/**
 * Changes the column of vectors from bytes to the type of pgvector, in one transaction: other
 * programs wait for its end, and a failure changes nothing.
 * @param progress called after each statement with the number of chunks that were converted
 * @throws BridgeError NOT_SUPPORTED if the database has no pgvector; STATE_*; the reason of `signal`
 */
export async function convertEmbeddings(
  database: Database,
  progress: (chunks: number) => void,
  signal: AbortSignal,
): Promise<Conversion> {
  if (database.embedded) {
    throw new BridgeError('NOT_SUPPORTED', 'The embedded database has no type for vectors.', {
      hint: 'Nothing needs to be done: searches compare every vector. For pgvector, use a Postgres database: set DATABASE_URL.',
    });
  }
  return withStateErrors(database)(() =>
    database.knex.transaction(async (transaction) => {
      // Other programs wait, and so does a second conversion, which then has nothing left to do.
      await transaction.raw('lock table kb_chunks in access exclusive mode');
      const { storage, type, pgvector } = await embeddingColumn(database, transaction);
      if (storage === 'vector') return { converted: false, chunks: 0, unreadable: 0 };
      if (storage === 'other') throw unknownColumn(type);
      if (pgvector === null) throw noPgvector(database.location);
      return convert(transaction, progress, signal);
    }),
  )();
}

interface BytesRow {
  readonly id: string;
  readonly embedding: Buffer;
}

async function convert(
  transaction: Knex.Transaction,
  progress: (chunks: number) => void,
  signal: AbortSignal,
): Promise<Conversion> {
  await transaction.raw(`alter table kb_chunks add column embedding_vector ${VECTOR_TYPE}`);
  let chunks = 0;
  let unreadable = 0;
  let last: string | undefined;
  for (;;) {
    signal.throwIfAborted();
    const query = transaction('kb_chunks')
      .whereNotNull('embedding')
      .orderBy('id')
      .limit(CONVERTED_CHUNKS)
      .select<BytesRow[]>('id', 'embedding');
    if (last !== undefined) void query.where('id', '>', last);
    const rows = await query;
    last = rows.at(-1)?.id;
    if (last === undefined) break;
    unreadable += await convertRows(transaction, rows);
    chunks += rows.length;
    progress(chunks);
  }
  await transaction.raw('alter table kb_chunks drop column embedding');
  await transaction.raw('alter table kb_chunks rename column embedding_vector to embedding');
  return { converted: true, chunks, unreadable };
}

/** @returns the number of rows whose bytes are not a vector */
async function convertRows(transaction: Knex.Transaction, rows: readonly BytesRow[]): Promise<number> {
  const vectors = rows.map(({ id, embedding }) => ({ id, vector: textOf(embedding) }));
  await transaction.raw(
    `update kb_chunks c
       set embedding_vector = given.vector::${VECTOR_TYPE},
         embedder = case when given.vector is null then null else c.embedder end
       from json_to_recordset(?::json) as given (id uuid, vector text)
       where c.id = given.id`,
    [JSON.stringify(vectors)],
  );
  return vectors.filter(({ vector }) => vector === null).length;
}

function textOf(bytes: Buffer): string | null {
  if (bytes.byteLength !== EMBEDDING_DIMENSIONS * FLOAT_BYTES) return null;
  const vector = Float32Array.from({ length: EMBEDDING_DIMENSIONS }, (_, index) =>
    bytes.readFloatLE(index * FLOAT_BYTES),
  );
  return vector.every(Number.isFinite) ? vectorText(vector) : null;
}

function noPgvector(location: string): BridgeError {
  return new BridgeError('NOT_SUPPORTED', `The extension pgvector is not installed in ${location}.`, {
    hint: 'Run as an owner of the database: create extension vector; then run this command again.',
  });
}

function unknownColumn(type: string): BridgeError {
  return new BridgeError(
    'NOT_SUPPORTED',
    `The column kb_chunks.embedding has the type ${type}, which another program created.`,
    { hint: `Change it to ${VECTOR_TYPE} or bytea with SQL.` },
  );
}
