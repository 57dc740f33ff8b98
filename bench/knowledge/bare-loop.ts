/**
 * The bare loop that knowledge sources and apps are compared with, as a process of its own: `<name> <address> <database>`. It fetches
 * the same pages, parses them, and does with one statement a page what has to be done in the tables of the program; a page is a
 * transaction. It retries nothing, checks nothing and keeps no cursor. Prints its `Usage` as JSON, without the start of Node.
 */
import { hash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { EMBEDDING_DIMENSIONS } from '../../src/knowledge/embedder.ts';
import { offlineEmbedder } from '../../src/knowledge/embeddings/offline.ts';
import { openLoopDatabase, type LoopDatabase } from './loop-database.ts';

const PAGE = 100;
const SOURCE_ID = '00000000-0000-4000-8000-000000000001';
const DOCUMENT_ID = '00000000-0000-4000-8000-000000000002';
const EMBEDDER = 'offline-hash-v1';

interface Item {
  readonly id: string;
  readonly title: string;
  readonly body: string;
}

const [name = '', address = '', place = ''] = process.argv.slice(2);

async function eachPage(parameters: string, work: (items: readonly Item[]) => Promise<void>): Promise<void> {
  for (let after: string | null = '0'; after !== null;) {
    const answer: Response = await fetch(`${address}/items?limit=${PAGE}&after=${after}${parameters}`);
    const page = (await answer.json()) as { items: readonly Item[]; next: string | null };
    await work(page.items);
    after = page.next;
  }
}

const textOf = ({ title, body }: Item) => `${title}\n${body}`;
const hashOf = (text: string) => hash('sha256', text, 'hex');
const constant = new Float32Array(EMBEDDING_DIMENSIONS).fill(1 / Math.sqrt(EMBEDDING_DIMENSIONS));
const bytesOf = (vector: Float32Array) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);

async function vectorsOf(texts: readonly string[]): Promise<readonly Float32Array[]> {
  const embeddings = await offlineEmbedder.embed(texts, new AbortController().signal);
  return embeddings.map((embedding) => ('vector' in embedding ? embedding.vector : constant));
}

async function insertChunks(database: LoopDatabase, embed: boolean): Promise<void> {
  await database.insert('kb_sources', {
    ...{ id: [SOURCE_ID], tenant_id: ['demo'], type: ['rest'], title: ['Loop'] },
  });
  await database.insert('kb_docs', {
    ...{ id: [DOCUMENT_ID], tenant_id: ['demo'], source_id: [SOURCE_ID], title: ['Loop'] },
  });
  let index = 0;
  await eachPage('', async (items) => {
    const texts = items.map(textOf);
    const hashes = texts.map(hashOf);
    const vectors = embed ? await vectorsOf(texts) : texts.map(() => constant);
    await database.insert('kb_chunks', {
      id: items.map(() => randomUUID()),
      tenant_id: items.map(() => 'demo'),
      doc_id: items.map(() => DOCUMENT_ID),
      chunk_idx: items.map(() => index++),
      title: items.map(() => 'Loop'),
      content: texts,
      embedding: vectors.map(bytesOf),
      metadata: hashes.map((contentHash) =>
        JSON.stringify({ contentHash, sourceId: SOURCE_ID, itemIndex: index, embedder: EMBEDDER }),
      ),
      allowed_roles: items.map(() => database.list(['member'])),
      source_id: items.map(() => SOURCE_ID),
      content_hash: hashes,
      embedder: items.map(() => EMBEDDER),
      pass: items.map(() => 1),
    });
  });
}

const entities = (items: readonly Item[]) => {
  const payloads = items.map((item) => JSON.stringify(item));
  return {
    app_key: items.map(() => 'loop'),
    collection_key: items.map(() => 'items'),
    external_id: items.map(({ id }) => id),
    raw_payload: payloads,
    payload_hash: payloads.map((payload) => hash('sha256', payload, 'base64')),
  };
};

const LOOPS: Readonly<Record<string, (database: LoopDatabase) => Promise<void>>> = {
  embed: () =>
    eachPage('', async (items) => {
      await vectorsOf(items.map(textOf));
    }),
  'insert chunks': (database) => insertChunks(database, false),
  'embed and insert chunks': (database) => insertChunks(database, true),
  'mark chunks': (database) =>
    eachPage('', (items) =>
      database.markChunks(
        SOURCE_ID,
        items.map((item) => hashOf(textOf(item))),
      ),
    ),
  'insert entities': (database) =>
    eachPage('', (items) => database.insert(database.entities, entities(items))),
  'look up entities': (database) =>
    eachPage('', async (items) => {
      const { external_id, payload_hash } = entities(items);
      const known = await database.entityHashes('loop', 'items', external_id);
      if (external_id.some((id, index) => known.get(id) !== payload_hash[index]))
        throw new Error('An entity is not as it was inserted.');
    }),
  'change entities': (database) =>
    eachPage('&updated_since=2026-11-02T00:00:00Z', (items) =>
      database.insert(database.entities, entities(items), true),
    ),
};

const loop = LOOPS[name];
if (loop === undefined) throw new Error(`Unknown loop: ${name}.`);
const database = await openLoopDatabase(place);
const startedMs = performance.now();
const started = process.cpuUsage();
await loop(database);
const { user, system } = process.cpuUsage(started);
const wallSeconds = (performance.now() - startedMs) / 1_000;
await database.close();
const [, kilobytes = '0'] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
process.stdout.write(
  JSON.stringify({ wallSeconds, cpuSeconds: (user + system) / 1e6, peakRssMb: Number(kilobytes) / 1_024 }),
);
