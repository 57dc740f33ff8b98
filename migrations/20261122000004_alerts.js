// @ts-check

/**
 * What was announced about connectors, so that many short runs do not say the same thing again and again; and an index, so
 * that metrics find the newest success of each connector among 100,000 runs.
 *
 * @typedef {import('knex').Knex} Knex
 */

/** @param {Knex} knex */
export async function up(knex) {
  await knex.schema.createTable('alert_state', (table) => {
    table.text('connector_id').notNullable();
    table.text('target').notNullable();
    table
      .text('signature')
      .notNullable()
      .comment('status and code of the error; SUCCESS: that it works again');
    table.text('claimed_by').comment('who is about to announce it; null: nobody');
    table.double('claimed_at').comment('milliseconds since 1970 by the clock of the database, as sent_at');
    table.double('sent_at').comment('null: never announced');
    table.smallint('unresolved').notNullable().defaultTo(0).comment('1: announced, and no success since');
    table.primary(['connector_id', 'target', 'signature']);
  });
  await knex.raw(
    `create index run_state_success on run_state (connector_id, finished_at) where status = 'SUCCESS'`,
  );
}

/** @param {Knex} knex */
export async function down(knex) {
  await knex.raw('drop index run_state_success');
  await knex.schema.dropTable('alert_state');
}
