// @ts-check

/**
 * The push queue as it is used. No version wrote to the tables of the first migration, so they are made anew.
 *
 * @typedef {import('knex').Knex} Knex
 */

const EVENT = 'batch_id, seq, doc_id, op, document';
/** A line: `op`, `doc_id` as JSON, and `document`, with a tab between them. */
const EVENTS_OF_LINES = `
  select
    connector_id,
    id as batch_id,
    seq::integer as seq,
    (split_part(line, chr(9), 2)::json #>> '{}') collate "C" as doc_id,
    split_part(line, chr(9), 1) as op,
    nullif(split_part(line, chr(9), 3), '') as document
  from push_batches, unnest(string_to_array(folded, chr(10))) with ordinality as event (line, seq)
  where folded is not null`;

/** @param {Knex} knex */
export async function up(knex) {
  await knex.schema.dropTable('push_events');
  await knex.schema.dropTable('push_batches');
  await createBatches(knex);
  await createEvents(knex);
  await createViews(knex);
}

/** @param {Knex} knex */
async function createBatches(knex) {
  await knex.schema.createTable('push_batches', (table) => {
    table.bigIncrements('id').comment('grows with every batch that is answered before the next one is sent');
    table.text('push_run_id').notNullable().comment('what the producer was told');
    table.text('connector_id').notNullable();
    table.text('idempotency_key').comment('null: it expired, and was used again before the batch was done');
    table.text('body_checksum').notNullable();
    table.text('status').notNullable().comment('pending or done');
    table.text('received_at').notNullable();
    table.text('expires_at').notNullable().comment('until then the key answers for this batch');
    table.text('answer').notNullable().comment('JSON text, as it was sent');
    table.integer('accepted').notNullable();
    table.integer('rejected').notNullable();
    table.integer('waiting').notNullable().comment('events that no run has delivered yet');
    table.text('run_id').comment('the run that claimed it last');
    table.text('folded').comment('in Postgres: its events as lines of text, until a run claims them');
    table.unique(['push_run_id']);
    table.unique(['connector_id', 'idempotency_key']);
  });
  // In the order of a connector's queue, with all that its depth is counted from.
  await knex.raw(
    `create index push_batches_pending on push_batches (connector_id, id, waiting, received_at)
     where status = 'pending'`,
  );
  await knex.raw(`create index push_batches_done on push_batches (expires_at) where status = 'done'`);
}

/** @param {Knex} knex */
async function createEvents(knex) {
  const postgres = knex.client.driverName === 'pg';
  // The batch is no foreign key: checking it row by row is felt, and only this program deletes batches.
  await knex.raw(`
    create table push_events (
      batch_id bigint not null,
      seq integer not null,
      doc_id ${postgres ? 'text collate "C"' : 'text'} not null,
      op text not null,
      document text,
      primary key (batch_id, seq)
    ) ${postgres ? '' : 'without rowid'}`);
  await knex.raw('create index push_events_newest on push_events (doc_id, batch_id, seq)');
}

/**
 * What waits, wherever it stands. A push to Postgres is one row, with its events as text; SQLite has them as rows at once.
 *
 * @param {Knex} knex
 */
async function createViews(knex) {
  const postgres = knex.client.driverName === 'pg';
  // Not compressed: it is read once, soon.
  if (postgres) await knex.raw('alter table push_batches alter column folded set storage external');
  const lines = postgres
    ? EVENTS_OF_LINES
    : `select '' as connector_id, ${EVENT} from push_events where false`;
  await knex.raw(`create view folded_events as ${lines}`);
  await knex.raw(
    `create view waiting_events as select ${EVENT} from push_events union all select ${EVENT} from folded_events`,
  );
}

/** @param {Knex} knex */
export async function down(knex) {
  await knex.schema.dropView('waiting_events');
  await knex.schema.dropView('folded_events');
  await knex.schema.dropTable('push_events');
  await knex.schema.dropTable('push_batches');
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
