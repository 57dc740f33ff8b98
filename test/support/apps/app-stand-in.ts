import type { CollectionResult, SyncResult } from '../../../src/apps/sync-result.ts';
import type { AppSyncOptions } from '../../../src/app/sync/app-work.ts';
import type { FindApp } from '../../../src/app/sync/find-app.ts';
import type { SyncRunner } from '../../../src/app/sync/sync-runner.ts';
import type { App } from '../../../src/definitions/app/types.ts';

export const CRM: App = {
  apiVersion: 'sync.gemini.io/v1alpha1',
  kind: 'App',
  metadata: { name: 'crm' },
  spec: {
    baseUrl: 'http://127.0.0.1:9',
    collections: [
      { key: 'contacts', path: '/contacts' },
      { key: 'deals', path: '/deals' },
    ],
  },
};

/** Finds the app `crm` alone. */
export const findCrm: FindApp = (appKey) =>
  Promise.resolve(
    appKey === 'crm' ? { app: CRM, appKey, file: 'crm.yaml', load: () => Promise.resolve(CRM) } : undefined,
  );

const COUNTS = { created: 0, updated: 0, deleted: 0, unchanged: 0, held: 0, errors: 0 };

function collection(collectionKey: string, counts: Partial<CollectionResult> = {}): CollectionResult {
  return {
    ...COUNTS,
    collectionKey,
    mode: 'full',
    pages: 1,
    holdReason: null,
    lastSyncedAt: null,
    ...counts,
  };
}

export const SYNCED: SyncResult = {
  ...COUNTS,
  appKey: 'crm',
  mode: 'incremental',
  status: 'completed',
  created: 3,
  updated: 2,
  deleted: 1,
  unchanged: 4,
  collections: [
    collection('contacts', { created: 3, unchanged: 4 }),
    collection('deals', { updated: 2, deleted: 1 }),
  ],
  problems: [],
  durationMs: 12.4,
  nextRunAfter: undefined,
};

export const PARTLY_SYNCED: SyncResult = {
  ...SYNCED,
  status: 'partial',
  errors: 1,
  updated: 0,
  deleted: 0,
  collections: [collection('contacts', { created: 3, unchanged: 4 }), collection('deals', { errors: 1 })],
  problems: [{ collectionKey: 'deals', code: 'SOURCE_LOST', message: 'GET /deals answered 500.' }],
};

/** Stands in for the syncs of a process, which other tests cover; the test says how each one ends. */
export function runnerStandIn(
  run: (
    options: AppSyncOptions,
    signal: AbortSignal,
    number: number,
  ) => Promise<SyncResult> | SyncResult = () => SYNCED,
) {
  const orders: AppSyncOptions[] = [];
  const runner: SyncRunner = {
    async run(_place, options, signal) {
      orders.push(options);
      return run(options, signal, orders.length);
    },
    redact: (text) => text.replaceAll('hunter22', '***'),
  };
  return { runner, orders };
}
