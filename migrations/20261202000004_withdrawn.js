// @ts-check

/**
 * Records of withdrawn documents have 2 in `soft_deleted`: their rows lost their readers, and the target has not acknowledged their
 * deletes. Every run asks for them, and there are hardly ever any, so they have an index of their own.
 *
 * @typedef {import('knex').Knex} Knex
 */

/** @param {Knex} knex */
export async function up(knex) {
  await knex.raw(
    'create index record_state_withdrawn on record_state (scope_id, doc_id) where soft_deleted = 2',
  );
}

/**
 * An older version deletes the documents of such records only as it does others whose delete has an unknown outcome.
 *
 * @param {Knex} knex
 */
export async function down(knex) {
  await knex.raw('drop index record_state_withdrawn');
  await knex('record_state').where({ soft_deleted: 2 }).update({ soft_deleted: 1 });
}
