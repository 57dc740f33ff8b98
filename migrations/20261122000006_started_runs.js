// @ts-check

/**
 * Runs that the server started on somebody's behalf: who, when, how they ended, and what they said.
 *
 * @typedef {import('knex').Knex} Knex
 */

/** @param {Knex} knex */
export async function up(knex) {
  await knex.schema.createTable('started_runs', (table) => {
    table.text('run_id').primary();
    table.text('connector_id').notNullable();
    table.text('started_by').notNullable().comment('id of the key');
    table.text('started_at').notNullable();
    table.text('finished_at').comment('null: at work, or its server was killed');
    table.integer('exit_status').comment('null: ended by a signal, or not yet');
    table.text('log').notNullable().comment('the last part of its log lines');
  });
}

/** @param {Knex} knex */
export async function down(knex) {
  await knex.schema.dropTable('started_runs');
}
