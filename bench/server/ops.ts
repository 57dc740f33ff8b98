/**
 * How long the server works for each page and each answer of Ops, with 100,000 runs of 500 connectors in the state.
 * `node --import tsx bench/server/ops.ts`, or with `--runs 10000`. Prints for each route, in milliseconds: the median of 20 requests
 * as the client sees them, and the processor time of the server's process for one; then the bytes answered. A database of its
 * own process is in the first figure alone.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startEmbeddedPostgres } from '../../scripts/embedded-postgres.ts';
import { openDatabase } from '../../src/database/database.ts';
import { migrate } from '../../src/database/migrations.ts';
import { connectorName, fillRuns } from '../../test/support/server/many-runs.ts';

const SERVER = fileURLToPath(new URL('ops-server.ts', import.meta.url));
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
    const server = fork(SERVER, [cwd, ...(databaseUrl === undefined ? [] : [databaseUrl])], {
      execArgv: ['--import', 'tsx'],
    });
    const address = String(await said(server));
    process.stdout.write(`\n${engine}, ${runs} runs of ${CONNECTORS} connectors\n  client   server\n`);
    for (const [name, path] of ROUTES) process.stdout.write(`${await timed(name, address + path, server)}\n`);
    server.send('stop');
    await once(server, 'exit');
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

async function timed(name: string, url: string, server: ChildProcess): Promise<string> {
  // The first ones read the folder of connectors and their schedules, and are compiled.
  for (let round = 0; round < ROUNDS; round++) await sizeOf(url);
  let bytes = 0;
  const took: number[] = [];
  const before = await usedMs(server);
  for (let round = 0; round < ROUNDS; round++) {
    const from = performance.now();
    bytes = await sizeOf(url);
    took.push(performance.now() - from);
  }
  const used = (await usedMs(server)) - before;
  const median = took.sort((left, right) => left - right)[ROUNDS / 2] ?? Number.NaN;
  const figures = [median.toFixed(1), (used / ROUNDS).toFixed(1), `${Math.round(bytes / 1_024)} kB`];
  return `  ${figures.map((figure) => figure.padStart(8)).join(' ')}  ${name}`;
}

async function usedMs(server: ChildProcess): Promise<number> {
  const answer = said(server);
  server.send('used');
  return Number(await answer);
}

async function said(server: ChildProcess): Promise<unknown> {
  const [message] = (await once(server, 'message')) as [unknown];
  return message;
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
