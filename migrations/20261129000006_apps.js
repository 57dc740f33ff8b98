// @ts-check

/**
 * Tables of apps: the entities of their collections, and how far each collection is synced. On Postgres they are in a schema of
 * their own. A database may have these tables already, with rows: then they stay as they are, with their indexes and triggers, and
 * only nullable columns are added. No role is named, because `authenticated` and `service_role` exist on Supabase only.
 *
 * @typedef {import('knex').Knex} Knex
 * @typedef {Record<string, string>} Columns
 * @typedef {{ columns: Columns, added: Columns, unique: [string, string], indexes: [string, string][] }} Table
 */

/** Marks what this migration created: `down` drops nothing else. */
const MARK = 'Created by gemini-sync-bridge.';

/** The column types that differ between the engines. */
const POSTGRES = {
  id: 'uuid primary key default gen_random_uuid()',
  json: `jsonb not null default '{}'::jsonb`,
  time: 'timestamptz',
  now: 'now()',
};
const SQLITE = {
  id: `text primary key default (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-a' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))))`,
  json: `text not null default '{}'`,
  time: 'text',
  now: `(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))`,
};

/**
 * @param {typeof POSTGRES} type
 * @returns {{ entities: Table, sync_state: Table }}
 */
function tables(type) {
  const times = {
    created_at: `${type.time} not null default ${type.now}`,
    updated_at: `${type.time} not null default ${type.now}`,
  };
  return {
    entities: {
      columns: {
        id: type.id,
        external_id: 'text not null',
        app_key: 'text not null',
        collection_key: 'text not null',
        api_version: 'text',
        raw_payload: type.json,
        ...times,
        archived_at: type.time,
        deleted_at: type.time,
      },
      added: {
        // A hash of the payload without the ignored fields.
        payload_hash: 'text',
        // The value of updated_at for which the hash is right: another program writes a row without its hash.
        payload_hashed_at: type.time,
      },
      unique: ['entities_app_collection_external_unique', 'app_key, collection_key, external_id'],
      indexes: [
        ['entities_app_key_idx', 'app_key'],
        ['entities_collection_key_idx', 'collection_key'],
        ['entities_external_id_idx', 'external_id'],
        ['entities_app_collection_idx', 'app_key, collection_key'],
        ['entities_updated_at_idx', 'updated_at desc'],
      ],
    },
    sync_state: {
      columns: {
        id: type.id,
        app_key: 'text not null',
        collection_key: 'text not null',
        last_synced_at: `${type.time} not null`,
        last_sync_metadata: type.json,
        ...times,
      },
      added: {},
      unique: ['sync_state_app_collection_unique', 'app_key, collection_key'],
      indexes: [['sync_state_app_key_idx', 'app_key']],
    },
  };
}

/** @param {Knex} knex */
export async function up(knex) {
  await (knex.client.driverName === 'pg' ? upPostgres(knex) : upSqlite(knex));
}

/** @param {Knex} knex */
export async function down(knex) {
  await (knex.client.driverName === 'pg' ? downPostgres(knex) : downSqlite(knex));
}

/** @param {Knex} knex */
async function upPostgres(knex) {
  // "If not exists" would need the privilege to create schemas even if the schema exists.
  const { rows } = await knex.raw(`select to_regnamespace('supasaasy') is not null as found`);
  if (!rows[0].found) {
    await knex.raw('create schema supasaasy');
    await knex.raw(`comment on schema supasaasy is '${MARK}'`);
  }
  for (const [name, table] of Object.entries(tables(POSTGRES))) {
    const existing = await columnsOf(knex, name);
    if (existing.length > 0) {
      for (const [column, type] of Object.entries(table.added)) {
        if (!existing.includes(column))
          await knex.raw(`alter table supasaasy.${name} add column ${column} ${type}`);
      }
      continue;
    }
    const [unique, key] = table.unique;
    await knex.raw(
      `create table supasaasy.${name} (${list({ ...table.columns, ...table.added })}, constraint ${unique} unique (${key}))`,
    );
    await knex.raw(`comment on table supasaasy.${name} is '${MARK}'`);
    for (const [index, columns] of table.indexes)
      await knex.raw(`create index ${index} on supasaasy.${name} (${columns})`);
    await addTrigger(knex, name);
  }
}

/**
 * Other programs may write these rows without updated_at, from which a sync knows that they did.
 *
 * @param {Knex} knex
 * @param {string} table
 */
async function addTrigger(knex, table) {
  await knex.raw(`
    create or replace function supasaasy.bridge_touch_updated_at() returns trigger language plpgsql as $touch$
    begin
      new.updated_at = now();
      return new;
    end
    $touch$`);
  await knex.raw(`
    create trigger bridge_touch_updated_at before update on supasaasy.${table}
    for each row execute function supasaasy.bridge_touch_updated_at()`);
}

/** @param {Knex} knex */
async function downPostgres(knex) {
  for (const [name, table] of Object.entries(tables(POSTGRES))) {
    const existing = await columnsOf(knex, name);
    if (existing.length === 0) continue;
    const { rows } = await knex.raw(`select obj_description('supasaasy.${name}'::regclass) as mark`);
    if (rows[0].mark === MARK) await knex.raw(`drop table supasaasy.${name}`);
    else {
      for (const column of Object.keys(table.added))
        if (existing.includes(column)) await knex.raw(`alter table supasaasy.${name} drop column ${column}`);
    }
  }
  const { rows: triggers } = await knex.raw(
    `select from pg_trigger where tgfoid = to_regprocedure('supasaasy.bridge_touch_updated_at()')`,
  );
  if (triggers.length === 0) await knex.raw('drop function if exists supasaasy.bridge_touch_updated_at()');
  const { rows: schemas } = await knex.raw(
    `select obj_description(to_regnamespace('supasaasy'), 'pg_namespace') as mark,
       exists (select from pg_class where relnamespace = to_regnamespace('supasaasy')) as used`,
  );
  if (schemas[0].mark === MARK && !schemas[0].used) await knex.raw('drop schema supasaasy');
}

/**
 * @param {Knex} knex
 * @param {string} table
 * @returns {Promise<string[]>} none if the table does not exist
 */
async function columnsOf(knex, table) {
  const { rows } = await knex.raw(
    `select column_name from information_schema.columns where table_schema = 'supasaasy' and table_name = ?`,
    [table],
  );
  return rows.map((/** @type {{ column_name: string }} */ row) => row.column_name);
}

/** @param {Knex} knex */
async function upSqlite(knex) {
  for (const [name, table] of Object.entries(tables(SQLITE))) {
    const existing = Object.keys(await knex(`supasaasy_${name}`).columnInfo());
    if (existing.length > 0) {
      for (const [column, type] of Object.entries(table.added)) {
        if (!existing.includes(column))
          await knex.raw(`alter table supasaasy_${name} add column ${column} ${type}`);
      }
      continue;
    }
    // SQLite keeps the statement with its comment.
    await knex.raw(
      `create table supasaasy_${name} (/* ${MARK} */ ${list({ ...table.columns, ...table.added })})`,
    );
    const [unique, key] = table.unique;
    await knex.raw(`create unique index ${unique} on supasaasy_${name} (${key})`);
    for (const [index, columns] of table.indexes)
      await knex.raw(`create index ${index} on supasaasy_${name} (${columns})`);
  }
}

/** @param {Knex} knex */
async function downSqlite(knex) {
  for (const [name, table] of Object.entries(tables(SQLITE))) {
    const made = await knex('sqlite_master')
      .where({ type: 'table', name: `supasaasy_${name}` })
      .first('sql');
    if (made === undefined) continue;
    if (made.sql.includes(MARK)) await knex.raw(`drop table supasaasy_${name}`);
    else {
      const existing = Object.keys(await knex(`supasaasy_${name}`).columnInfo());
      for (const column of Object.keys(table.added))
        if (existing.includes(column)) await knex.raw(`alter table supasaasy_${name} drop column ${column}`);
    }
  }
}

/** @param {Columns} columns */
function list(columns) {
  return Object.entries(columns)
    .map(([name, type]) => `${name} ${type}`)
    .join(', ');
}
