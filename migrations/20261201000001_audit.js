// @ts-check

/**
 * The audit log: who did what on which object, with what outcome. It is append-only: a trigger refuses every change of a row, and
 * the deletion of a row that is younger than 30 days. Times are ISO 8601 in UTC, as in the other tables.
 *
 * @typedef {import('knex').Knex} Knex
 */

const POSTGRES = { id: 'bigint generated always as identity primary key' };
const SQLITE = { id: 'integer primary key autoincrement' };

/** @param {Knex} knex */
export async function up(knex) {
  const isPostgres = knex.client.driverName === 'pg';
  const type = isPostgres ? POSTGRES : SQLITE;
  await knex.raw(`create table audit_events (
    id ${type.id},
    at text not null,
    actor_id text not null,
    actor_kind text not null check (actor_kind in ('key', 'proxy_user', 'local', 'command_line', 'anonymous', 'server')),
    actor_name text not null,
    -- The network address of the actor; null for the command line and the server itself.
    address text,
    -- Such as connector.propose.
    action text not null,
    object_kind text not null,
    object_name text not null,
    outcome text not null check (outcome in ('started', 'ok', 'refused', 'failed')),
    request_id text,
    -- A JSON object without secrets, rows and query texts.
    details text not null
  )`);
  await knex.raw('create index audit_events_at on audit_events (at)');
  await knex.raw('create index audit_events_object on audit_events (object_kind, object_name, at)');
  for (const statement of isPostgres ? POSTGRES_TRIGGERS : SQLITE_TRIGGERS) await knex.raw(statement);
}

const POSTGRES_TRIGGERS = [
  `create function audit_events_append_only() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' and old.at <
        to_char((clock_timestamp() - interval '30 days') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') then
        return old;
      end if;
      raise exception 'audit_events is append-only';
    end
  $$`,
  `create trigger audit_events_append_only before update or delete on audit_events
    for each row execute function audit_events_append_only()`,
  `create trigger audit_events_no_truncate before truncate on audit_events
    for each statement execute function audit_events_append_only()`,
];
const SQLITE_TRIGGERS = [
  `create trigger audit_events_no_update before update on audit_events
    begin select raise(abort, 'audit_events is append-only'); end`,
  `create trigger audit_events_no_delete before delete on audit_events
    when old.at >= strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-30 days')
    begin select raise(abort, 'audit_events is append-only'); end`,
];

/** @param {Knex} knex */
export async function down(knex) {
  await knex.raw('drop table audit_events');
  if (knex.client.driverName === 'pg') await knex.raw('drop function audit_events_append_only()');
}
