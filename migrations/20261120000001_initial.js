// @ts-check

/**
 * The state store: positions, records, runs, leases and the push queue.
 *
 * One schema for Postgres and SQLite. Moments that this program compares with its own are ISO 8601 text in UTC, which
 * sorts by time on both; a lease expires by the database's clock, so that a host with a wrong one does no harm.
 *
 * @typedef {import('knex').Knex} Knex
 */

/** @param {Knex} knex */
export async function up(knex) {
  await createRecords(knex);
  await createRuns(knex);
  await createPushQueue(knex);
}

/** @param {Knex} knex */
export async function down(knex) {
  const tables = [
    'push_events',
    'push_batches',
    'connector_leases',
    'run_state',
    'staged_records',
    'record_state',
    'connector_checkpoints',
  ];
  for (const table of tables) await knex.schema.dropTable(table);
}

/** @param {Knex} knex */
async function createRecords(knex) {
  await knex.schema.createTable('connector_checkpoints', (table) => {
    table.increments('id').comment('The scope of record_state.');
    table.text('connector_id').notNullable();
    table.text('target').notNullable();
    table.text('watermark');
    table.text('mapping_version');
    table.text('updated_at').notNullable();
    table.unique(['connector_id', 'target']);
  });

  const postgres = knex.client.driverName === 'pg';
  const bytes = postgres ? 'bytea' : 'blob';
  // Byte order: sorting by a language's rules made a first load of 1 M documents half as slow again (3.2 s to 2.1 s).
  const id = postgres ? 'text collate "C"' : 'text';
  // The scope is no foreign key: checking it row by row more than doubled the time of a first load on Postgres.
  await knex.raw(`
    create table record_state (
      scope_id integer not null,
      doc_id ${id} not null,
      checksum text not null,
      fingerprint ${bytes} not null,
      soft_deleted smallint not null default 0,
      run_id text not null,
      primary key (scope_id, doc_id)
    ) ${postgres ? '' : 'without rowid'}`);
  await knex.raw(`
    create table staged_records (
      run_id text not null,
      op text not null,
      doc_id ${id} not null,
      checksum text not null,
      fingerprint ${bytes} not null
    )`);
  // A tenth of the staging time; without it every small commit reads through what a large one left behind.
  await knex.raw('create index staged_records_run_id on staged_records (run_id)');
}

/** @param {Knex} knex */
async function createRuns(knex) {
  await knex.schema.createTable('run_state', (table) => {
    table.text('run_id').primary();
    table.text('connector_id').notNullable();
    table.text('target').notNullable();
    table.text('status').notNullable();
    table.text('phase').notNullable();
    table.text('started_at').notNullable();
    table.text('finished_at');
    table.text('counts').comment('JSON object');
    table.text('watermark');
    table.text('mapping_version');
    table.text('manifest_name');
    table.text('committed_at');
    table.text('hold_reason');
    table.text('error').comment('JSON object: code, message, hint');
    table.index(['connector_id', 'started_at']);
    table.index(['status', 'started_at']);
    table.index(['started_at']);
  });

  await knex.schema.createTable('connector_leases', (table) => {
    table.text('connector_id').primary();
    table.integer('fence').notNullable();
    table.text('run_id').comment('null: nobody holds it');
    table.text('host');
    table.integer('pid');
    table.text('acquired_at');
    table.double('expires_at').notNullable().comment('milliseconds since 1970 by the clock of the database');
    // Makes the fence a key for Postgres: a commit can lock it against a new owner and still let the heartbeat through.
    table.unique(['connector_id', 'fence']);
  });
}

/** @param {Knex} knex */
async function createPushQueue(knex) {
  await knex.schema.createTable('push_batches', (table) => {
    table.increments('id');
    table.text('connector_id').notNullable();
    table.text('idempotency_key').notNullable();
    table.text('body_checksum').notNullable();
    table.text('status').notNullable();
    table.text('received_at').notNullable();
    table.text('run_id');
    table.unique(['connector_id', 'idempotency_key']);
    table.index(['connector_id', 'status', 'id']);
  });
  await knex.schema.createTable('push_events', (table) => {
    table.integer('batch_id').notNullable().references('push_batches.id').onDelete('CASCADE');
    table.integer('seq').notNullable();
    table.text('doc_id').notNullable();
    table.text('op').notNullable();
    table.text('document').comment('JSON object; null for a delete');
    table.primary(['batch_id', 'seq']);
  });
}
