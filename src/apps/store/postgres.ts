import type { Knex } from 'knex';
import { codeOf } from '../../core/thrown.ts';
import type { AppEngine, CollectionRows } from './engine.ts';

interface Rows<Row> {
  readonly rows: Row[];
}
interface IdRow {
  readonly external_id: string;
}

const OF_COLLECTION = 'app_key = ? and collection_key = ?';
const UNTOUCHED = 'updated_at <= ?::timestamptz and created_at <= ?::timestamptz';

/**
 * A NUL character, a lone surrogate, a number beyond the range of `numeric`, text that is not UTF-8, and a value that is too long
 * for an index or a document.
 */
const REFUSALS: ReadonlySet<string> = new Set(['22P05', '22P02', '22003', '22021', '54000']);

const keyOf = ({ appKey, collectionKey }: CollectionRows): [string, string] => [appKey, collectionKey];
const idsOf = ({ rows }: Rows<IdRow>): string[] => rows.map((row) => row.external_id);

/** Entities on Postgres, in the schema `supasaasy`. */
export const postgresEngine: AppEngine = {
  async now(knex) {
    const { rows } = await knex.raw<Rows<{ now: string }>>(
      `select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as now`,
    );
    return rows[0]?.now ?? '';
  },

  async lookUp(knex, collection, ids) {
    const { rows } = await knex.raw<
      Rows<IdRow & { readonly payload_hash: string | null; readonly is_archived: boolean }>
    >(
      `select external_id, archived_at is not null as is_archived,
         case when payload_hashed_at = updated_at then payload_hash end as payload_hash
       from supasaasy.entities where ${OF_COLLECTION} and external_id = any (?::text[])`,
      [...keyOf(collection), [...ids]],
    );
    return rows.map((row) => ({
      externalId: row.external_id,
      payloadHash: row.payload_hash,
      isArchived: row.is_archived,
    }));
  },

  async differing(knex, collection, sent) {
    const { rows } = await knex.raw<Rows<IdRow & { readonly stored: string; readonly sent: string }>>(
      // As text, which keeps the digits: 1.10 and 1.1 are equal as numbers.
      `select external_id, stored, sent from (
         select page.external_id, known.raw_payload::text as stored, page.payload::jsonb::text as sent
         from unnest(?::text[], ?::text[]) as page (external_id, payload)
         join supasaasy.entities known
           on known.app_key = ? and known.collection_key = ? and known.external_id = page.external_id
       ) as pairs where stored <> sent`,
      [sent.map(({ externalId }) => externalId), sent.map(({ payload }) => payload), ...keyOf(collection)],
    );
    return rows.map((row) => ({ externalId: row.external_id, stored: row.stored, sent: row.sent }));
  },

  async write(transaction, collection, entities) {
    const { rows } = await transaction.raw<Rows<{ readonly created: boolean }>>(
      `insert into supasaasy.entities as known (
         app_key, collection_key, external_id, api_version, raw_payload, payload_hash, archived_at,
         created_at, updated_at, payload_hashed_at)
       select ?, ?, page.external_id, nullif(page.api_version, ''), page.payload::jsonb, page.payload_hash,
         case when page.is_archived then coalesce(nullif(page.archived_at, '')::timestamptz, earlier.archived_at, now()) end,
         now(), now(), now()
       from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::boolean[])
         as page (external_id, api_version, payload, payload_hash, archived_at, is_archived)
       left join supasaasy.entities earlier
         on earlier.app_key = ? and earlier.collection_key = ? and earlier.external_id = page.external_id
       on conflict (app_key, collection_key, external_id) do update set
         api_version = excluded.api_version,
         raw_payload = excluded.raw_payload,
         payload_hash = excluded.payload_hash,
         archived_at = excluded.archived_at,
         updated_at = now(),
         payload_hashed_at = now()
       returning known.xmax = 0 as created`,
      [
        ...keyOf(collection),
        entities.map(({ externalId }) => externalId),
        entities.map(({ apiVersion }) => apiVersion ?? ''),
        entities.map(({ payload }) => payload),
        entities.map(({ payloadHash }) => payloadHash),
        entities.map(({ archivedAt }) => archivedAt ?? ''),
        entities.map(({ isArchived }) => String(isArchived)),
        ...keyOf(collection),
      ],
    );
    return rows.filter(({ created }) => created).length;
  },

  isRefusal: (thrown) => REFUSALS.has(codeOf(thrown)),

  async remove(transaction, collection, ids) {
    return idsOf(
      await transaction.raw<Rows<IdRow>>(
        `delete from supasaasy.entities where ${OF_COLLECTION} and external_id = any (?::text[])
         returning external_id`,
        [...keyOf(collection), [...ids]],
      ),
    );
  },

  async removeUntouched(transaction, collection, ids, since) {
    return idsOf(
      await transaction.raw<Rows<IdRow>>(
        `delete from supasaasy.entities where ${OF_COLLECTION} and external_id = any (?::text[]) and ${UNTOUCHED}
         returning external_id`,
        [...keyOf(collection), [...ids], since, since],
      ),
    );
  },

  async untouchedIds(knex, collection, { since, after, limit }) {
    const begin = after === undefined ? '' : 'and external_id > ?';
    return idsOf(
      await knex.raw<Rows<IdRow>>(
        `select external_id from supasaasy.entities where ${OF_COLLECTION} and ${UNTOUCHED} ${begin}
         order by external_id limit ?`,
        [...keyOf(collection), since, since, ...(after === undefined ? [] : [after]), limit],
      ),
    );
  },

  async readState(knex, collection) {
    const { rows } = await knex.raw<
      Rows<{ readonly last_synced_at: Date; readonly last_sync_metadata: Record<string, unknown> }>
    >(`select last_synced_at, last_sync_metadata from supasaasy.sync_state where ${OF_COLLECTION}`, [
      ...keyOf(collection),
    ]);
    const [row] = rows;
    return row && { lastSyncedAt: row.last_synced_at, metadata: row.last_sync_metadata };
  },

  async writeState(transaction: Knex.Transaction, collection, { lastSyncedAt, metadata }) {
    await transaction.raw(
      `insert into supasaasy.sync_state (app_key, collection_key, last_synced_at, last_sync_metadata)
       values (?, ?, ?::timestamptz, ?::jsonb)
       on conflict (app_key, collection_key) do update set
         last_synced_at = excluded.last_synced_at,
         last_sync_metadata = excluded.last_sync_metadata,
         updated_at = now()`,
      [...keyOf(collection), lastSyncedAt.toISOString(), JSON.stringify(metadata)],
    );
  },
};
