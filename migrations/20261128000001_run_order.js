// @ts-check

/**
 * The order of runs, and where they write.
 *
 * Times of runs come from the clocks of the machines that they ran on, and those differ. A fence comes from the lease, which
 * gives each holder of a connector a higher one, so it tells which of two runs is newer. Runs from before this migration have
 * the fence 0: they are older than all others, and among themselves in the order of their times.
 *
 * @typedef {import('knex').Knex} Knex
 */

const TIMES = 'started_at, run_id';

/** @param {Knex} knex */
export async function up(knex) {
  await knex.schema.alterTable('run_state', (table) => {
    table.integer('fence').notNullable().defaultTo(0).comment('of the lease under which the run began');
    table
      .integer('committed_fence')
      .notNullable()
      .defaultTo(0)
      .comment('of the lease under which it was committed, perhaps by a later run');
    table.text('folder').comment('URI of its artifacts; null: it writes none, or it is of an older version');
  });
  await knex.raw('drop index run_state_committed');
  await knex.raw('drop index run_state_success');
  await knex.raw(
    `create index run_state_of_connector_by_fence on run_state (connector_id, fence, ${TIMES}, status)`,
  );
  await knex.raw(
    `create index run_state_committed on run_state (connector_id, committed_fence, fence, committed_at, ${TIMES})
     where committed_at is not null`,
  );
  await knex.raw(
    `create index run_state_success on run_state (connector_id, fence, ${TIMES}) where status = 'SUCCESS'`,
  );
  // A run under auto_delete_missing reads these alone, and usually there are none.
  await knex.raw(
    'create index record_state_soft_deleted on record_state (scope_id, doc_id) where soft_deleted = 1',
  );
}

/** @param {Knex} knex */
export async function down(knex) {
  for (const index of [
    'record_state_soft_deleted',
    'run_state_success',
    'run_state_committed',
    'run_state_of_connector_by_fence',
  ]) {
    await knex.raw(`drop index ${index}`);
  }
  await knex.schema.alterTable('run_state', (table) => {
    table.dropColumns('fence', 'committed_fence', 'folder');
  });
  await knex.raw(
    `create index run_state_committed on run_state (connector_id, committed_at, ${TIMES})
     where committed_at is not null`,
  );
  await knex.raw(
    `create index run_state_success on run_state (connector_id, finished_at) where status = 'SUCCESS'`,
  );
}
