// @ts-check

/**
 * What a delivery must still know after its process was killed: the requests it made, the documents that were rejected, and
 * what was learnt about a target.
 *
 * @typedef {import('knex').Knex} Knex
 */

/** @param {Knex} knex */
export async function up(knex) {
  await knex.schema.alterTable('run_state', (table) => {
    table.text('started_from').comment('the checkpoint that the run started from');
  });

  await knex.schema.createTable('delivery_steps', (table) => {
    table.increments('id');
    table.text('run_id').comment('null: its run id was used again, and its operation may still be at work');
    table.text('name').notNullable();
    table.text('target').notNullable();
    table.text('state').notNullable();
    table.text('operation');
    table.text('asked_at').notNullable();
    table.text('detail').notNullable().comment('JSON object');
    table.unique(['run_id', 'name']);
    table.index(['target', 'state']);
  });

  const postgres = knex.client.driverName === 'pg';
  await knex.raw(`
    create table rejected_documents (
      run_id text not null,
      doc_id ${postgres ? 'text collate "C"' : 'text'} not null,
      reason text not null,
      outcome text not null,
      primary key (run_id, doc_id)
    )`);

  await knex.schema.createTable('target_notes', (table) => {
    table.text('target').notNullable();
    table.text('name').notNullable();
    table.text('value').notNullable();
    table.text('noted_at').notNullable();
    table.primary(['target', 'name']);
  });
}

/** @param {Knex} knex */
export async function down(knex) {
  for (const table of ['target_notes', 'rejected_documents', 'delivery_steps'])
    await knex.schema.dropTable(table);
  await knex.schema.alterTable('run_state', (table) => {
    table.dropColumn('started_from');
  });
}
