// @ts-check

/**
 * In SQLite, REPLACE deletes the former row without its triggers, so an insert must not name the id of another entry of the audit
 * log. Postgres has no such statement.
 *
 * @typedef {import('knex').Knex} Knex
 */

/** @param {Knex} knex */
export async function up(knex) {
  if (knex.client.driverName === 'pg') return;
  await knex.raw(`create trigger audit_events_no_replace before insert on audit_events
    when exists (select 1 from audit_events where id = new.id)
    begin select raise(abort, 'audit_events is append-only'); end`);
}

/** @param {Knex} knex */
export async function down(knex) {
  if (knex.client.driverName === 'pg') return;
  await knex.raw('drop trigger audit_events_no_replace');
}
