import { endianness } from 'node:os';
import type { Knex } from 'knex';
import { BridgeError } from '../../core/errors.ts';
import type { Database } from '../../database/database.ts';
import { embeddingColumn } from '../embedding-column.ts';

/** A value that knex binds. */
type Bound = Knex.Value | Knex.Raw;

/** How the database stores what its engine has no common type for. */
export interface Columns {
  /** The type of `kb_chunks.embedding`: pgvector's, or float32 numbers in little-endian order as bytes. */
  readonly embedding: 'vector' | 'bytes';
  /** A list of strings: an array of Postgres, or JSON. */
  texts(values: readonly string[] | null): Bound;
  vector(values: Float32Array): Bound;
}

const BIG_ENDIAN = endianness() === 'BE';

/**
 * Reads the type of the embedding column, which depends on whether pgvector existed when the tables were created.
 * @throws BridgeError STATE_FAILED if the column has a type that embeddings cannot be written to
 */
export async function openColumns(database: Database): Promise<Columns> {
  const { knex, dialect, location } = database;
  if (dialect.engine === 'sqlite') {
    return { embedding: 'bytes', texts: jsonOf, vector: bytesOf };
  }
  const texts = (values: readonly string[] | null): Bound => (values === null ? null : [...values]);
  const { storage, type } = await embeddingColumn(database, knex);
  if (storage === 'bytes') return { embedding: 'bytes', texts, vector: bytesOf };
  if (storage === 'vector') {
    return { embedding: 'vector', texts, vector: (values) => knex.raw('?::vector', [vectorText(values)]) };
  }
  throw new BridgeError(
    'STATE_FAILED',
    `The column kb_chunks.embedding of ${location} has the type ${type}, and embeddings need vector(1536) or bytea.`,
    {
      hint: 'Rename the column, add a column `embedding` of the type vector(1536), and run the sync again.',
    },
  );
}

function jsonOf(values: readonly string[] | null): Bound {
  return values === null ? null : JSON.stringify(values);
}

function bytesOf(values: Float32Array): Buffer {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return BIG_ENDIAN ? Buffer.from(bytes).swap32() : bytes;
}

function vectorText(values: Float32Array): string {
  return `[${values.join(',')}]`;
}

/** Reads JSON that Postgres returned as a value, and SQLite or a column of type text as its text. */
export function jsonIn(value: unknown): unknown {
  if (typeof value !== 'string') return value ?? undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return parsed ?? undefined;
  } catch {
    return value;
  }
}

/** Reads a list of strings; undefined for anything else. */
export function textsIn(value: unknown): readonly string[] | undefined {
  const list = jsonIn(value);
  return Array.isArray(list) && list.every((item) => typeof item === 'string') ? list : undefined;
}

/** Reads a time that Postgres returned as a Date, and SQLite as text: ISO 8601, UTC. */
export function timeIn(value: Date | string | null): string | null {
  return value instanceof Date ? value.toISOString() : value;
}

/** Splits a list, because a statement has a limited number of bindings. */
export function* slices<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
