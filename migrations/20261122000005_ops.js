// @ts-check

/**
 * When each phase of a run was entered, and the indexes that Ops pages through runs with.
 *
 * Every list of runs is in order of `started_at` and, because two may start together, of `run_id`; so the indexes have both.
 * Two have the status besides, so that runs are counted without being read. The last one is for the newest run that changed
 * the target.
 *
 * @typedef {import('knex').Knex} Knex
 */

const ORDER = ['started_at', 'run_id'];

/** @param {Knex} knex */
export async function up(knex) {
  await knex.schema.alterTable('run_state', (table) => {
    table.text('phase_times').comment('JSON object: when each phase was first entered');
    table.dropIndex(['connector_id', 'started_at']);
    table.dropIndex(['status', 'started_at']);
    table.dropIndex(['started_at']);
    table.index([...ORDER, 'status'], 'run_state_newest');
    table.index(['connector_id', ...ORDER, 'status'], 'run_state_of_connector');
    table.index(['status', ...ORDER], 'run_state_of_status');
    table.index(['connector_id', 'status', ...ORDER], 'run_state_of_connector_and_status');
  });
  await knex.raw(
    `create index run_state_committed on run_state (connector_id, committed_at, started_at, run_id)
     where committed_at is not null`,
  );
}

/** @param {Knex} knex */
export async function down(knex) {
  await knex.schema.alterTable('run_state', (table) => {
    table.dropIndex([], 'run_state_committed');
    table.dropIndex([], 'run_state_of_connector_and_status');
    table.dropIndex([], 'run_state_of_status');
    table.dropIndex([], 'run_state_of_connector');
    table.dropIndex([], 'run_state_newest');
    table.dropColumn('phase_times');
    table.index(['connector_id', 'started_at']);
    table.index(['status', 'started_at']);
    table.index(['started_at']);
  });
}
