/**
 * Measures the main job on the HR table and prints every figure as a ratio to the floors that were measured right before and after:
 *
 *     npm run bench -- --rows 1000000 --state postgres --rounds 3
 *     npm run bench -- --rows 1000000 --target both --runs first,unchanged --json figures.json
 *     npm run bench -- --rows 300000 --bin . --bin before=../clone-of-an-older-commit
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../scripts/embedded-postgres.ts';
import { changeHrRows, createHrTable } from '../../scripts/hr-table.ts';
import { meanCost, type ComparedCost, type Cost } from '../measure/figures.ts';
import { measureFloor, PSQL } from '../measure/floor.ts';
import { requireFreeSpace } from '../measure/free-space.ts';
import { startGoogle } from '../measure/google.ts';
import { CONNECTOR } from '../measure/measured-run.ts';
import { writeConnectors } from './connectors.ts';
import { buildsOf, newContender, refusalOf, runOf, type Contender } from './contender.ts';
import { machine, report, type MeasuredKind } from './report.ts';
import { chosenKinds, RUN_KINDS, type RunKind } from './runs.ts';

/** Share of the rows that change before the run of changes. */
const CHANGED = 0.01;
/** The server does nothing in a run that the run did not ask for; tables are vacuumed when they are made. */
const SETTINGS = { autovacuum: 'off' };
/** Table, index and the temporary files of the floor; the artifacts of one first load; and for each state its file and journal. */
const [TABLE_BYTES, ARTIFACT_BYTES, STATE_BYTES] = [1_600, 2_400, 700];
const [FIRST_LOAD] = RUN_KINDS;

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '1' },
    /** `sqlite` or `postgres`. */
    state: { type: 'string', default: 'sqlite' },
    /** `local`, `cloud` or `both`. */
    target: { type: 'string', default: 'local' },
    /** Names of runs, with commas between them; default all. */
    runs: { type: 'string' },
    /** Share of the rows that are deleted before the run of changes. */
    deleted: { type: 'string', default: '0.005' },
    /** A build to measure: its entry file or its folder, with `label=` before it if wished. May be repeated. */
    bin: { type: 'string', multiple: true, default: [] },
    /** A file for all figures. */
    json: { type: 'string' },
  },
});
const rows = Number(values.rows);
const numbers = {
  rows,
  changed: Math.floor(rows * CHANGED),
  deleted: Math.ceil(rows * Number(values.deleted)),
};
const kinds = chosenKinds(values.runs);
const builds = await buildsOf(values.bin);
const targets = values.target === 'both' ? ['local', 'cloud'] : [values.target];

const folder = await mkdtemp(join(tmpdir(), 'bench-'));
const states = builds.length * targets.length;
await requireFreeSpace(folder, rows * (TABLE_BYTES + ARTIFACT_BYTES + states * STATE_BYTES));
const connectors = await writeConnectors(folder);
const server = await startEmbeddedPostgres({ settings: SETTINGS });
const google = targets.includes('cloud') ? await startGoogle(CONNECTOR) : undefined;
const floors: Cost[] = [];
const results = new Map<string, MeasuredKind & { costs: ComparedCost[] }>();
try {
  say(`${rows.toLocaleString('en-US')} rows, state in ${values.state}, floor by ${PSQL ?? 'Node'}`);
  const skipped = await skippedKinds();
  for (let round = 1; round <= Number(values.rounds); round++) {
    say(`Round ${round}`);
    await createHrTable(server.url(), rows);
    await measureRound(round, skipped);
  }
  const measured = [...results.values()];
  process.stdout.write(`\n${report(measured, floors)}`);
  if (values.json !== undefined) {
    const figures = { machine: machine(), options: { ...values, rows }, floors, results: measured };
    await writeFile(values.json, `${JSON.stringify(figures, undefined, 2)}\n`);
  }
} finally {
  await google?.stop();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}

/** Kinds whose connector a build does not know yet, as `build key`. */
async function skippedKinds(): Promise<ReadonlySet<string>> {
  const skipped = new Set<string>();
  for (const build of builds) {
    for (const { key, title, variant } of kinds) {
      const refusal = await refusalOf(build, connectors[variant]);
      if (refusal === undefined) continue;
      skipped.add(`${build.label} ${key}`);
      say(`"${title}" is skipped for ${build.label}, whose schema refuses it: ${refusal}`);
    }
  }
  return skipped;
}

async function measureRound(round: number, skipped: ReadonlySet<string>): Promise<void> {
  const contenders: (Contender & { target: string })[] = [];
  for (const build of builds) {
    for (const target of targets) {
      const own = join(folder, `${contenders.length}_${round}`);
      const options = { server, folder: own, state: values.state };
      const contender = await newContender(build, {
        ...options,
        google: target === 'cloud' ? google : undefined,
      });
      contenders.push({ ...contender, target });
    }
  }
  // Whichever is first finds other caches, so they take turns.
  if (round % 2 === 0) contenders.reverse();
  const ran: Contender[] = [];
  for (const kind of kinds) {
    const able = contenders.filter(({ label }) => !skipped.has(`${label} ${kind.key}`));
    for (const contender of able) await prepare(contender, kind, ran);
    // All have the same rows, so those that are not able find them changed later, in a run that nothing measures.
    if (kind.key === 'changed') {
      await changeHrRows(server.url(), { change: numbers.changed, remove: numbers.deleted, add: 0 });
    }
    if (able.length > 0) await measureKind(kind, able);
  }
  for (const { place } of contenders) await rm(place.folder, { recursive: true, force: true });
}

/** Brings a state to where a kind of run begins. */
async function prepare(contender: Contender, kind: RunKind, ran: Contender[]): Promise<void> {
  const isNew = !ran.includes(contender);
  ran.push(contender);
  if (kind === FIRST_LOAD) return;
  if (isNew) await runOf(contender, FIRST_LOAD, { connector: connectors.plain, numbers });
  if (contender.variant === kind.variant) return;
  const nothing = { ...kind, expected: () => ({ added: 0, changed: 0, deleted: 0 }) };
  await runOf(contender, nothing, { connector: connectors[kind.variant], numbers });
}

async function measureKind(
  kind: RunKind,
  contenders: readonly (Contender & { target: string })[],
): Promise<void> {
  const before = await floor();
  const costs = new Map<(typeof contenders)[number], Cost>();
  for (const contender of contenders) {
    await quiet();
    costs.set(contender, await runOf(contender, kind, { connector: connectors[kind.variant], numbers }));
  }
  const mean = meanCost(before, await floor());
  for (const [{ label: build, target }, cost] of costs) {
    const { key, title, aim } = kind;
    const name = `${key} ${build} ${target}`;
    const result = results.get(name) ?? { key, title, aim, build, target, costs: [] };
    results.set(name, result);
    result.costs.push({ ...cost, floor: mean });
    say(
      `  ${title}, ${target}, ${build}: CPU ${cost.cpuSeconds.toFixed(2)} s, wall ${cost.wallSeconds.toFixed(2)} s`,
    );
  }
}

async function floor(): Promise<Cost> {
  await quiet();
  const cost = await measureFloor(server, folder);
  floors.push(cost);
  return cost;
}

/** Writes what the server still has to write, so that it does not do so in the next figure. */
async function quiet(): Promise<void> {
  const client = new pg.Client(server.url());
  await client.connect();
  await client.query('CHECKPOINT');
  await client.end();
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
