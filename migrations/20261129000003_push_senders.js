// @ts-check

/**
 * Who sent a push, and the pushes of which every event was refused. Those are counted, and not stored one by one: a producer
 * that repeats a wrong push for a week adds one row.
 *
 * @typedef {import('knex').Knex} Knex
 */

/** @param {Knex} knex */
export async function up(knex) {
  await knex.schema.alterTable('push_batches', (table) => {
    table.text('pushed_by').comment('the name of the key; null for pushes to older versions');
  });
  await knex.schema.createTable('refused_pushes', (table) => {
    table.text('connector_id').notNullable();
    table.text('pushed_by').notNullable().comment('the name of the key');
    table.text('code').notNullable().comment('of the first event of a push');
    table.text('reason').notNullable().comment('of the first event of the last push');
    table.integer('pushes').notNullable();
    table.bigInteger('events').notNullable();
    table.text('first_at').notNullable();
    table.text('last_at').notNullable();
    table.text('expires_at').notNullable();
    table.primary(['connector_id', 'pushed_by', 'code']);
  });
}

/** @param {Knex} knex */
export async function down(knex) {
  await knex.schema.dropTable('refused_pushes');
  await knex.schema.alterTable('push_batches', (table) => {
    table.dropColumn('pushed_by');
  });
}
