/**
 * Measures durable pushes over HTTP as a ratio to a bare insert of rows of the same size, by the same number of connections, on
 * the same database in the same minutes:
 *
 *     npm run build && node --import tsx bench/push/push-api.ts --events 100 --connections 10 --seconds 5 --rounds 3
 *
 * With `--server floor` in place of our server one that does as little as it can: push-floor.ts.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../scripts/embedded-postgres.ts';
import { bareRows, loadBodies, type PushForm } from './push-load.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = join(ROOT, 'bin', 'gemini-sync-bridge.cjs');
const CONNECTOR = 'support-push';
const FLOOR = fileURLToPath(new URL('push-floor.ts', import.meta.url));
/** The unit of processor time in `/proc`: 100 a second on every Linux. */
const CLOCK_TICK_MS = 10;
const HEADING = `events/s${''.padEnd(12)}bare   pushed`;

/** As in production: a 2xx waits for the disk. */
const DURABLE = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' };

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '100' },
    connections: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    server: { type: 'string', default: 'ours' },
  },
});
const events = Number(values.events);
const connections = Number(values.connections);
const seconds = Number(values.seconds);
const isFloor = values.server === 'floor';
/** The floor parses a body as a whole, and does not know what is in it. */
const FORMS: readonly PushForm[] = isFloor ? ['documents'] : ['documents', 'lines', 'fields'];

const postgres = await startEmbeddedPostgres({ settings: DURABLE });
const folder = await mkdtemp(join(tmpdir(), 'bench-push-'));
try {
  await mkdir(join(folder, 'connectors'));
  const file = `${CONNECTOR}.yaml`;
  await cp(join(ROOT, 'connectors', file), join(folder, 'connectors', file));
  const env = { PATH: process.env['PATH'] ?? '', DATABASE_URL: postgres.url() };
  await once(spawn(process.execPath, [PROGRAM, 'migrate'], { cwd: folder, env, stdio: 'ignore' }), 'exit');
  const server = isFloor
    ? spawn(process.execPath, ['--import', 'tsx', FLOOR], { cwd: ROOT, env })
    : spawn(process.execPath, [PROGRAM, 'serve', '--port', '0'], { cwd: folder, env });
  try {
    await measure(await addressOf(server), Number(server.pid));
  } finally {
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
} finally {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}

async function measure(address: string, pid: number): Promise<void> {
  const pool = new pg.Pool({ connectionString: postgres.url(), max: connections });
  await pool.query('create table bare (id bigserial, seq int, doc_id text, op text, document text)');
  await pool.query('alter table bare add primary key (id, seq)');
  const line = (name: string, bare: number, rates: readonly string[]) =>
    process.stdout.write(`${name.padEnd(19)}${bare.toFixed(0).padStart(7)}   ${rates.join('')}\n`);
  process.stdout.write(`${events} events a push, ${connections} connections\n${HEADING}\n`);
  const ratios = FORMS.map((): number[] => []);
  const costs = FORMS.map((): number[] => []);
  await insertBare(pool);
  for (const form of FORMS) await pushed(address, form);
  for (let round = 1; round <= Number(values.rounds); round++) {
    for (const [index, form] of FORMS.entries()) {
      await pool.query('truncate push_batches, push_events, bare');
      const before = await insertBare(pool);
      const busyMs = await processorMs(pid);
      const { rate, latency, pushes } = await pushed(address, form);
      const cost = ((await processorMs(pid)) - busyMs) / pushes;
      const bare = (before + (await insertBare(pool))) / 2;
      ratios[index]?.push(rate / bare);
      costs[index]?.push(cost);
      line(`round ${round}, ${form}`, bare, [
        `${rate.toFixed(0)}, ratio ${(rate / bare).toFixed(2)}, p50/p99 ${latency} ms, `,
        `${cost.toFixed(2)} ms of the server's processor a push`,
      ]);
    }
  }
  for (const [index, form] of FORMS.entries()) {
    const [ratio, cost] = [median(ratios[index]), median(costs[index])];
    process.stdout.write(`median of ${form}: ${ratio.toFixed(2)}, ${cost.toFixed(2)} ms a push\n`);
  }
  await pool.end();
}

/** @returns rows inserted a second, each statement with as many as a push has */
async function insertBare(pool: pg.Pool): Promise<number> {
  const rows = bareRows(events);
  const places = rows.map((_, row) => `($${row * 4 + 1}, $${row * 4 + 2}, $${row * 4 + 3}, $${row * 4 + 4})`);
  const text = `insert into bare (seq, doc_id, op, document) values ${places.join(', ')}`;
  const params = rows.flatMap(([docId, document], row) => [row, docId, 'UPSERT', document]);
  let statements = 0;
  const started = performance.now();
  const until = started + seconds * 1_000;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < until) {
        await pool.query({ name: 'bare', text, values: params });
        statements += 1;
      }
    }),
  );
  return (statements * events) / ((performance.now() - started) / 1_000);
}

function median(numbers: readonly number[] = []): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

/**
 * What a process has used of the processor since it began, all its threads and its part of the kernel together. Linux only.
 * The wall clock tells as much about the other programs of the machine as about the server.
 */
async function processorMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
  // Behind the name, which may have blanks; these are fields 14 and 15 of proc_pid_stat(5).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * CLOCK_TICK_MS;
}

interface Load {
  /** Events a second. */
  readonly rate: number;
  readonly latency: string;
  readonly pushes: number;
}

async function pushed(address: string, form: PushForm): Promise<Load> {
  const bodies = loadBodies(form, events);
  let next = 0;
  const result = await autocannon({
    url: `${address}/v1/connectors/${CONNECTOR}/events`,
    method: 'POST',
    connections,
    duration: seconds,
    requests: [
      {
        setupRequest: (request) => {
          const { body, contentType } = bodies[next++ % bodies.length] ?? { body: '', contentType: '' };
          const headers = { 'content-type': contentType, 'idempotency-key': randomUUID() };
          return { ...request, body, headers };
        },
      },
    ],
  });
  if (result.non2xx + result.errors > 0) throw new Error(`${result.non2xx + result.errors} pushes failed`);
  const rate = (result['2xx'] * events) / result.duration;
  return { rate, latency: `${result.latency.p50}/${result.latency.p99}`, pushes: result['2xx'] };
}

async function addressOf(server: ChildProcess): Promise<string> {
  let said = '';
  for await (const chunk of server.stdout ?? []) {
    said += String(chunk);
    const address = /Listening on (\S+)/.exec(said)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error('the server did not start');
}
