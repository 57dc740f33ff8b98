/**
 * Measures the main job on the HR table and prints every figure as a ratio to the floor of the same machine in the same
 * minutes:
 *
 *     npm run bench -- --rows 1000000 --state postgres --rounds 3
 *     npm run bench -- --rows 1000000 --target both
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../scripts/embedded-postgres.ts';
import { changeHrRows, createHrTable } from '../../scripts/hr-table.ts';
import { measureFloor } from './floor.ts';
import { startGoogle } from '../measure/google.ts';
import { CONNECTOR, measuredRun, type MeasuredRun, type RunPlace } from '../measure/measured-run.ts';
import { report } from './report.ts';

/** Share of the rows that the third run finds changed. */
const CHANGED = 0.01;

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    state: { type: 'string', default: 'sqlite' },
    target: { type: 'string', default: 'local' },
    /** Share of the rows that the third run finds deleted. */
    deleted: { type: 'string', default: '0.005' },
    rounds: { type: 'string', default: '1' },
  },
});
const rows = Number(values.rows);
const deleted = Math.ceil(rows * Number(values.deleted));
const targets = values.target === 'both' ? ['local', 'cloud'] : [values.target];
const server = await startEmbeddedPostgres();
const google = targets.includes('cloud') ? await startGoogle(CONNECTOR) : undefined;
try {
  process.stdout.write(`${rows.toLocaleString('en-US')} rows, state in ${values.state}\n\n`);
  for (let round = 1; round <= Number(values.rounds); round++) {
    await createHrTable(server.url(), rows);
    await measureRound(server.url());
  }
} finally {
  await google?.stop();
  await server.stop();
}

async function measureRound(sourceUrl: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    const places = new Map<string, RunPlace>();
    for (const target of targets) {
      places.set(target, await placeFor(target, sourceUrl, folder));
    }
    const floors: number[] = [];
    const floor = async () => floors.push(await measureFloor(sourceUrl, join(folder, 'floor')));
    const runs = new Map<string, MeasuredRun>();
    const measure = async (name: string) => {
      for (const [target, place] of places) runs.set(`${name}, ${target}`, await measuredRun(place, deleted));
    };
    await floor();
    await floor();
    await measure('first load');
    await floor();
    await measure('nothing changed');
    await changeHrRows(sourceUrl, { change: rows * CHANGED, remove: deleted, add: 0 });
    await measure('1 % changed, some deleted');
    await floor();
    process.stdout.write(report(floors, runs));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function placeFor(target: string, sourceUrl: string, folder: string): Promise<RunPlace> {
  const own = join(folder, target);
  await mkdir(own);
  const stateUrl = values.state === 'postgres' ? await freshDatabase(sourceUrl, target) : undefined;
  return { sourceUrl, folder: own, stateUrl, google: target === 'cloud' ? google : undefined };
}

async function freshDatabase(source: string, target: string): Promise<string> {
  const name = `bridge_state_${target}`;
  const client = new pg.Client(source);
  await client.connect();
  await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)}`);
  await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  await client.end();
  const url = new URL(source);
  url.pathname = `/${name}`;
  const { migrateState } = await import('../../src/state/run/open-state.ts');
  await migrateState({ url: url.href, file: '' });
  return url.href;
}
