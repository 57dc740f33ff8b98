import type { Knex } from 'knex';
import type { Database } from '../database/database.ts';
import { EMBEDDING_DIMENSIONS } from './embedder.ts';

/** The type that `migrate` gives the column if pgvector is installed then. */
export const VECTOR_TYPE = `vector(${EMBEDDING_DIMENSIONS})`;

/** How the database stores vectors. */
export interface EmbeddingColumn {
  /** `vector`: a type of pgvector. `bytes`: float32 numbers, little-endian. `other`: another program made the column. */
  readonly storage: 'vector' | 'bytes' | 'other';
  /** The type as the database names it: `vector(1536)`, `bytea`, `blob`. */
  readonly type: string;
  /** The version of pgvector in this database; null if `create extension vector` was not run. */
  readonly pgvector: string | null;
  /** Whether an HNSW index for cosine distances exists. */
  readonly hasIndex: boolean;
}

const SQLITE_COLUMN: EmbeddingColumn = { storage: 'bytes', type: 'blob', pgvector: null, hasIndex: false };

const POSTGRES_COLUMN = `
  select format_type(a.atttypid, a.atttypmod) as type,
    (select extversion from pg_extension where extname = 'vector') as version,
    exists (
      select 1 from pg_index i
        join pg_class x on x.oid = i.indexrelid
        join pg_am m on m.oid = x.relam
        join pg_opclass o on o.oid = i.indclass[0]
      where i.indrelid = a.attrelid and i.indkey[0] = a.attnum and i.indisvalid
        and m.amname = 'hnsw' and o.opcname = 'vector_cosine_ops'
    ) as indexed
  from pg_attribute a
  where a.attrelid = 'kb_chunks'::regclass and a.attname = 'embedding' and not a.attisdropped`;

/** @param on the connection or transaction to ask */
export async function embeddingColumn(
  { dialect }: Pick<Database, 'dialect'>,
  on: Knex,
): Promise<EmbeddingColumn> {
  if (dialect.engine === 'sqlite') return SQLITE_COLUMN;
  const answer = await on.raw<{
    readonly rows: readonly {
      readonly type: string;
      readonly version: string | null;
      readonly indexed: boolean;
    }[];
  }>(POSTGRES_COLUMN);
  const [row] = answer.rows;
  if (row === undefined) return { storage: 'other', type: 'missing', pgvector: null, hasIndex: false };
  const { type, version, indexed } = row;
  return { storage: storageOf(type), type, pgvector: version, hasIndex: indexed };
}

function storageOf(type: string): EmbeddingColumn['storage'] {
  // A type outside of the search path is shown with its schema.
  const name = type.slice(type.lastIndexOf('.') + 1);
  if (name === VECTOR_TYPE || name === 'vector') return 'vector';
  return name === 'bytea' ? 'bytes' : 'other';
}

/** Whether a version of pgvector continues an index scan until the filters of a query have left enough rows: from 0.8 on. */
export function hasIterativeScan(version: string | null): boolean {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  return major > 0 || minor >= 8;
}

export interface EmbeddingStorage extends EmbeddingColumn {
  /** The version of pgvector that this server could install; null if it has none. */
  readonly available: string | null;
}

/** The column, and whether the server offers pgvector. */
export async function embeddingStorage(database: Database): Promise<EmbeddingStorage> {
  const { knex, dialect } = database;
  const column = await embeddingColumn(database, knex);
  if (dialect.engine === 'sqlite') return { ...column, available: null };
  const { rows } = await knex.raw<{ readonly rows: readonly { readonly version: string }[] }>(
    `select default_version as version from pg_available_extensions where name = 'vector'`,
  );
  return { ...column, available: rows[0]?.version ?? null };
}
