/**
 * Measures runs that drain pushed documents from the queue and deliver them to stand-ins of Google, as ratios to a floor: psql
 * copies the same documents out of a table as JSON.
 *
 *     npm run bench:drain -- --events 100000 --rounds 3
 */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../scripts/embedded-postgres.ts';
import { packEvents } from '../../src/push/events/packed-events.ts';
import { openPushQueue } from '../../src/state/push/queue.ts';
import { emptyDatabase } from '../measure/empty-database.ts';
import { cpuRatio, meanCost, median, textTable, wallRatio } from '../measure/figures.ts';
import type { ComparedCost, Cost } from '../measure/figures.ts';
import { PSQL } from '../measure/floor.ts';
import { startGoogle } from '../measure/google.ts';
import { measuredChild } from '../measure/measured-child.ts';
import { measuredProgram } from '../measure/measured-process.ts';
import { measuredRun } from '../measure/measured-run.ts';
import { treeCpuSeconds } from '../measure/process-tree.ts';

const CONNECTOR = fileURLToPath(new URL('../../connectors/support-push.yaml', import.meta.url));
const EVENTS_PER_PUSH = 1_000;
const CONTENT = 'The cable on desk 4 was replaced; "all good", says Jürgen. '.repeat(10);
const KEY_SECONDS = 86_400;
/** The version of a document's content in each run: the first load, the same again, and all of them changed. */
const RUNS = [
  { title: 'every document is new', version: 1, counted: 'added' },
  { title: 'every document is known', version: 1, counted: 'unchanged' },
  { title: 'every document is changed', version: 2, counted: 'changed' },
] as const;

const { values } = parseArgs({
  options: { events: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '1' } },
});
const events = Number(values.events);
if (PSQL === undefined) throw new Error('The floor needs psql in PATH.');
const psql = PSQL;

const folder = await mkdtemp(join(tmpdir(), 'bench-'));
const server = await startEmbeddedPostgres({ settings: { autovacuum: 'off' } });
const google = await startGoogle(CONNECTOR);
const costs = RUNS.map((): ComparedCost[] => []);
try {
  for (let round = 1; round <= Number(values.rounds); round++) await measureRound(round);
  const middle = (of: (cost: ComparedCost) => number, index: number, digits = 2) =>
    median((costs[index] ?? []).map(of)).toFixed(digits);
  const lines = RUNS.map(({ title }, index) => [
    title,
    middle(cpuRatio, index),
    middle(wallRatio, index),
    middle(({ peakRssMb }) => peakRssMb, index, 0),
    middle(({ cpuSeconds }) => cpuSeconds, index),
    middle(({ serverCpuSeconds }) => serverCpuSeconds, index),
  ]);
  const heading = [
    `drain of ${events.toLocaleString('en-US')}`,
    'x CPU',
    'x wall',
    'RSS MB',
    'CPU s',
    'server s',
  ];
  process.stdout.write(textTable([heading, ...lines]));
} finally {
  await google.stop();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}

async function measureRound(round: number): Promise<void> {
  const stateUrl = await emptyDatabase(server.url(), `drain_${round}`);
  const place = { sourceUrl: '', folder: join(folder, String(round)), stateUrl, google };
  await mkdir(place.folder);
  await measuredProgram(['migrate'], { folder: place.folder, env: { DATABASE_URL: stateUrl } });
  await fillFloorTable(stateUrl);
  for (const [index, { version, counted }] of RUNS.entries()) {
    await push(stateUrl, version);
    const before = await floor(stateUrl);
    const serverBefore = treeCpuSeconds(server.pid);
    const { counts, ...usage } = await measuredRun(place, 0, CONNECTOR);
    const serverCpuSeconds = treeCpuSeconds(server.pid) - serverBefore;
    if (counts[counted] !== events) throw new Error(`The run counted ${JSON.stringify(counts)}.`);
    const cost = { ...usage, serverCpuSeconds, cpuSeconds: usage.cpuSeconds + serverCpuSeconds };
    costs[index]?.push({ ...cost, floor: meanCost(before, await floor(stateUrl)) });
  }
}

/** Puts an upsert of every document into the queue, as the push API does. */
async function push(url: string, version: number): Promise<void> {
  const queue = await openPushQueue({ url, file: '' });
  for (let first = 0; first < events; first += EVENTS_PER_PUSH) {
    const count = Math.min(EVENTS_PER_PUSH, events - first);
    const list = Array.from({ length: count }, (_, at) => ({
      docId: `support-push:${first + at}`,
      op: 'UPSERT' as const,
      document: documentOf(first + at, version),
    }));
    await queue.enqueue({
      connectorId: 'support-push',
      idempotencyKey: randomUUID(),
      bodyChecksum: 'sha256:0',
      pushRunId: randomUUID(),
      pushedBy: 'bench',
      receivedAt: new Date(),
      keySeconds: KEY_SECONDS,
      answer: '{}',
      orderedAnswer: () => '{}',
      rejected: 0,
      events: packEvents(list),
    });
  }
  await queue.close();
}

function documentOf(number: number, version: number): string {
  return JSON.stringify({
    acl_groups: [],
    acl_users: [`agent.${number % 40}@example.com`, `lead.${number % 7}@example.com`],
    content: `${version} ${CONTENT}`,
    metadata: { priority: number % 4, queue: 'hardware' },
    mime_type: 'text/plain',
    title: `Ticket ${number}`,
  });
}

async function fillFloorTable(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query('CREATE TABLE documents (id text, document jsonb)');
  await client.query(
    `INSERT INTO documents SELECT 'support-push:' || n, $1::jsonb FROM generate_series(1, ${events}) AS n`,
    [documentOf(1, 1)],
  );
  await client.end();
}

function floor(url: string): Promise<Cost> {
  const copy = `\\copy (SELECT row_to_json(d) FROM documents AS d) TO 'rows.json'`;
  const args = ['--no-psqlrc', '--quiet', '--command', copy, url];
  return measuredChild({ file: psql, args, cwd: folder }, server.pid);
}
