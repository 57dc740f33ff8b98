// @ts-check

/**
 * Requests for syncs of apps, which a server or `sync --queued` works on. pg_cron and other programs insert rows with only
 * `app_key`, so every other column is nullable or has a default. Times are ISO 8601 in UTC, as in the other tables.
 *
 * @typedef {import('knex').Knex} Knex
 */

const POSTGRES = {
  id: 'gen_random_uuid()::text',
  now: `to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
  bigint: 'bigint',
  double: 'double precision',
};
const SQLITE = {
  id: `(lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-a' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))))`,
  now: `(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))`,
  bigint: 'integer',
  double: 'real',
};

/** @param {Knex} knex */
export async function up(knex) {
  const type = knex.client.driverName === 'pg' ? POSTGRES : SQLITE;
  await knex.raw(`create table sync_requests (
    id text primary key default ${type.id},
    app_key text not null,
    mode text not null default 'incremental' check (mode in ('full', 'incremental')),
    -- A JSON array of collection keys, sorted; null means all collections.
    collections text,
    -- The name of the API key, or of the schedule.
    requested_by text not null default 'schedule',
    status text not null default 'pending'
      check (status in ('pending', 'running', 'completed', 'partial', 'held', 'failed', 'cancelled')),
    requested_at text not null default ${type.now},
    started_at text,
    finished_at text,
    -- How often a process began to work on it.
    attempts integer not null default 0,
    -- The process that works on it, and until when it has it without another sign of life: milliseconds since 1970.
    worker text,
    expires_at ${type.double},
    run_id text,
    records_seen ${type.bigint},
    -- JSON: the totals, and what the collections and problems of the sync were.
    counts text,
    details text,
    error_code text,
    error_message text
  )`);
  // One of several equal requests waits. PostgreSQL and SQLite treat nulls as different, so a null gets a value here.
  await knex.raw(
    `create unique index sync_requests_waiting on sync_requests (app_key, mode, coalesce(collections, '')) where status = 'pending'`,
  );
  await knex.raw(
    `create unique index sync_requests_running on sync_requests (app_key) where status = 'running'`,
  );
  await knex.raw('create index sync_requests_finished on sync_requests (finished_at)');
}

/** @param {Knex} knex */
export async function down(knex) {
  await knex.raw('drop table sync_requests');
}
