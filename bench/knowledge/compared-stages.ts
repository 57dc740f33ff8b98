import { emptyDatabase } from '../measure/empty-database.ts';
import { execa } from 'execa';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measuredProgram, type Usage } from '../measure/measured-process.ts';

const API = fileURLToPath(new URL('items-api.ts', import.meta.url));
const LOOP = fileURLToPath(new URL('bare-loop.ts', import.meta.url));
/** Where the program keeps its state in the working directory. */
const STATE_FILE = '.gemini-sync-bridge/state.db';
const NAME_WIDTH = 26;
const FIGURE_WIDTH = 10;

interface StageOptions {
  readonly items: number;
  /** The engines to measure. */
  readonly states: readonly ('sqlite' | 'postgres')[];
  /** Flags of Node for the program. */
  readonly nodeFlags: readonly string[];
}

/** Reads the options of a benchmark: `--items`, `--state sqlite|postgres|both`, and `--profile`, a folder for `--cpu-prof`. */
export function stageOptions(): StageOptions {
  const { values } = parseArgs({
    options: {
      items: { type: 'string', default: '100000' },
      state: { type: 'string', default: 'both' },
      profile: { type: 'string' },
    },
  });
  const { items, state, profile } = values;
  return {
    items: Number(items),
    states: (['sqlite', 'postgres'] as const).filter((engine) => state === 'both' || state === engine),
    nodeFlags: profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`],
  };
}

/** A folder with a database of its own: that of the program, or that of the loop. */
export interface Place {
  readonly folder: string;
  /** The environment of the program that makes it use the database. */
  readonly env: Readonly<Record<string, string>>;
  /** A file or a URL. */
  readonly database: string;
}

/** Makes an empty database with the tables of the program. @param server of Postgres; SQLite if undefined */
export async function emptyPlace(parent: string, name: string, server: string | undefined): Promise<Place> {
  const folder = join(parent, name);
  await mkdir(folder);
  const database = server === undefined ? join(folder, STATE_FILE) : await emptyDatabase(server, name);
  const env: Record<string, string> = server === undefined ? {} : { DATABASE_URL: database };
  await measuredProgram(['migrate'], { folder, env });
  return { folder, env, database };
}

/** Starts the API of the benchmarks. @returns its process and its address */
export async function startItemsApi(items: number): Promise<{ api: ChildProcess; address: string }> {
  const api = fork(API, [String(items)], { execArgv: ['--import', 'tsx'] });
  const [address] = (await once(api, 'message')) as [string];
  return { api, address };
}

export async function measuredLoop(name: string, address: string, { database }: Place): Promise<Usage> {
  const { stdout } = await execa(process.execPath, ['--import', 'tsx', LOOP, name, address, database]);
  return JSON.parse(stdout) as Usage;
}

/** A line of the table: a stage of the program, and the loop that it is compared with. */
export interface Stage {
  readonly name: string;
  readonly items: number;
  readonly usage: Usage;
  /** Undefined if no loop does the same. */
  readonly loop: Usage | undefined;
}

export function stageTable(stages: readonly Stage[]): string {
  const titles = ['items/s', 'wall s', 'x loop', 'CPU s', 'x loop', 'µs/item', 'RSS MB', 'loop RSS'];
  const lines = stages.map(({ name, items, usage, loop }) => {
    const figures = [
      Math.round(items / usage.wallSeconds).toLocaleString('en-US'),
      usage.wallSeconds.toFixed(2),
      ratio(usage.wallSeconds, loop?.wallSeconds),
      usage.cpuSeconds.toFixed(2),
      ratio(usage.cpuSeconds, loop?.cpuSeconds),
      ((usage.cpuSeconds * 1e6) / items).toFixed(0),
      usage.peakRssMb.toFixed(0),
      loop?.peakRssMb.toFixed(0) ?? '',
    ];
    return name.padEnd(NAME_WIDTH) + figures.map((figure) => figure.padStart(FIGURE_WIDTH)).join('');
  });
  const title = 'stage'.padEnd(NAME_WIDTH) + titles.map((text) => text.padStart(FIGURE_WIDTH)).join('');
  return [title, ...lines, '', ''].join('\n');
}

function ratio(value: number, ofLoop: number | undefined): string {
  return ofLoop === undefined ? '' : (value / ofLoop).toFixed(2);
}
