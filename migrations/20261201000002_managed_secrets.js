// @ts-check

/**
 * Secrets that this program stores, encrypted with a key that the database does not have, and one row for each such key that
 * proves whether a configured key is the same.
 *
 * @typedef {import('knex').Knex} Knex
 */

/** @param {Knex} knex */
export async function up(knex) {
  const bytes = knex.client.driverName === 'pg' ? 'bytea' : 'blob';
  await knex.raw(`create table managed_secrets (
    name text primary key,
    key_id text not null,
    format_version integer not null,
    nonce ${bytes} not null,
    ciphertext ${bytes} not null,
    tag ${bytes} not null,
    created_at text not null,
    created_by text not null,
    updated_at text not null,
    updated_by text not null,
    -- To the hour; null: never.
    last_used_at text,
    -- JSON arrays of the host patterns that the value may be sent to, and of the connectors that may use it.
    allowed_hosts text not null,
    allowed_connectors text not null,
    note text not null
  )`);
  await knex.raw(`create table managed_secret_keys (
    key_id text primary key,
    format_version integer not null,
    nonce ${bytes} not null,
    ciphertext ${bytes} not null,
    tag ${bytes} not null,
    created_at text not null
  )`);
}

/** @param {Knex} knex */
export async function down(knex) {
  for (const table of ['managed_secret_keys', 'managed_secrets']) await knex.schema.dropTable(table);
}
