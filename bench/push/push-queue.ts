/**
 * Measures how fast pushes are stored, as a ratio to what Postgres does with the same rows in the same minutes when the same
 * driver inserts them by one bare statement: the row of the batch, and its events as one multi-row INSERT. The bare tables
 * have their keys and nothing else.
 *
 *     node --import tsx bench/push/push-queue.ts
 */
import { performance } from 'node:perf_hooks';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../scripts/embedded-postgres.ts';
import { PUSH_CONNECTIONS_MAX } from '../../src/state/limits.ts';
import { packEvents, type PushEvent } from '../../src/push/events/packed-events.ts';
import type { NewPushBatch } from '../../src/state/push/batch.ts';
import { migrateState } from '../../src/state/run/open-state.ts';
import { openPushQueue } from '../../src/state/push/queue.ts';

const SECONDS = 3;
const ROUNDS = 3;
/** Of one document; a ticket has some. */
const DOCUMENT_BYTES = 600;
/** Pushes at the same time: more than there are connections, as on a busy server. */
const PUSHES_AT_ONCE = 16;

const DOCUMENT = JSON.stringify({ title: 'A ticket', content: 'x'.repeat(DOCUMENT_BYTES) });

const server = await startEmbeddedPostgres();
const url = server.url();
await migrateState({ url, file: '' });
const pool = new pg.Pool({ connectionString: url, max: PUSH_CONNECTIONS_MAX });
// Connections that the stopping server ends on its own are no news.
pool.on('error', () => undefined);
const queue = await openPushQueue({ url, file: '' });
let number = 0;
try {
  await pool.query(
    `create table bare_batches (id bigint primary key, connector_id text, idempotency_key text, body_checksum text,
       push_run_id text, received_at text, expires_at text, answer text);
     create table bare_events (batch_id bigint, seq integer, doc_id text, op text, document text,
       primary key (batch_id, seq))`,
  );
  for (const events of [1, 100, 1_000]) {
    const ratios: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const bare = await pushesPerSecond(() => insertBare(events));
      const pushed = await pushesPerSecond(() => queue.enqueue(batchOf(events)));
      ratios.push(pushed / bare);
    }
    const list = ratios.map((ratio) => ratio.toFixed(2)).join(' ');
    process.stdout.write(`${String(events).padStart(5)} events a push   x bare insert: ${list}\n`);
  }
} finally {
  await queue.close();
  await pool.end();
  await server.stop();
}

async function pushesPerSecond(push: () => Promise<unknown>): Promise<number> {
  await pool.query('truncate bare_batches, bare_events, push_batches, push_events');
  await pool.query('checkpoint');
  const startedMs = performance.now();
  const endMs = startedMs + SECONDS * 1_000;
  let done = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() < endMs) {
      await push();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: PUSHES_AT_ONCE }, worker));
  return done / ((performance.now() - startedMs) / 1_000);
}

function batchOf(events: number): NewPushBatch {
  number += 1;
  const answer = `{"accepted":${events},"rejected":0,"run_id":"push-${number}","errors":[]}`;
  return {
    connectorId: 'support',
    idempotencyKey: `key-${number}`,
    bodyChecksum: 'sha256:0',
    pushRunId: `push-${number}`,
    pushedBy: 'bench',
    receivedAt: new Date(),
    keySeconds: 86_400,
    answer,
    orderedAnswer: () => answer,
    rejected: 0,
    events: packEvents(eventsOf(events)),
  };
}

function eventsOf(count: number): PushEvent[] {
  return Array.from({ length: count }, (_, at) => ({
    docId: `support:${number}-${at}`,
    op: 'UPSERT',
    document: DOCUMENT,
  }));
}

async function insertBare(size: number): Promise<void> {
  const { connectorId, idempotencyKey, bodyChecksum, pushRunId, receivedAt, answer } = batchOf(size);
  const received = receivedAt.toISOString();
  const expires = new Date(receivedAt.getTime() + 86_400_000).toISOString();
  const values: unknown[] = [
    ...[number, connectorId, idempotencyKey, bodyChecksum, pushRunId, received, expires, answer],
  ];
  const tuples = eventsOf(size).map(({ docId, op, document }, seq) => {
    const first = values.push(number, seq, docId, op, document) - 4;
    return `($${first}, $${first + 1}, $${first + 2}, $${first + 3}, $${first + 4})`;
  });
  await pool.query(
    `with batch as (insert into bare_batches values ($1, $2, $3, $4, $5, $6, $7, $8))
     insert into bare_events values ${tuples.join(', ')}`,
    values,
  );
}
