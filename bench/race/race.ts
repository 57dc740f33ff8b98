/**
 * Races this program against tools with a similar purpose, over the same rows in the same minutes:
 *
 *     npm run bench:race -- --rows 300000 --rounds 3 --only ours,ingestr
 *
 * Installs the tools from PyPI into a cache first. A tool that cannot be installed, or that fails, is reported and left out.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../scripts/embedded-postgres.ts';
import { changeHrRows, createHrTable } from '../../scripts/hr-table.ts';
import { meanCost, type Cost } from '../measure/figures.ts';
import { measureFloor } from '../measure/floor.ts';
import { requireFreeSpace } from '../measure/free-space.ts';
import { measuredChild } from '../measure/measured-child.ts';
import { machine } from '../sync/report.ts';
import type { Entry, RacePlace } from './entry.ts';
import { install } from './install.ts';
import { linesIn } from './lines-in.ts';
import { DLT_ENTRIES } from './peers/dlt.ts';
import { INGESTR_ENTRIES } from './peers/ingestr.ts';
import { OURS } from './peers/ours.ts';
import { SINGER_ENTRIES } from './peers/singer.ts';
import { SLING_ENTRIES } from './peers/sling.ts';
import { PHASES, raceTable, type EntryResult, type Phase } from './race-report.ts';

const ENTRIES: readonly Entry[] = [
  ...OURS,
  ...SLING_ENTRIES,
  ...INGESTR_ENTRIES,
  ...DLT_ENTRIES,
  ...SINGER_ENTRIES,
];
const [CHANGED, DELETED] = [0.01, 0.005];
/** What an entry keeps on disk; ours and dlt write each row more than once. */
const BYTES_PER_ROW_OF_ENTRY = 4_000;
/** So that the server does nothing in a run that the run did not ask for. */
const SETTINGS = { autovacuum: 'off' };

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '300000' },
    rounds: { type: 'string', default: '3' },
    /** Keys of entries or of tools, with commas between them; default all. */
    only: { type: 'string' },
    cache: { type: 'string', default: join(homedir(), '.cache', 'gemini-sync-bridge-race') },
    /** A file for all figures. */
    json: { type: 'string' },
  },
});
const rows = Number(values.rows);
const failures = new Map<Entry, string>();
const entries = await installed(chosen(values.only));
const folder = await mkdtemp(join(tmpdir(), 'race-'));
await requireFreeSpace(folder, rows * BYTES_PER_ROW_OF_ENTRY * (entries.length + 1));
const server = await startEmbeddedPostgres({ settings: SETTINGS });
const floors: Cost[] = [];
const results = new Map<Entry, EntryResult>(
  entries.map((entry) => [entry, { entry, costs: { first: [], unchanged: [], changed: [] }, lines: {} }]),
);
try {
  for (let round = 1; round <= Number(values.rounds); round++) await race(round);
  process.stdout.write(`\n${raceTable([...results.values()], floors, failures)}`);
  if (values.json !== undefined) {
    const lines = [...results.values()].map(({ entry: { key, title }, ...result }) => ({
      key,
      title,
      ...result,
    }));
    const failed = [...failures].map(([{ key }, reason]) => ({ key, reason }));
    const figures = { machine: machine(), options: { ...values, rows }, floors, results: lines, failed };
    await writeFile(values.json, `${JSON.stringify(figures, undefined, 2)}\n`);
  }
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}

function chosen(only: string | undefined): readonly Entry[] {
  if (only === undefined) return ENTRIES;
  const keys = only.split(',');
  const matches = ({ key }: Entry, wanted: string) => key === wanted || key.startsWith(`${wanted}-`);
  const unknown = keys.find((wanted) => !ENTRIES.some((entry) => matches(entry, wanted)));
  if (unknown !== undefined) {
    throw new Error(`Unknown entry "${unknown}". Known: ${ENTRIES.map(({ key }) => key).join(', ')}.`);
  }
  return ENTRIES.filter((entry) => keys.some((wanted) => matches(entry, wanted)));
}

async function installed(wanted: readonly Entry[]): Promise<readonly Entry[]> {
  const reasons = new Map<string, string | undefined>();
  for (const tool of wanted.flatMap(({ needs }) => needs)) {
    if (reasons.has(tool.name)) continue;
    say(`Installing ${tool.packages.join(' ')}`);
    reasons.set(tool.name, await install(tool, values.cache));
  }
  for (const entry of wanted) {
    const reason = entry.needs.map(({ name }) => reasons.get(name)).find((text) => text !== undefined);
    if (reason !== undefined) failures.set(entry, `could not be installed: ${reason}`);
  }
  return wanted.filter((entry) => !failures.has(entry));
}

async function race(round: number): Promise<void> {
  await removeTargets();
  await createHrTable(server.url(), rows);
  const places = new Map<Entry, RacePlace>();
  // Another one is first in each round.
  const turn = (round - 1) % Math.max(entries.length, 1);
  for (const entry of [...entries.slice(turn), ...entries.slice(0, turn)]) {
    const own = join(folder, `${entry.key}_${round}`);
    await mkdir(own);
    const place: RacePlace = {
      folder: own,
      sourceUrl: server.url(),
      tool: ({ name }) => join(values.cache, name),
      watermark: undefined,
    };
    places.set(entry, place);
    await orReport(entry, async () => {
      await entry.prepare?.(place);
    });
  }
  for (const phase of PHASES) {
    say(`Round ${round}, ${phase}`);
    if (phase === 'changed') {
      const numbers = { change: Math.floor(rows * CHANGED), remove: Math.ceil(rows * DELETED), add: 0 };
      await changeHrRows(server.url(), numbers);
    }
    await racePhase(phase, places);
  }
  for (const place of places.values()) await rm(place.folder, { recursive: true, force: true });
}

async function racePhase(phase: Phase, places: Map<Entry, RacePlace>): Promise<void> {
  const watermark = await newestUpdate();
  let before = await floor();
  for (const [entry, place] of places) {
    if (failures.has(entry)) continue;
    await orReport(entry, async () => {
      const output = entry.output === undefined ? undefined : join(place.folder, entry.output);
      if (phase !== 'first' && output !== undefined) await rm(output, { recursive: true, force: true });
      if (entry.key === 'tap' && output !== undefined) await mkdir(output, { recursive: true });
      const cost = await measuredChild({ ...entry.command(place), cwd: place.folder }, server.pid);
      const after = await floor();
      const result = results.get(entry);
      result?.costs[phase].push({ ...cost, floor: meanCost(before, after) });
      before = after;
      if (result !== undefined && output !== undefined) result.lines[phase] = await linesIn(output);
      places.set(entry, { ...place, watermark });
      say(`  ${entry.title}: CPU ${cost.cpuSeconds.toFixed(2)} s, wall ${cost.wallSeconds.toFixed(2)} s`);
    });
  }
}

/** A tool that fails is out of the race, and the others go on. */
async function orReport(entry: Entry, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    failures.set(entry, reason);
    say(`  ${entry.title} failed: ${reason}`);
  }
}

async function floor(): Promise<Cost> {
  await query('CHECKPOINT');
  const cost = await measureFloor(server, folder);
  floors.push(cost);
  return cost;
}

async function newestUpdate(): Promise<string> {
  const [newest] = await query<{ newest: Date }>('SELECT max(updated_at) AS newest FROM employees');
  // A millisecond later, because the database has microseconds and this has not.
  return new Date((newest?.newest.getTime() ?? 0) + 1).toISOString();
}

async function removeTargets(): Promise<void> {
  for (const schema of ['race_sling', 'race_ingestr']) await query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
}

async function query<Row extends pg.QueryResultRow>(sql: string): Promise<readonly Row[]> {
  const client = new pg.Client(server.url());
  await client.connect();
  try {
    const { rows: answer } = await client.query<Row>(sql);
    return answer;
  } finally {
    await client.end();
  }
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
