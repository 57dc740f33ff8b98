/**
 * How long the server works for each page and each answer of Ops, with 100,000 runs of 500 connectors in the state.
 * `node --import tsx bench/ops.ts`, or with `--runs 10000`. Prints for each route, in milliseconds: the median of 20 requests
 * by the clock, and the processor time of one by this process, which is the server and its client; then the bytes answered.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { startEmbeddedPostgres } from '../scripts/embedded-postgres.ts';
import { systemClock } from '../src/core/clock.ts';
import { NO_ACCESS } from '../test/support/bridge-server.ts';
import { silentLogger } from '../src/core/log.ts';
import { openBridgeServer } from '../src/server/open-bridge-server.ts';
import { openDatabase } from '../src/state/database.ts';
import { migrate } from '../src/state/migrations.ts';
import { connectorName, fillRuns } from '../test/support/many-runs.ts';

const ROUNDS = 20;
const CONNECTORS = 500;

const { values } = parseArgs({ options: { runs: { type: 'string', default: '100000' } } });
const runs = Number(values.runs);

const ROUTES: readonly (readonly [name: string, path: string])[] = [
  ['snapshot', '/v1/ops/snapshot'],
  ['snapshot, a year', '/v1/ops/snapshot?window_hours=8784'],
  ['snapshot, one status', '/v1/ops/snapshot?status=FAILED&window_hours=8784'],
  ['snapshot, deep page', `/v1/ops/snapshot?window_hours=8784&limit_runs=500&offset_runs=${runs - 1_000}`],
  ['snapshot, connector', `/v1/ops/snapshot?connector_id=${connectorName(7)}&window_hours=8784`],
  ['connector', `/v1/ops/connectors/${connectorName(7)}`],
  ['run', '/v1/ops/runs/R0000007'],
  ['page /ops', '/ops'],
  ['page, all connectors', '/ops?connectors=all'],
  ['page, a year', '/ops?window_hours=8784&status=HELD'],
  ['page of a connector', `/ops/connectors/${connectorName(7)}`],
  ['page of a run', '/ops/runs/R0000007'],
];

await measure('SQLite', undefined);
const postgres = await startEmbeddedPostgres();
try {
  await measure('Postgres', postgres.url());
} finally {
  await postgres.stop();
}

async function measure(engine: string, databaseUrl: string | undefined): Promise<void> {
  const cwd = await mkdtemp(join(tmpdir(), 'bench-ops-'));
  try {
    await prepare(cwd, databaseUrl);
    const server = await openBridgeServer({
      host: '127.0.0.1',
      port: 0,
      version: 'bench',
      databaseUrl,
      connectorsDir: 'connectors',
      cwd,
      clock: systemClock,
      log: silentLogger,
      runLinks: {},
      access: NO_ACCESS,
    });
    process.stdout.write(`\n${engine}, ${runs} runs of ${CONNECTORS} connectors\n`);
    for (const [name, path] of ROUTES) process.stdout.write(`${await timed(name, server.address + path)}\n`);
    await server.stop();
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

async function timed(name: string, url: string): Promise<string> {
  // The first one reads the folder of connectors and their schedules.
  let bytes = await sizeOf(url);
  const took: number[] = [];
  const before = process.cpuUsage();
  for (let round = 0; round < ROUNDS; round++) {
    const from = performance.now();
    bytes = await sizeOf(url);
    took.push(performance.now() - from);
  }
  const { user, system } = process.cpuUsage(before);
  const median = took.sort((left, right) => left - right)[ROUNDS / 2] ?? Number.NaN;
  const figures = [
    median.toFixed(1),
    ((user + system) / 1_000 / ROUNDS).toFixed(1),
    `${Math.round(bytes / 1_024)} kB`,
  ];
  return `  ${figures.map((figure) => figure.padStart(8)).join(' ')}  ${name}`;
}

async function sizeOf(url: string): Promise<number> {
  const answer = await fetch(url, { headers: { accept: 'text/html' } });
  if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}.`);
  return (await answer.arrayBuffer()).byteLength;
}

async function prepare(cwd: string, url: string | undefined): Promise<void> {
  await mkdir(join(cwd, 'connectors'));
  await Promise.all(
    Array.from({ length: CONNECTORS }, (_, index) =>
      writeFile(join(cwd, 'connectors', `${connectorName(index)}.yaml`), connectorFile(index)),
    ),
  );
  const database = await openDatabase({ url, file: join(cwd, '.gemini-sync-bridge', 'state.db') });
  try {
    await migrate(database);
    await fillRuns(database, { connectors: CONNECTORS, runs, now: new Date() });
    // As autovacuum does after so many rows, and as SQLite does not by itself.
    if (url !== undefined) await database.knex.raw('vacuum analyze');
  } finally {
    await database.close();
  }
}

function connectorFile(index: number): string {
  const name = connectorName(index);
  return JSON.stringify({
    apiVersion: 'sync.gemini.io/v1alpha1',
    kind: 'Connector',
    metadata: { name },
    spec: {
      mode: 'sql_pull',
      schedule: `${index % 60} * * * *`,
      source: { type: 'postgres', secretRef: 'bench-db', query: 'SELECT id, name, team FROM people' },
      mapping: { idField: 'id', titleField: 'name', contentTemplate: '{{ name }}' },
      output: { bucket: 'gs://bench-bucket', prefix: name, format: 'ndjson' },
      gemini: { projectId: 'my-project', location: 'global', dataStoreId: 'people' },
      reconciliation: { deletePolicy: 'auto_delete_missing' },
    },
  });
}
