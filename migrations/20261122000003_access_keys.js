// @ts-check

/**
 * Who may use the server: keys, of which only hashes are here, what its sessions are signed with, and the sessions that were
 * ended before their time.
 *
 * @typedef {import('knex').Knex} Knex
 */

/** @param {Knex} knex */
export async function up(knex) {
  await knex.schema.createTable('access_keys', (table) => {
    table.text('id').primary();
    table.text('name').notNullable();
    table.text('rights').notNullable().comment('push, read, operate or admin');
    table.text('connector_id').comment('of a push key; null: every connector');
    table.text('hash').notNullable().comment('SHA-256 of the whole key, in hex');
    table.text('created_at').notNullable();
    table.text('expires_at');
    table.text('revoked_at');
    table.text('last_used_at').comment('to the hour');
  });

  await knex.schema.createTable('server_secrets', (table) => {
    table.text('name').primary();
    table.text('value').notNullable();
    table.text('made_at').notNullable();
  });

  await knex.schema.createTable('ended_sessions', (table) => {
    table.text('session_id').primary();
    table.text('forget_at').notNullable().comment('the session would not be good any more');
  });
}

/** @param {Knex} knex */
export async function down(knex) {
  for (const table of ['ended_sessions', 'server_secrets', 'access_keys']) await knex.schema.dropTable(table);
}
