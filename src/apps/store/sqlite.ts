import type { Knex } from 'knex';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AppEngine, CollectionRows } from './engine.ts';

interface IdRow {
  readonly external_id: string;
}

const OF_COLLECTION = 'app_key = ? and collection_key = ?';
const UNTOUCHED = 'updated_at <= ? and created_at <= ?';
const NOW = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";
const IDS = 'select value from json_each(?)';
/** The clock of SQLite has milliseconds. */
const CLOCK_STEP_MS = 1;

const keyOf = ({ appKey, collectionKey }: CollectionRows): [string, string] => [appKey, collectionKey];
const idsOf = (rows: readonly IdRow[]): string[] => rows.map((row) => row.external_id);

/** Entities on the embedded SQLite, in tables with the prefix `supasaasy_`. JSON and times are text there. */
export const sqliteEngine: AppEngine = {
  async now(knex) {
    const now = await clock(knex);
    while ((await clock(knex)) <= now) await sleep(CLOCK_STEP_MS);
    return now;
  },

  async lookUp(knex, collection, ids) {
    const rows = await knex.raw<
      (IdRow & { readonly payload_hash: string | null; readonly is_archived: number })[]
    >(
      `select external_id, archived_at is not null as is_archived,
         case when payload_hashed_at = updated_at then payload_hash end as payload_hash
       from supasaasy_entities where ${OF_COLLECTION} and external_id in (${IDS})`,
      [...keyOf(collection), JSON.stringify(ids)],
    );
    return rows.map((row) => ({
      externalId: row.external_id,
      payloadHash: row.payload_hash,
      isArchived: row.is_archived === 1,
    }));
  },

  async differing(knex, collection, sent) {
    const payloads = new Map(sent.map(({ externalId, payload }) => [externalId, payload]));
    const rows = await knex.raw<(IdRow & { readonly raw_payload: string })[]>(
      `select external_id, raw_payload from supasaasy_entities where ${OF_COLLECTION} and external_id in (${IDS})`,
      [...keyOf(collection), JSON.stringify([...payloads.keys()])],
    );
    return rows.flatMap(({ external_id: externalId, raw_payload: stored }) => {
      const now = payloads.get(externalId);
      return now === undefined || now === stored ? [] : [{ externalId, stored, sent: now }];
    });
  },

  async write(transaction, collection, entities) {
    const known = await this.lookUp(
      transaction,
      collection,
      entities.map(({ externalId }) => externalId),
    );
    // One time for all of them, so that the hash is known to belong to the row.
    const now = await clock(transaction);
    const rows = entities.map((entity) => [
      entity.externalId,
      entity.apiVersion,
      entity.payload,
      entity.payloadHash,
      entity.archivedAt,
      entity.isArchived,
    ]);
    await transaction.raw(
      `insert into supasaasy_entities as known (
         app_key, collection_key, external_id, api_version, raw_payload, payload_hash, archived_at,
         created_at, updated_at, payload_hashed_at)
       select ?, ?, value ->> 0, value ->> 1, value ->> 2, value ->> 3,
         case when value ->> 5 then coalesce(value ->> 4, earlier.archived_at, ?) end, ?, ?, ?
       from json_each(?)
       left join supasaasy_entities earlier
         on earlier.app_key = ? and earlier.collection_key = ? and earlier.external_id = value ->> 0
       where true
       on conflict (app_key, collection_key, external_id) do update set
         api_version = excluded.api_version,
         raw_payload = excluded.raw_payload,
         payload_hash = excluded.payload_hash,
         archived_at = excluded.archived_at,
         updated_at = excluded.updated_at,
         payload_hashed_at = excluded.payload_hashed_at`,
      [...keyOf(collection), now, now, now, now, JSON.stringify(rows), ...keyOf(collection)],
    );
    return entities.length - known.length;
  },

  // What Postgres would refuse is refused before it is written.
  isRefusal: () => false,

  async remove(transaction, collection, ids) {
    return idsOf(
      await transaction.raw<IdRow[]>(
        `delete from supasaasy_entities where ${OF_COLLECTION} and external_id in (${IDS}) returning external_id`,
        [...keyOf(collection), JSON.stringify(ids)],
      ),
    );
  },

  async removeUntouched(transaction, collection, ids, since) {
    return idsOf(
      await transaction.raw<IdRow[]>(
        `delete from supasaasy_entities where ${OF_COLLECTION} and external_id in (${IDS}) and ${UNTOUCHED}
         returning external_id`,
        [...keyOf(collection), JSON.stringify(ids), since, since],
      ),
    );
  },

  async untouchedIds(knex, collection, { since, after = '', limit }) {
    return idsOf(
      await knex.raw<IdRow[]>(
        `select external_id from supasaasy_entities where ${OF_COLLECTION} and ${UNTOUCHED} and external_id > ?
         order by external_id limit ?`,
        [...keyOf(collection), since, since, after, limit],
      ),
    );
  },

  async readState(knex, collection) {
    const [row] = await knex.raw<{ readonly last_synced_at: string; readonly last_sync_metadata: string }[]>(
      `select last_synced_at, last_sync_metadata from supasaasy_sync_state where ${OF_COLLECTION}`,
      [...keyOf(collection)],
    );
    if (row === undefined) return undefined;
    const metadata: unknown = JSON.parse(row.last_sync_metadata);
    return {
      lastSyncedAt: new Date(row.last_synced_at),
      metadata: typeof metadata === 'object' && metadata !== null ? { ...metadata } : {},
    };
  },

  async writeState(transaction, collection, { lastSyncedAt, metadata }) {
    await transaction.raw(
      `insert into supasaasy_sync_state (app_key, collection_key, last_synced_at, last_sync_metadata)
       values (?, ?, ?, ?)
       on conflict (app_key, collection_key) do update set
         last_synced_at = excluded.last_synced_at,
         last_sync_metadata = excluded.last_sync_metadata,
         updated_at = ${NOW}`,
      [...keyOf(collection), lastSyncedAt.toISOString(), JSON.stringify(metadata)],
    );
  },
};

async function clock(knex: Knex): Promise<string> {
  const [row] = await knex.raw<{ readonly now: string }[]>(`select ${NOW} as now`);
  return row?.now ?? '';
}
