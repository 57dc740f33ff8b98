// @ts-check

/**
 * How far a run in progress has come: rows that it has read, and when a heartbeat of it last found more of them.
 *
 * @typedef {import('knex').Knex} Knex
 */

/** @param {Knex} knex */
export async function up(knex) {
  await knex.schema.alterTable('run_state', (table) => {
    table.bigInteger('rows_seen').comment('null: no heartbeat has found a row yet');
    table.text('rows_at').comment('by the clock of the database');
  });
}

/** @param {Knex} knex */
export async function down(knex) {
  await knex.schema.alterTable('run_state', (table) => {
    table.dropColumns('rows_seen', 'rows_at');
  });
}
