/**
 * Measures the main job on the HR table and prints every figure as a ratio to the floor of the same machine in the same
 * minutes:
 *
 *     npm run bench -- --rows 1000000 --state postgres --rounds 3
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startEmbeddedPostgres } from '../scripts/embedded-postgres.ts';
import { changeHrRows, createHrTable } from '../scripts/hr-table.ts';
import { measureFloor } from './floor.ts';
import { measuredRun, type MeasuredRun } from './measured-run.ts';

/** Share of the rows that the third run finds changed, and deleted. */
const CHANGED = 0.01;
const DELETED = 0.005;

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    state: { type: 'string', default: 'sqlite' },
    rounds: { type: 'string', default: '1' },
  },
});
const rows = Number(values.rows);
const server = await startEmbeddedPostgres();
try {
  process.stdout.write(`${rows.toLocaleString('en-US')} rows, state in ${values.state}\n\n`);
  const source = server.url();
  for (let round = 1; round <= Number(values.rounds); round++) {
    await createHrTable(source, rows);
    await measureRound(source);
  }
} finally {
  await server.stop();
}

async function measureRound(source: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    const state = values.state === 'postgres' ? await freshDatabase(source) : undefined;
    const floors: number[] = [];
    const floor = async () => floors.push(await measureFloor(source, join(folder, 'floor')));
    const allowed = Math.ceil(rows * DELETED);
    await floor();
    await floor();
    const first = await measuredRun(source, folder, state, allowed);
    await floor();
    const unchanged = await measuredRun(source, folder, state, allowed);
    await changeHrRows(source, { change: rows * CHANGED, remove: rows * DELETED, add: 0 });
    const delta = await measuredRun(source, folder, state, allowed);
    await floor();
    report(floors, {
      'first load': first,
      'nothing changed': unchanged,
      '1 % changed, 0.5 % deleted': delta,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function freshDatabase(source: string): Promise<string> {
  const client = new pg.Client(source);
  await client.connect();
  await client.query('DROP DATABASE IF EXISTS bridge_state');
  await client.query('CREATE DATABASE bridge_state');
  await client.end();
  const url = new URL(source);
  url.pathname = '/bridge_state';
  const { migrateState } = await import('../src/state/open-state.ts');
  await migrateState({ url: url.href, file: '' });
  return url.href;
}

function report(floors: number[], runs: Record<string, MeasuredRun>): void {
  const floor = floors.toSorted((a, b) => a - b)[Math.floor(floors.length / 2)] ?? Number.NaN;
  const list = floors.map((seconds) => seconds.toFixed(2)).join(' ');
  process.stdout.write(`floor ${floor.toFixed(2)} s (of ${list})\n`);
  process.stdout.write(
    `${'run'.padEnd(28)}${'wall s'.padStart(8)}${'x floor'.padStart(9)}${'CPU s'.padStart(8)}${'x floor'.padStart(9)}${'RSS MB'.padStart(8)}\n`,
  );
  for (const [name, { wallSeconds, cpuSeconds, peakRssMb, counts }] of Object.entries(runs)) {
    const figures = [
      wallSeconds.toFixed(2).padStart(8),
      (wallSeconds / floor).toFixed(2).padStart(9),
      cpuSeconds.toFixed(2).padStart(8),
      (cpuSeconds / floor).toFixed(2).padStart(9),
      peakRssMb.toFixed(0).padStart(8),
    ];
    const changes = ['added', 'changed', 'deleted']
      .map((kind) => `${counts[kind] ?? '?'} ${kind}`)
      .join(', ');
    process.stdout.write(`${name.padEnd(28)}${figures.join('')}  ${changes}\n`);
  }
  process.stdout.write('\n');
}
