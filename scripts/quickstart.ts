/**
 * The whole job on one machine, with nothing but Node: a real PostgreSQL, stand-ins of Cloud Storage and Discovery Engine,
 * the HR connector as it stands, a first run, some changes, a second run. The files that it makes are in
 * ./quickstart-output; the database and the stand-ins are gone when it ends.
 */
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import pg from 'pg';
import { count, styleFor } from '../src/cli/style.ts';
import { loadConnector } from '../src/connector/load.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.ts';
import { changeHrRows, createHrTable } from './hr-table.ts';
import { stateLines, treeLines } from './quickstart-output.ts';
import { startQuickstartStore, type QuickstartStore } from './quickstart-store.ts';

const ROWS = 5_000;
const DAY = { change: 7, remove: 1, add: 1 };
const OUTPUT = 'quickstart-output';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BIN = path.join(ROOT, 'bin', 'gemini-sync-bridge.js');
const CONNECTOR = path.join(ROOT, 'connectors', 'hr-employees.yaml');
/** When this script itself runs from the sources of the program, the program does too. */
const NODE_FLAGS = process.execArgv.includes('--conditions=development') ? process.execArgv : [];
/** Longer than the program takes to release what it holds. */
const STOP_MS_MAX = 10_000;
const SIGNAL_STATUSES = { SIGINT: 130, SIGTERM: 143 } as const;

const style = styleFor(process.stdout, process.env['NO_COLOR'] !== undefined);

function say(...lines: string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

function heading(text: string): void {
  say('', style.bold(style.cyan(text)), '');
}

/** The result line of `run --json`, as far as it is used here. */
interface RunResult {
  readonly status: string;
  readonly counts: Readonly<Record<string, unknown>>;
}

const NONE = { unchanged: 0, added: 0, changed: 0, deleted: 0, held: 0, quarantined: 0, rejected: 0 };

async function quickstart(signal: AbortSignal): Promise<void> {
  const output = path.resolve(OUTPUT);
  for (const old of ['gcs', '.gemini-sync-bridge']) {
    await rm(path.join(output, old), { recursive: true, force: true });
  }
  await mkdir(output, { recursive: true });

  say(style.bold('gemini-sync-bridge quickstart'));
  say('A real PostgreSQL, stand-ins of Cloud Storage and Discovery', 'Engine, and the HR connector as it stands.');
  say('No cloud, no Docker, no account.');

  const connector = await loadConnector(CONNECTOR);
  const store = await startQuickstartStore(connector, path.join(output, 'gcs'));
  try {
    await withDatabase(store, output, signal);
  } finally {
    await store.close();
  }
}

async function withDatabase(store: QuickstartStore, output: string, signal: AbortSignal): Promise<void> {
  heading('1  Start PostgreSQL and the stand-ins');
  const database = await startEmbeddedPostgres();
  try {
    signal.throwIfAborted();
    await createHrTable(database.url(), ROWS);
    say(`  ${await versionOf(database)}, process ${database.pid}, at ${database.host}:${database.port}`);
    say(`    table employees, ${count(ROWS)} rows`);
    say(...store.places().map((line) => `  ${line}`));
    await bothRuns({ store, database, output, signal });
    await showResults(output);
  } finally {
    await database.stop();
  }
}

/** What a run of the quickstart goes on. */
interface Surroundings {
  readonly store: QuickstartStore;
  readonly database: EmbeddedPostgres;
  readonly output: string;
  readonly signal: AbortSignal;
}

async function bothRuns(around: Surroundings): Promise<void> {
  const { store, database } = around;
  heading('2  The first run: everything is new');
  say(
    style.dim(`  $ cd ${OUTPUT}`),
    style.dim(`  $ export SECRET_HR_DB_CREDENTIALS='${database.url().replace(database.password, '…')}'`),
    ...Object.entries(store.env).map(([name, value]) => style.dim(`  $ export ${name}=${value}`)),
  );
  await run(around, { ...NONE, seen: ROWS, added: ROWS });

  heading('3  What the data store has now');
  say(...store.documentLines().map(indented), '', '  Who finds what', '');
  say(...store.readerLines().map(indented));

  heading('4  A working day');
  const before = store.snapshot();
  await changeHrRows(database.url(), DAY);
  await renameOne(database.url());
  say(
    `  ${DAY.change} employees moved to another office, one of them with a`,
    `  new name; ${DAY.remove} left, ${DAY.add} joined.`,
  );

  heading('5  The second run: only what changed');
  await run(around, {
    ...NONE,
    seen: ROWS - DAY.remove + DAY.add,
    unchanged: ROWS - DAY.remove - DAY.change,
    added: DAY.add,
    changed: DAY.change,
    deleted: DAY.remove,
  });

  heading('6  The data store has followed');
  say(...store.changeLines(before).map(indented));
}

const indented = (line: string): string => `    ${line}`;

/** Of those who have moved, one has another name, which is the title of a document. */
async function renameOne(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(
      `UPDATE employees SET full_name = full_name || '-Lindqvist' WHERE employee_id =
         (SELECT employee_id FROM employees WHERE employee_id <= $1 ORDER BY updated_at DESC LIMIT 1)`,
      [ROWS],
    );
  } finally {
    await client.end();
  }
}

async function versionOf(database: EmbeddedPostgres): Promise<string> {
  const client = new pg.Client({ connectionString: database.url() });
  await client.connect();
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
  await client.end();
  return `PostgreSQL ${rows[0]?.server_version ?? ''}`;
}

/** Runs the program as a user would, lets it speak for itself, and checks what it says that it did. */
async function run(
  { store, database, output, signal }: Surroundings,
  expected: Readonly<Record<string, number>>,
): Promise<void> {
  const typed = (file: string) => path.relative(output, file);
  const command = ['run', '--connector', CONNECTOR, '--json'];
  say(style.dim(`  $ node ${typed(BIN)} run --connector ${typed(CONNECTOR)}`), '');
  const child = await execa(process.execPath, [...NODE_FLAGS, BIN, ...command], {
    cwd: output,
    env: {
      ...process.env,
      ...store.env,
      SECRET_HR_DB_CREDENTIALS: database.url(),
      LOG_FORMAT: 'pretty',
      LOG_LEVEL: 'warn',
      // A state database of the user's own must not learn about invented employees.
      DATABASE_URL: undefined,
      GEMINI_INGESTION_DRY_RUN: undefined,
      // What is on this machine is not reached through a proxy.
      NO_PROXY: '127.0.0.1',
    },
    extendEnv: false,
    // Its words for people go where this script's go, as they come; its result is read here.
    stdio: ['ignore', 'pipe', process.stdout.fd],
    reject: false,
    cancelSignal: signal,
    forceKillAfterDelay: STOP_MS_MAX,
  });
  signal.throwIfAborted();
  if (child.exitCode !== 0) {
    throw new Error(`The run ended with exit status ${child.exitCode ?? 'none'} instead of 0.`);
  }
  const result = parseResult(child.stdout);
  const wrong = Object.entries(expected).filter(([name, value]) => result.counts[name] !== value);
  if (wrong.length > 0) {
    const differences = wrong.map(
      ([name, value]) => `${name} ${String(result.counts[name])} instead of ${value}`,
    );
    throw new Error(`The run did something else than it should have: ${differences.join(', ')}.`);
  }
  const confirmed = Object.entries(expected).filter(([, value]) => value > 0);
  const words = confirmed.map(([name, value]) => `${count(value)} ${name}`).join(', ');
  store.requireFaultless();
  say('', style.green(`  ✓ as it should be: ${words}`));
}

function parseResult(text: string): RunResult {
  const result: unknown = JSON.parse(text);
  if (isRunResult(result)) return result;
  throw new Error(`The run printed another result than it should have: ${text}`);
}

function isRunResult(value: unknown): value is RunResult {
  if (typeof value !== 'object' || value === null) return false;
  const { status, counts } = value as Partial<Record<string, unknown>>;
  return typeof status === 'string' && typeof counts === 'object' && counts !== null;
}

async function showResults(output: string): Promise<void> {
  heading('Where to look');
  say(`  ${style.bold(`${OUTPUT}/gcs/`)}  what the bucket has`);
  say(...(await treeLines(path.join(output, 'gcs'))).map(indented));
  say('    (a file there is named for its object, with # and the', '    generation behind it)');
  const state = path.join('.gemini-sync-bridge', 'state.db');
  say('', `  ${style.bold(`${OUTPUT}/${state}`)}`, '    what the next run starts from (SQLite)');
  say(...stateLines(path.join(output, state)).map(indented));

  heading('What was not real');
  say(
    '  The bucket and the data store were stand-ins: programs on',
    '  this machine that answer as Google documents it, checked',
    "  against Google's own descriptors. They keep documents and",
    '  their readers; they do not search or rank. They answered at',
    '  once; Google may take minutes to import and longer until',
    '  everything is found.',
    '',
    '  For a data store of your own (docs/gemini.md says how):',
    '',
    '    1. Copy connectors/hr-employees.yaml, and put in your',
    '       table and columns, bucket, projectId, location and',
    '       dataStoreId.',
    '    2. Unset GCS_ENDPOINT and DISCOVERY_ENGINE_ENDPOINT.',
    '    3. Have credentials:',
    style.dim('       $ gcloud auth application-default login'),
    '    4. Look, then run:',
    style.dim("       $ export SECRET_HR_DB_CREDENTIALS='postgres://user:password@host/database'"),
    style.dim('       $ npx gemini-sync-bridge validate my-connector.yaml'),
    style.dim('       $ npx gemini-sync-bridge run --connector my-connector.yaml --dry-run'),
    style.dim('       $ npx gemini-sync-bridge run --connector my-connector.yaml'),
    '',
    '  A dry run says what it would do and writes nothing. With',
    '  --local a run needs no cloud at all: artifacts go to',
    '  ./local-bucket, and requests are written, not sent.',
    '',
  );
}

async function main(): Promise<number> {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.on(name, () => {
      stop.abort(name);
    });
  try {
    await quickstart(stop.signal);
    return 0;
  } catch (error) {
    if (stop.signal.aborted) {
      const name = stop.signal.reason === 'SIGTERM' ? 'SIGTERM' : 'SIGINT';
      say('', `Stopped by ${name}. The database and the stand-ins are gone too.`);
      return SIGNAL_STATUSES[name];
    }
    process.stderr.write(`\n${style.red('✗')} ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

process.exitCode = await main();
