// @ts-check

/**
 * The secret of each connector's fingerprints, 16 random bytes that its next run writes. The fingerprints from before it equal
 * no fingerprint under it, so that run processes every row once, and sends nothing whose document is unchanged.
 *
 * @typedef {import('knex').Knex} Knex
 */

/** @param {Knex} knex */
export async function up(knex) {
  const bytes = knex.client.driverName === 'pg' ? 'bytea' : 'blob';
  await knex.raw(`alter table connector_checkpoints add column fingerprint_key ${bytes}`);
}

/** @param {Knex} knex */
export async function down(knex) {
  await knex.raw('alter table connector_checkpoints drop column fingerprint_key');
}
