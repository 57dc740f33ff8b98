// @ts-check

/**
 * Requests for runs of connectors and knowledge sources, which a worker executes; apps have `sync_requests`. pg_cron and other
 * programs insert rows with only `kind` and `name`, so every other column is nullable or has a default. Times are ISO 8601 in
 * UTC, as in the other tables.
 *
 * @typedef {import('knex').Knex} Knex
 */

const POSTGRES = {
  id: 'gen_random_uuid()::text',
  now: `to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
  double: 'double precision',
};
const SQLITE = {
  id: `(lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-a' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))))`,
  now: `(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))`,
  double: 'real',
};

/** @param {Knex} knex */
export async function up(knex) {
  const type = knex.client.driverName === 'pg' ? POSTGRES : SQLITE;
  await knex.raw(`create table run_requests (
    id text primary key default ${type.id},
    kind text not null check (kind in ('connector', 'knowledge_source')),
    -- metadata.name of the definition in CONNECTORS_DIR.
    name text not null,
    requested_by text not null default 'schedule',
    -- retrying: the last attempt asked for another one, or a worker was stopped during it.
    status text not null default 'pending'
      check (status in ('pending', 'running', 'retrying', 'completed', 'partial', 'held', 'failed', 'cancelled')),
    requested_at text not null default ${type.now},
    -- If no worker took the request by then, it is cancelled; null means that it waits for as long as it takes.
    not_after text,
    started_at text,
    finished_at text,
    -- How often a worker began to execute it.
    attempts integer not null default 0,
    -- When the next attempt is due: milliseconds since 1970.
    next_attempt_at ${type.double},
    -- The worker that executes it, and until when it has it without another sign of life: milliseconds since 1970.
    worker text,
    expires_at ${type.double},
    -- The same for all attempts, so that no attempt repeats what an earlier one has committed.
    run_id text,
    exit_status integer,
    error_code text,
    error_message text
  )`);
  // One request of a definition waits while another one is in progress.
  await knex.raw(
    `create unique index run_requests_waiting on run_requests (kind, name) where status = 'pending'`,
  );
  await knex.raw(
    `create unique index run_requests_active on run_requests (kind, name) where status in ('running', 'retrying')`,
  );
  await knex.raw('create index run_requests_finished on run_requests (finished_at)');
  await knex.raw('alter table sync_requests add column not_after text');
}

/** @param {Knex} knex */
export async function down(knex) {
  await knex.raw('alter table sync_requests drop column not_after');
  await knex.raw('drop table run_requests');
}
