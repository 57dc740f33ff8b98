import { PUSH_CONNECTIONS_MAX, PUSH_PURGE_BATCHES } from '../limits.ts';
import type { Database, DatabaseAddress } from '../../database/database.ts';
import { noteRefusedPush, purgeRefusedPushes, type RefusedPush } from './refused.ts';
import { storePush } from './store-push.ts';
import { openServerDatabase } from '../../database/open-server-database.ts';
import type { NewPushBatch } from './batch.ts';
import { purgeTombstones } from './tombstones.ts';
import { storeOrderedPush, type OrderedPush } from './ordered-events.ts';
import type { QueueDepth } from '../../pipeline/ports/push-port.ts';
import { queueDepth, queueDepths } from './depth.ts';

/** `replay`: the response that the same push got before. `conflict`: the key was used for another body. */
type EnqueueResult = 'stored' | OrderedPush | 'conflict' | { readonly replay: string };

/** The fields of a batch that decide whether it was received before. */
type KeyedBatch = Pick<NewPushBatch, 'connectorId' | 'idempotencyKey' | 'bodyChecksum'>;

/**
 * The queue from the side of the server; runs drain it through their own connection. Every call fails with BridgeError
 * STATE_UNREACHABLE, which may be temporary, or STATE_FAILED.
 */
export interface PushQueue {
  /**
   * The batch is stored durably when this resolves with `stored`, completely or not at all. If several pushes have one key at the
   * same time, one of them is stored. An event with a version is stored unless a newer version of its document is known; the push
   * then has its own response.
   */
  enqueue(batch: NewPushBatch): Promise<EnqueueResult>;
  /** What `enqueue` would return for a batch with this key; undefined if it would store the batch. Stores nothing. */
  recall(batch: KeyedBatch): Promise<Exclude<EnqueueResult, 'stored' | OrderedPush> | undefined>;
  /** Remembers that a push was refused as a whole, for Ops. */
  noteRefused(push: RefusedPush): Promise<void>;
  /** Reads an index with one entry for each waiting batch. */
  depth(connectorId: string): Promise<QueueDepth>;
  /** All connectors that have waiting batches, by name. */
  depths(): Promise<ReadonlyMap<string, QueueDepth>>;
  /**
   * Deletes batches that are done and whose key has expired, expired refused pushes, and versions of documents that were deleted `PUSH_TOMBSTONE_DAYS`
   * ago, both by the clock of the database.
   * @returns the number of deleted batches
   */
  purge(): Promise<number>;
  close(): Promise<void>;
}

/**
 * Opens the push queue of a state store. The embedded one is created and migrated as needed.
 * @throws BridgeError ENVIRONMENT_INVALID, STATE_UNREACHABLE, STATE_FAILED, STATE_NEWER or STATE_NOT_MIGRATED.
 */
export async function openPushQueue(address: DatabaseAddress): Promise<PushQueue> {
  const store = await openServerDatabase(address, { connections: PUSH_CONNECTIONS_MAX });
  return {
    enqueue: (batch) => store.guarded((database) => enqueue(database, batch)),
    recall: (batch) => store.guarded((database) => recall(database, batch)),
    noteRefused: (push) => store.guarded((database) => noteRefusedPush(database, push)),
    depth: (connectorId) => store.guarded((database) => queueDepth(database, connectorId)),
    depths: () => store.guarded(queueDepths),
    purge: () => store.guarded(purge),
    close: () => store.close(),
  };
}

async function enqueue(database: Database, batch: NewPushBatch): Promise<EnqueueResult> {
  const { knex, dialect } = database;
  const key = { connector_id: batch.connectorId, idempotency_key: batch.idempotencyKey };
  for (;;) {
    const stored = await store(database, batch);
    if (stored !== undefined) return stored;
    // The batch may still wait for a run, so only the key is freed.
    const freed = await knex('push_batches')
      .where(key)
      .where('expires_at', '<=', knex.raw(dialect.clockText(0)))
      .update({ idempotency_key: null });
    if (freed > 0) continue;
    const known = await knex('push_batches').where(key).first('body_checksum', 'answer');
    // Otherwise the key was freed, or its batch was purged, in the meantime.
    if (known !== undefined) {
      return known.body_checksum === batch.bodyChecksum ? { replay: known.answer } : 'conflict';
    }
  }
}

function store(database: Database, batch: NewPushBatch): Promise<'stored' | OrderedPush | undefined> {
  return batch.events.versions.length === 0
    ? storePush(database.dialect, database.knex, batch).then((stored) => (stored ? 'stored' : undefined))
    : storeOrderedPush(database, batch);
}

async function recall({ knex, dialect }: Database, batch: KeyedBatch) {
  const known = await knex('push_batches')
    .where({ connector_id: batch.connectorId, idempotency_key: batch.idempotencyKey })
    .where('expires_at', '>', knex.raw(dialect.clockText(0)))
    .first('body_checksum', 'answer');
  if (known === undefined) return undefined;
  return known.body_checksum === batch.bodyChecksum ? { replay: known.answer } : 'conflict';
}

async function purge(database: Database): Promise<number> {
  await purgeTombstones(database);
  await purgeRefusedPushes(database);
  const { knex, dialect } = database;
  for (let purged = 0; ;) {
    const expired = knex('push_batches')
      .where({ status: 'done' })
      .where('expires_at', '<=', knex.raw(dialect.clockText(0)))
      .orderBy('expires_at')
      .limit(PUSH_PURGE_BATCHES)
      .select('id');
    const some = await knex('push_batches').whereIn('id', expired).delete();
    purged += some;
    if (some < PUSH_PURGE_BATCHES) return purged;
  }
}
