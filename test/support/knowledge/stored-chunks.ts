import { randomUUID } from 'node:crypto';
import type { Database } from '../../../src/database/database.ts';
import { embeddingColumn } from '../../../src/knowledge/embedding-column.ts';
import { vectorText } from '../../../src/knowledge/vector-text.ts';

export interface StoredChunk {
  readonly content: string;
  readonly tenant?: string;
  /** Null: the column is null. */
  readonly roles?: readonly string[] | null;
  /** Null for a chunk without a vector. */
  readonly vector: Float32Array | null;
  readonly embedder?: string | null;
}

/** The bytes of a vector where the database has no type for it. */
export function vectorBytes(vector: Float32Array): Buffer {
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((value, index) => bytes.writeFloatLE(value, index * 4));
  return bytes;
}

/** Inserts one document with these chunks, as another program would. @returns the id of the document */
export async function storeChunks(
  database: Database,
  title: string,
  chunks: readonly StoredChunk[],
): Promise<string> {
  const { knex, dialect } = database;
  const { storage } = await embeddingColumn(database, knex);
  const sqlite = dialect.engine === 'sqlite';
  const document = randomUUID();
  const tenant = chunks[0]?.tenant ?? 'acme';
  await knex('kb_docs').insert({
    id: document,
    tenant_id: tenant,
    title,
    uri: `https://example.com/${title}`,
  });
  const rows = chunks.map(({ content, roles = ['support'], vector, embedder = 'words' }, index) => ({
    tenant_id: tenant,
    doc_id: document,
    chunk_idx: index,
    content,
    allowed_roles: sqlite && roles !== null ? JSON.stringify(roles) : roles,
    embedding: vector === null ? null : storage === 'vector' ? vectorText(vector) : vectorBytes(vector),
    embedder,
  }));
  const perStatement = 50;
  for (let at = 0; at < rows.length; at += perStatement) {
    await knex('kb_chunks').insert(rows.slice(at, at + perStatement));
  }
  return document;
}
