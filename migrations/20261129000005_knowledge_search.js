// @ts-check

/**
 * The index of the words of chunks, on Postgres only: the embedded database compares every text while it compares vectors. Rows of
 * other programs may have texts of any length, and a tsvector holds 1 MB, so only the first 100,000 characters are indexed.
 * On a busy machine, it added 0.4 to 0.6 ms to the insert of a row with 60 words, which took as long without it.
 * There is no index of vectors: an exact search takes time in proportion to the visible chunks, an HNSW index is larger than the
 * vectors and slows every insert, and its filtered searches can miss chunks. A database that has one is searched through it.
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
