/**
 * The whole job on one machine, with nothing but Node: a real PostgreSQL, the HR connector as it stands, a first run, some
 * changes, a second run. Everything it makes is in ./quickstart-output; the database is gone when it ends.
 */
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import pg from 'pg';
import { count, styleFor } from '../src/cli/style.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.ts';
import { changeHrRows, createHrTable } from './hr-table.ts';
import { documentLines, stateLines, treeLines } from './quickstart-output.ts';

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
  readonly artifacts: string;
}

async function quickstart(signal: AbortSignal): Promise<void> {
  const output = path.resolve(OUTPUT);
  for (const old of ['local-bucket', '.gemini-sync-bridge']) {
    await rm(path.join(output, old), { recursive: true, force: true });
  }
  await mkdir(output, { recursive: true });

  say(style.bold('gemini-sync-bridge quickstart'));
  say('A real PostgreSQL and the HR connector as it stands. No cloud, no Docker, no account.');

  heading(`1  Start PostgreSQL and fill the table "employees"`);
  const database = await startEmbeddedPostgres();
  try {
    signal.throwIfAborted();
    await createHrTable(database.url(), ROWS);
    say(`  ${await versionOf(database)}, process ${database.pid}, at ${database.host}:${database.port}`);
    say(`  ${count(ROWS)} employees`);

    heading('2  The first run: everything is new');
    say(
      style.dim(`  $ cd ${OUTPUT}`),
      style.dim(`  $ export SECRET_HR_DB_CREDENTIALS='${database.url().replace(database.password, '…')}'`),
    );
    const none = {
      seen: 0,
      unchanged: 0,
      added: 0,
      changed: 0,
      deleted: 0,
      held: 0,
      quarantined: 0,
      rejected: 0,
    };
    await run(database, output, signal, { ...none, seen: ROWS, added: ROWS });

    heading('3  A working day');
    await changeHrRows(database.url(), DAY);
    say(`  ${DAY.change} employees moved to another office, ${DAY.remove} left, ${DAY.add} joined.`);

    heading('4  The second run: only what changed');
    const second = await run(database, output, signal, {
      ...none,
      seen: ROWS - DAY.remove + DAY.add,
      unchanged: ROWS - DAY.remove - DAY.change,
      added: DAY.add,
      changed: DAY.change,
      deleted: DAY.remove,
    });
    await showResults(output, fileURLToPath(second.artifacts));
  } finally {
    await database.stop();
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
  database: EmbeddedPostgres,
  output: string,
  signal: AbortSignal,
  expected: Readonly<Record<string, number>>,
): Promise<RunResult> {
  const typed = (file: string) => path.relative(output, file);
  const command = ['run', '--connector', CONNECTOR, '--local', '--json'];
  say(style.dim(`  $ node ${typed(BIN)} run --connector ${typed(CONNECTOR)} --local`), '');
  const child = await execa(process.execPath, [...NODE_FLAGS, BIN, ...command], {
    cwd: output,
    env: {
      ...process.env,
      SECRET_HR_DB_CREDENTIALS: database.url(),
      LOG_FORMAT: 'pretty',
      LOG_LEVEL: 'warn',
      // A state database of the user's own must not learn about invented employees.
      DATABASE_URL: undefined,
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
  say('', style.green(`  ✓ as it should be: ${words}`));
  return result;
}

function parseResult(text: string): RunResult {
  const result: unknown = JSON.parse(text);
  if (isRunResult(result)) return result;
  throw new Error(`The run printed another result than it should have: ${text}`);
}

function isRunResult(value: unknown): value is RunResult {
  if (typeof value !== 'object' || value === null) return false;
  const { status, counts, artifacts } = value as Partial<Record<string, unknown>>;
  return (
    typeof status === 'string' &&
    typeof counts === 'object' &&
    counts !== null &&
    typeof artifacts === 'string'
  );
}

async function showResults(output: string, runFolder: string): Promise<void> {
  heading('Where to look');
  say(`  ${style.bold(`${OUTPUT}/local-bucket/`)}  what would be in the bucket`);
  say(...(await treeLines(path.join(output, 'local-bucket'))).map((line) => `    ${line}`));
  say('', `  ${style.bold('upserts.ndjson')} of the second run, its first line, spread out`);
  say(
    ...(await documentLines(path.join(runFolder, 'upserts.ndjson'))).map((line) => style.dim(`    ${line}`)),
  );
  const state = path.join('.gemini-sync-bridge', 'state.db');
  say('', `  ${style.bold(`${OUTPUT}/${state}`)}  what the next run starts from (SQLite)`);
  say(...stateLines(path.join(output, state)).map((line) => `    ${line}`));

  heading('Next steps');
  say(
    '  Run it on a database of your own: put its table and columns into a copy of',
    '  connectors/hr-employees.yaml, then',
    '',
    style.dim('    $ npx gemini-sync-bridge validate my-connector.yaml'),
    style.dim("    $ export SECRET_HR_DB_CREDENTIALS='postgres://user:password@host/database'"),
    style.dim('    $ npx gemini-sync-bridge run --connector my-connector.yaml --local --dry-run'),
    '',
    '  A dry run says what it would do and writes nothing; without --dry-run it does it.',
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
      say('', `Stopped by ${name}. The database is gone too.`);
      return SIGNAL_STATUSES[name];
    }
    process.stderr.write(`\n${style.red('✗')} ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

process.exitCode = await main();
