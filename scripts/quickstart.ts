/**
 * The whole job on one machine, with nothing but Node: a real PostgreSQL, stand-ins of Cloud Storage and Discovery Engine,
 * the HR connector as it stands, a first run, a working day, a second run. The files that it makes are in
 * ./quickstart-output; the database and the stand-ins are gone when it ends.
 */
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { count } from '../src/core/text/count-text.ts';
import { styleFor } from '../src/cli/output/style.ts';
import { loadConnector } from '../src/definitions/connector/load.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.ts';
import { changeHrRows, createHrTable, changeDepartment, serverVersion } from './hr-table.ts';
import { changeLines, documentLines, findingLines, searchersFor } from './quickstart/documents.ts';
import { stateLines, treeLines } from './quickstart/output.ts';
import { runProgram, typedCommand, type ExpectedCounts, type RunPlace } from './quickstart/run.ts';
import { startQuickstartStore, type QuickstartStore } from './quickstart/store.ts';

const ROWS = 5_000;
const DAY = { change: 7, remove: 1, add: 1 };
/** The employee whose document is shown. */
const SHOWN = 'hr-employees__678';
const OUTPUT = 'quickstart-output';
const CONNECTOR = fileURLToPath(new URL('../connectors/hr-employees.yaml', import.meta.url));
const SECRET = 'SECRET_HR_DB_CREDENTIALS';
const SIGNAL_STATUSES = { SIGINT: 130, SIGTERM: 143 } as const;

const style = styleFor(process.stdout, process.env['NO_COLOR'] !== undefined);

function say(...lines: string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

function heading(text: string): void {
  say('', style.bold(style.cyan(text)), '');
}

const indented = (line: string): string => (line === '' ? '' : `    ${line}`);

/** What there is once everything has started. */
interface Stage {
  readonly store: QuickstartStore;
  readonly database: EmbeddedPostgres;
  readonly place: RunPlace;
}

async function quickstart(signal: AbortSignal): Promise<void> {
  const output = path.resolve(OUTPUT);
  for (const old of ['gcs', '.gemini-sync-bridge']) {
    await rm(path.join(output, old), { recursive: true, force: true });
  }
  await mkdir(output, { recursive: true });

  say(
    style.bold('gemini-sync-bridge quickstart'),
    'A real PostgreSQL, stand-ins of Cloud Storage and Discovery',
    'Engine, and the HR connector as it stands.',
    'No cloud, no Docker, no account.',
  );
  const store = await startQuickstartStore(await loadConnector(CONNECTOR), path.join(output, 'gcs'));
  try {
    heading('1  Start PostgreSQL and the stand-ins');
    await withDatabase(async (database) => {
      signal.throwIfAborted();
      const env = { ...store.env, [SECRET]: database.url() };
      const stage = { store, database, place: { connector: CONNECTOR, cwd: output, env, signal } };
      await showStart(stage);
      await firstRun(stage);
      await secondRun(stage);
      await showFiles(output);
      showLimits();
    });
  } finally {
    await store.close();
  }
}

async function withDatabase(use: (database: EmbeddedPostgres) => Promise<void>): Promise<void> {
  const database = await startEmbeddedPostgres();
  try {
    await use(database);
  } finally {
    await database.stop();
  }
}

async function showStart({ store, database }: Stage): Promise<void> {
  await createHrTable(database.url(), ROWS);
  const version = await serverVersion(database.url());
  say(
    `    PostgreSQL ${version}, process ${database.pid}, at ${database.host}:${database.port}`,
    `      table employees, ${count(ROWS)} rows`,
    ...store.places().map(indented),
  );
}

async function firstRun(stage: Stage): Promise<void> {
  const { store, database } = stage;
  heading('2  The first run: everything is new');
  const variables = Object.entries(store.env).map(([name, value]) => `  $ export ${name}=${value}`);
  const secret = database.url().replace(database.password, '…');
  say(...[`  $ cd ${OUTPUT}`, ...variables, `  $ export ${SECRET}=\\`, `      '${secret}'`].map(style.dim));
  await run(stage, { seen: ROWS, added: ROWS });

  const documents = store.documents();
  const shown = documents.get(SHOWN);
  if (shown === undefined) throw new Error(`The data store does not have ${SHOWN}.`);
  heading(`3  The data store has ${count(documents.size)} documents; this is one`);
  say(...documentLines(shown).map(indented));

  heading('4  Who finds what');
  say(
    ...findingLines(shown, searchersFor(shown, documents), (reader) => store.foundBy(reader)).map(indented),
  );
}

async function secondRun(stage: Stage): Promise<void> {
  const { store, database } = stage;
  heading('5  A working day');
  const before = store.documents();
  await changeHrRows(database.url(), DAY);
  await changeDepartment(database.url());
  say(
    `    ${DAY.change} employees move to another office, one of them to`,
    `    another department too. ${DAY.remove} leaves, ${DAY.add} joins.`,
  );

  heading('6  The second run: only what changed');
  await run(stage, {
    seen: ROWS - DAY.remove + DAY.add,
    unchanged: ROWS - DAY.remove - DAY.change,
    added: DAY.add,
    changed: DAY.change,
    deleted: DAY.remove,
  });

  heading('7  What is different in the data store');
  say(...changeLines(before, store.documents()).map(indented));
}

async function run({ store, place }: Stage, expected: ExpectedCounts): Promise<void> {
  say(...typedCommand(place).map((line) => style.dim(`  ${line}`)), '');
  const done = await runProgram(place, expected);
  store.requireFaultless();
  say(
    '',
    style.green('  ✓ as it should be:'),
    style.green(`    ${done}`),
    style.green("  ✓ Google's own descriptors allow every request and document"),
  );
}

async function showFiles(output: string): Promise<void> {
  heading('Where to look');
  say(`  ${style.bold(`${OUTPUT}/gcs/`)}  what the bucket has`);
  say(...(await treeLines(path.join(output, 'gcs'))).map(indented));
  say('', '    A file there has the name of its object, and behind it #', '    and the generation.');
  const state = path.join('.gemini-sync-bridge', 'state.db');
  say('', `  ${style.bold(`${OUTPUT}/${state}`)}`, '    what the next run starts from (SQLite)');
  say(...stateLines(path.join(output, state)).map(indented));
}

function showLimits(): void {
  heading('What was not real');
  say(
    '  The bucket and the data store were stand-ins: programs on',
    '  this machine that answer as Google documents it. Each',
    "  request and document was checked against Google's own",
    '  descriptors. The stand-ins keep documents and know who may',
    '  read them; they neither search nor rank. They answer at',
    '  once. Google may take minutes to import, and longer until',
    '  everything is found.',
  );
  heading('With a data store of your own');
  say(
    '  1. Copy connectors/hr-employees.yaml and put in your table',
    '     and columns, bucket, projectId, location, dataStoreId.',
    '     docs/gemini.md says what to create.',
    '  2. Unset GCS_ENDPOINT and DISCOVERY_ENGINE_ENDPOINT.',
    '  3. Look, then run:',
    ...[
      '$ gcloud auth application-default login',
      `$ export ${SECRET}='postgres://…'`,
      '$ gemini-sync-bridge validate my.yaml',
      '$ gemini-sync-bridge run --connector my.yaml --dry-run',
      '$ gemini-sync-bridge run --connector my.yaml',
    ].map((line) => style.dim(`     ${line}`)),
    '',
    '  A dry run reads the source, says what it would do and',
    '  writes nothing.',
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
