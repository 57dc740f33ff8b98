import { createLogger, jsonFormat } from '../../../src/core/log.ts';
import type { Clock } from '../../../src/core/time/clock.ts';
import { systemClock } from '../../../src/core/time/clock.ts';
import type { CollectionReader } from '../../../src/apps/collection-reader.ts';
import { syncApp, type SyncOutcome } from '../../../src/apps/sync/sync-app.ts';
import type { SyncPorts } from '../../../src/apps/sync/ports.ts';
import type { SyncRequest } from '../../../src/apps/sync-result.ts';
import { appKeyOf } from '../../../src/definitions/app/app-key.ts';
import type { App, AppCollection, AppSpec } from '../../../src/definitions/app/types.ts';
import { fencedLeases } from '../../../src/state/leases/fenced-lease.ts';
import { openStateDatabase, type StateDatabase } from '../../../src/state/state-database.ts';

/** One row of the table of entities, as tests compare it. Times are texts of the database. */
export interface EntityRowOf {
  readonly external_id: string;
  readonly payload: string;
  readonly api_version: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly archived_at: string | null;
}

interface SyncOptions extends Partial<SyncRequest> {
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  readonly ports?: Partial<SyncPorts>;
}

/** A state database with the app's tables, and syncs of one app into it. */
export interface AppPlace {
  readonly database: StateDatabase;
  /** Log lines of all syncs so far. */
  readonly lines: string[];
  sync(app: App, readers: readonly CollectionReader[], options?: SyncOptions): Promise<SyncOutcome>;
  rows(collection: string, appKey?: string): Promise<EntityRowOf[]>;
  /** Entities by id, with their payloads. */
  stored(collection: string, appKey?: string): Promise<Record<string, unknown>>;
  state(collection: string, appKey?: string): Promise<string | undefined>;
  metadata(collection: string, appKey?: string): Promise<Record<string, unknown> | undefined>;
  readonly table: (name: 'entities' | 'sync_state') => string;
  clear(): Promise<void>;
  close(): Promise<void>;
}

export function testApp(spec: Partial<AppSpec> = {}, collections?: readonly AppCollection[]): App {
  return {
    apiVersion: 'sync.gemini.io/v1alpha1',
    kind: 'App',
    metadata: { name: 'shop' },
    spec: {
      baseUrl: 'https://api.shop.example',
      collections: collections ?? [{ key: 'shop_item', path: '/items' }],
      ...spec,
    },
  };
}

let runs = 0;

/** @param address of a Postgres database, or of the file of an embedded one */
export async function openAppPlace(address: { url?: string; file: string }): Promise<AppPlace> {
  const database = await openStateDatabase({ ...address, kind: 'app', readOnly: false, migrate: true });
  const lines: string[] = [];
  const log = createLogger({
    write: (line) => lines.push(line),
    level: 'info',
    format: jsonFormat,
    now: () => new Date(),
    redact: (line) => line,
  });
  const { knex, embedded } = database;
  const table = (name: string) => (embedded ? `supasaasy_${name}` : `supasaasy.${name}`);
  const text = (column: string) => (embedded ? column : `${column}::text as ${column}`);
  const rows = async (collection: string, appKey = 'shop') => {
    const answer: unknown = await knex.raw(
      `select external_id, ${embedded ? 'raw_payload' : 'raw_payload::text'} as payload, api_version,
         ${text('created_at')}, ${text('updated_at')}, ${text('archived_at')}
       from ${table('entities')} where app_key = ? and collection_key = ? order by external_id`,
      [appKey, collection],
    );
    return (embedded ? answer : (answer as { rows: unknown }).rows) as EntityRowOf[];
  };
  const stateRow = (collection: string, appKey: string) =>
    knex(table('sync_state'))
      .where({ app_key: appKey, collection_key: collection })
      .first<
        { last_synced_at: Date | string; last_sync_metadata: string | Record<string, unknown> } | undefined
      >();
  return {
    database,
    lines,
    rows,
    table,
    async sync(app, readers, { signal = new AbortController().signal, clock, ports, ...request } = {}) {
      const runId = `run-${runs++}`;
      const name = appKeyOf(app);
      const lease = request.dryRun === true ? undefined : await fencedLeases(database)(name, runId);
      try {
        return await syncApp(
          app,
          {
            appKey: name,
            mode: 'incremental',
            collections: undefined,
            dryRun: false,
            allowDeletes: undefined,
            ...request,
          },
          readers,
          {
            database,
            lease,
            runId,
            deleteLimit: { count: 25, ratio: 0.25 },
            clock: clock ?? systemClock,
            log,
            progress: () => undefined,
            redact: (message) => message,
            ...ports,
          },
          signal,
        );
      } finally {
        await lease?.release();
      }
    },
    async stored(collection, appKey) {
      const found = await rows(collection, appKey);
      return Object.fromEntries(found.map((row) => [row.external_id, JSON.parse(row.payload)]));
    },
    async state(collection, appKey = 'shop') {
      const row = await stateRow(collection, appKey);
      return row && new Date(row.last_synced_at).toISOString();
    },
    async metadata(collection, appKey = 'shop') {
      const row = await stateRow(collection, appKey);
      if (row === undefined) return undefined;
      const { last_sync_metadata: metadata } = row;
      return (typeof metadata === 'string' ? JSON.parse(metadata) : metadata) as Record<string, unknown>;
    },
    async clear() {
      await knex(table('entities')).delete();
      await knex(table('sync_state')).delete();
      lines.length = 0;
    },
    close: () => database.close(),
  };
}
