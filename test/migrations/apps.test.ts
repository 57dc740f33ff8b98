import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Knex } from 'knex';
import { openDatabase, type Database } from '../../src/database/database.ts';
import { migrate } from '../../src/database/migrations.ts';
import { openAppPlace, testApp } from '../support/apps/app-place.ts';
import { item, listing, pageOf } from '../support/apps/listed-items.ts';
import { startPostgres, type TestPostgres } from '../support/databases/postgres.ts';

/** The tables of another program that this one takes over, with its trigger, a view, and rows. */
const ORIGINAL = `
  create schema supasaasy;
  create function supasaasy.touch() returns trigger language plpgsql as $$
    begin new.updated_at = now(); return new; end $$;
  create table supasaasy.entities (
    id uuid primary key default gen_random_uuid(),
    external_id text not null, app_key text not null, collection_key text not null, api_version text,
    raw_payload jsonb not null default '{}',
    created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
    archived_at timestamptz, deleted_at timestamptz,
    constraint entities_app_collection_external_unique unique (app_key, collection_key, external_id));
  create trigger touch before update on supasaasy.entities for each row execute function supasaasy.touch();
  create table supasaasy.sync_state (
    id uuid primary key default gen_random_uuid(), app_key text not null, collection_key text not null,
    last_synced_at timestamptz not null, last_sync_metadata jsonb not null default '{}',
    created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
    constraint sync_state_app_collection_unique unique (app_key, collection_key));
  create trigger touch before update on supasaasy.sync_state for each row execute function supasaasy.touch();
  create view supasaasy.shop_items as select id, raw_payload ->> 'n' as n from supasaasy.entities;
  insert into supasaasy.entities (app_key, collection_key, external_id, raw_payload, archived_at, created_at, updated_at)
    values ('shop', 'shop_item', 'a', '{"n": 1e2, "id": "a", "at": 1}', null, '2026-01-01Z', '2026-01-02Z'),
           ('shop', 'shop_item', 'b', '{"id": "b", "n": 2}', '2026-01-03Z', '2026-01-01Z', '2026-01-02Z'),
           ('shop', 'shop_item', 'gone', '{}', null, '2026-01-01Z', '2026-01-02Z');
  insert into supasaasy.sync_state (app_key, collection_key, last_synced_at)
    values ('shop', 'shop_item', '2026-02-01 10:00:00Z');`;

const NAMES = `select relname from pg_class where relnamespace = 'supasaasy'::regnamespace and relkind <> 'c' order by 1`;

/** Only the migration of these tables. */
const MIGRATION = {
  migrationSource: {
    getMigrations: () => Promise.resolve(['20261129000006_apps.js']),
    getMigrationName: (name: string) => name,
    getMigration: async (name: string) =>
      (await import(new URL(`../../migrations/${name}`, import.meta.url).href)) as Knex.Migration,
  },
};
const up = ({ knex }: Database) => knex.migrate.latest(MIGRATION);
const down = ({ knex }: Database) => knex.migrate.rollback(MIGRATION);

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(() => server.stop());

async function emptyDatabase(name: string): Promise<{ url: string; database: Database }> {
  const url = await server.createDatabase(name);
  return { url, database: await openDatabase({ url, file: '' }) };
}

async function column(sql: string, database: string): Promise<unknown[]> {
  return (await server.query(sql, database)).flatMap((row) => Object.values(row));
}

describe('the tables of apps', () => {
  test('are created where no Supabase role, no pgvector and no pg_cron exists', async () => {
    const { database } = await emptyDatabase('plain');
    await migrate(database);
    expect(await column(NAMES, 'plain')).toEqual([
      'entities',
      'entities_app_collection_external_unique',
      'entities_app_collection_idx',
      'entities_app_key_idx',
      'entities_collection_key_idx',
      'entities_external_id_idx',
      'entities_pkey',
      'entities_updated_at_idx',
      'sync_state',
      'sync_state_app_collection_unique',
      'sync_state_app_key_idx',
      'sync_state_pkey',
    ]);
    await database.close();
  });

  test('move updated_at when another program updates a row', async () => {
    const { database } = await emptyDatabase('touched');
    await migrate(database);
    const [before, after] = await column(
      `insert into supasaasy.entities (app_key, collection_key, external_id, updated_at)
         values ('shop', 'item', 'a', '2026-01-01Z');
       update supasaasy.entities set raw_payload = '{"a":1}';
       select '2026-01-01Z'::timestamptz, updated_at from supasaasy.entities`,
      'touched',
    );
    expect(after).not.toEqual(before);
    await database.close();
  });

  test('leave nothing when they are removed', async () => {
    const { database } = await emptyDatabase('removed');
    await up(database);
    await down(database);
    expect(await column(`select to_regnamespace('supasaasy')::text`, 'removed')).toEqual([null]);
    await up(database);
    await database.close();
  });

  test('are removed from the embedded database, too', async () => {
    const database = await openDatabase({ file: ':memory:' });
    const tables = () =>
      database.knex('sqlite_master').where({ type: 'table' }).whereLike('name', 'supasaasy%').pluck('name');
    await up(database);
    expect(await tables()).toEqual(['supasaasy_entities', 'supasaasy_sync_state']);
    await down(database);
    expect(await tables()).toEqual([]);
    await database.close();
  });
});

describe('a database that has these tables', () => {
  test('is taken over with its rows and its state, and its next sync is incremental', async () => {
    const url = await server.createDatabase('taken');
    await server.query(ORIGINAL, 'taken');
    const place = await openAppPlace({ url, file: '' });
    const before = await place.rows('shop_item');
    const app = testApp({}, [{ key: 'shop_item', path: '/items', ignoreFields: ['at'] }]);
    const records = [
      item('a', '{"id":"a","n":100,"at":2}'),
      item('b', '{"n":2,"id":"b"}', { archived: true }),
    ];
    const reader = listing([pageOf(records)]);
    const { result } = await place.sync(app, [reader]);
    expect(reader.asked).toEqual([new Date('2026-02-01T10:00:00.000Z')]);
    expect(result).toMatchObject({
      status: 'completed',
      mode: 'incremental',
      created: 0,
      updated: 0,
      unchanged: 2,
    });
    // Not one row was written: updated_at would have moved.
    expect(await place.rows('shop_item')).toEqual(before);

    const full = await place.sync(app, [listing([pageOf([item('a', { n: 101 }), ...records.slice(1)])])], {
      mode: 'full',
    });
    expect(full.result).toMatchObject({ created: 0, updated: 1, unchanged: 1, deleted: 1 });
    const rows = await place.rows('shop_item');
    expect(rows.map(({ external_id }) => external_id)).toEqual(['a', 'b']);
    expect(rows[1]).toEqual(before[1]);
    expect(await column('select n from supasaasy.shop_items order by 1', 'taken')).toEqual(['101', '2']);
    // The next sync knows the written row by its hash, although the trigger of the other program moved its updated_at.
    const again = await place.sync(app, [listing([pageOf([item('a', { n: 101 })])])]);
    expect(again.result).toMatchObject({ updated: 0, unchanged: 1 });
    await place.close();
  });

  test('keeps them when the migration is undone', async () => {
    const { database } = await emptyDatabase('kept');
    await server.query(ORIGINAL, 'kept');
    const columns = `select column_name from information_schema.columns where table_schema = 'supasaasy' order by 1`;
    const before = [await column(columns, 'kept'), await column(NAMES, 'kept')];
    await up(database);
    expect(await column(columns, 'kept')).toContain('payload_hash');
    await down(database);
    expect([await column(columns, 'kept'), await column(NAMES, 'kept')]).toEqual(before);
    expect(await column('select count(*)::int from supasaasy.entities', 'kept')).toEqual([3]);
    await database.close();
  });

  test('is migrated by a user who may not create schemas', async () => {
    const { database } = await emptyDatabase('guarded');
    await server.query(
      `create role app_owner login password 'secret';
       create schema supasaasy authorization app_owner;
       grant create, usage on schema public to app_owner`,
      'guarded',
    );
    await database.close();
    const address = new URL(server.url('guarded'));
    address.username = 'app_owner';
    address.password = 'secret';
    const limited = await openDatabase({ url: address.href, file: '' });
    await migrate(limited);
    expect(await column(NAMES, 'guarded')).toContain('entities');
    await limited.close();
  });
});
