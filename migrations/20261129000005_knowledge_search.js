// @ts-check

/**
 * The index of the words of chunks, on Postgres only: the embedded database compares every text while it compares vectors. Rows of
 * other programs may have texts of any length, and a tsvector holds 1 MB, so only the first 100,000 characters are indexed.
 * Measured on Postgres with vectors as bytes and 60 words a row, this index takes half as much room as its rows, and inserting takes
 * about twice as long. There is no index of vectors: an exact search takes about 0.1 ms of processor time per chunk, so 10 s for
 * 100,000 (measured with 5,000 on SQLite, with the start of the program). An HNSW index is larger than the vectors and slows every insert, and its filtered searches can miss chunks. A database that has one is searched through it.
 *
 * @typedef {import('knex').Knex} Knex
 */

/** @param {Knex} knex */
export async function up(knex) {
  if (knex.client.driverName !== 'pg') return;
  await knex.raw(
    `create index if not exists kb_chunks_text on kb_chunks using gin (to_tsvector('simple', left(content, 100000)))`,
  );
}

/** @param {Knex} knex */
export async function down(knex) {
  await knex.raw('drop index if exists kb_chunks_text');
}
