import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { openDatabase, type Database, type DatabaseAddress } from '../../../src/database/database.ts';

const SEED = fileURLToPath(new URL('../../../connectors/support-push.yaml', import.meta.url));
const PULLED = fileURLToPath(new URL('../../../connectors/hr-employees.yaml', import.meta.url));

/** Content that is eight times as long as what is sent. */
const OPEN = `
apiVersion: sync.gemini.io/v1alpha1
kind: Connector
metadata: { name: open-push }
spec:
  mode: rest_push
  source: { type: http, secretRef: open-push-token }
  mapping: { idField: [site, id], titleField: title, contentTemplate: "${'{{ text }}'.repeat(8)}", metadataFields: [price, facts] }
  output: { bucket: gs://company-gemini-sync, prefix: open-push, format: ndjson }
  gemini: { projectId: my-project, location: global, dataStoreId: open-ds }
  reconciliation: { deletePolicy: never_delete }
`;

/** A folder `connectors` with `support-push` (readers, deletes), `open-push` (neither) and `hr-employees` (pulled). */
export function pushConnectors(cwd: string): string {
  const folder = join(cwd, 'connectors');
  mkdirSync(folder, { recursive: true });
  cpSync(SEED, join(folder, 'support-push.yaml'));
  cpSync(PULLED, join(folder, 'hr-employees.yaml'));
  writeFileSync(join(folder, 'open-push.yaml'), OPEN);
  return folder;
}

export interface StoredEvent {
  readonly doc_id: string;
  readonly op: string;
  readonly document: string | null;
}

/** What waits in the queue of a state store, in its order. */
export async function openQueueReader(address: DatabaseAddress) {
  const database: Database = await openDatabase(address);
  return {
    /** @param pushRunId the push to read; without it, all pushes */
    events(pushRunId?: string): Promise<StoredEvent[]> {
      const events = database
        .knex('waiting_events')
        .join('push_batches', 'push_batches.id', 'waiting_events.batch_id')
        .orderBy(['waiting_events.batch_id', 'waiting_events.seq'])
        .select<StoredEvent[]>('doc_id', 'op', 'document');
      return pushRunId === undefined ? events : events.where({ push_run_id: pushRunId });
    },
    close: () => database.close(),
  };
}

/** Makes the keys of all pushes as old as if they had expired. */
export async function expireKeys(address: DatabaseAddress): Promise<void> {
  const database = await openDatabase(address);
  try {
    await database.knex('push_batches').update({ expires_at: '2020-01-01T00:00:00.000Z' });
  } finally {
    await database.close();
  }
}

/** Headers of a push; a key of its own unless given. */
export function pushHeaders(type: string, key: string = randomUUID()): Record<string, string> {
  return { 'content-type': type, 'idempotency-key': key };
}
