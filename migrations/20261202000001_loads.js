// @ts-check

/**
 * Checksums are stored as the 32 bytes that they are, 79 bytes a record in place of 152; a record in doubt has 32 bytes of zero.
 * A first load gets a table of its own: until it is committed, its records have a scope that no checkpoint has.
 *
 * @typedef {import('knex').Knex} Knex
 */

/** The length of `sha256:` and 64 digits. */
const CHECKSUM_TEXT = 71;

/** @param {Knex} knex */
export async function up(knex) {
  await knex.schema.createTable('record_loads', (table) => {
    table.increments('id').comment('The scope of its records is -1 - id.');
    table.text('run_id').notNullable().unique();
  });
  if (isPostgres(knex)) {
    for (const table of ['record_state', 'staged_records'])
      await knex.raw(
        `alter table ${table} alter column checksum type bytea using
           case when length(checksum) = ${CHECKSUM_TEXT} then decode(substr(checksum, 8), 'hex')
                else decode(repeat('00', 32), 'hex') end`,
      );
    return;
  }
  const bytes = `coalesce(unhex(substr(checksum, 8)), zeroblob(32))`;
  await rebuild(
    knex,
    'blob',
    `case length(checksum) when ${CHECKSUM_TEXT} then ${bytes} else zeroblob(32) end`,
  );
}

/**
 * What was loaded and is not committed cannot be finished by an older version, so it goes: its run finds it again.
 *
 * @param {Knex} knex
 */
export async function down(knex) {
  const scopes = knex('record_loads').select(knex.raw('-1 - id'));
  await knex('record_state').whereIn('scope_id', scopes).delete();
  await knex('run_state')
    .whereIn('run_id', knex('record_loads').select('run_id'))
    .whereNotNull('manifest_name')
    .update({ manifest_name: null, status: 'FAILED', finished_at: knex.ref('started_at') });
  await knex.schema.dropTable('record_loads');
  if (isPostgres(knex)) {
    for (const table of ['record_state', 'staged_records'])
      await knex.raw(
        `alter table ${table} alter column checksum type text using
           case when checksum = decode(repeat('00', 32), 'hex') or checksum = '' then ''
                else 'sha256:' || encode(checksum, 'hex') end`,
      );
    return;
  }
  await rebuild(
    knex,
    'text',
    `case when checksum = zeroblob(32) or checksum = x'' then '' else 'sha256:' || lower(hex(checksum)) end`,
  );
}

/** @param {Knex} knex */
function isPostgres(knex) {
  return knex.client.driverName === 'pg';
}

/**
 * Copies the tables in the order of their keys, which is faster than an update of each row and leaves the pages full.
 *
 * @param {Knex} knex
 * @param {'blob' | 'text'} type of the checksum
 * @param {string} checksum SQL
 */
async function rebuild(knex, type, checksum) {
  await knex.raw(`
    create table record_state_rebuilt (
      scope_id integer not null,
      doc_id text not null,
      checksum ${type} not null,
      fingerprint blob not null,
      soft_deleted smallint not null default 0,
      run_id text not null,
      primary key (scope_id, doc_id)
    ) without rowid`);
  await knex.raw(
    `insert into record_state_rebuilt
     select scope_id, doc_id, ${checksum}, fingerprint, soft_deleted, run_id from record_state order by scope_id, doc_id`,
  );
  await knex.raw('drop table record_state');
  await knex.raw('alter table record_state_rebuilt rename to record_state');
  await knex.raw(
    'create index record_state_soft_deleted on record_state (scope_id, doc_id) where soft_deleted = 1',
  );
  await knex.raw(`
    create table staged_records_rebuilt (
      run_id text not null,
      op text not null,
      doc_id text not null,
      checksum ${type} not null,
      fingerprint blob not null
    )`);
  await knex.raw(
    `insert into staged_records_rebuilt select run_id, op, doc_id, ${checksum}, fingerprint from staged_records`,
  );
  await knex.raw('drop table staged_records');
  await knex.raw('alter table staged_records_rebuilt rename to staged_records');
  await knex.raw('create index staged_records_run_id on staged_records (run_id)');
}
