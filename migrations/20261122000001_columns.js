// @ts-check

/**
 * The columns that the mapping used of the source, so that a run can name those that are of another kind than in the last
 * committed one. On the run until its commit, then on the position.
 *
 * @typedef {import('knex').Knex} Knex
 */

const TABLES = ['run_state', 'connector_checkpoints'];

/** @param {Knex} knex */
export async function up(knex) {
  for (const name of TABLES) {
    await knex.schema.alterTable(name, (table) => {
      table.text('source_columns').comment('JSON array of objects: name, kind, element; null: not known');
    });
  }
}

/** @param {Knex} knex */
export async function down(knex) {
  for (const name of TABLES) {
    await knex.schema.alterTable(name, (table) => {
      table.dropColumn('source_columns');
    });
  }
}
