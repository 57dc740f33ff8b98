// @ts-check

/**
 * The newest version of each document that was pushed to a connector with `source.ordering: updated_at`, whether its event
 * still waits, was delivered, or was a delete; and how many events of a push were older than that.
 *
 * @typedef {import('knex').Knex} Knex
 */

/** @param {Knex} knex */
export async function up(knex) {
  const postgres = knex.client.driverName === 'pg';
  const text = postgres ? 'text collate "C"' : 'text';
  await knex.raw(`
    create table push_versions (
      connector_id text not null,
      doc_id ${text} not null,
      version ${text} not null,
      op text not null,
      noted_ms bigint not null,
      primary key (connector_id, doc_id)
    ) ${postgres ? '' : 'without rowid'}`);
  await knex.raw(`create index push_versions_deleted on push_versions (noted_ms) where op = 'DELETE'`);
  await knex.schema.alterTable('push_batches', (table) => {
    table
      .integer('older')
      .notNullable()
      .defaultTo(0)
      .comment('events that were older than what was known, until a run counts them');
  });
}

/** @param {Knex} knex */
export async function down(knex) {
  await knex.schema.alterTable('push_batches', (table) => {
    table.dropColumn('older');
  });
  await knex.schema.dropTable('push_versions');
}
