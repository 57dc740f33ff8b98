import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import Libsql from 'libsql';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../../src/database/database.ts';
import { openCheckState } from '../../../src/state/check/open-check-state.ts';
import { openExplainState } from '../../../src/state/explain/open-explain-state.ts';
import { migrateState, openState } from '../../../src/state/run/open-state.ts';
import { runMetrics } from '../../../src/state/server/run-metrics.ts';
import { describeAlertStateContract } from '../../contracts/alert-state.contract.ts';
import { describeJournalContract } from '../../contracts/journal.contract.ts';
import { describeLeaseContract } from '../../contracts/lease.contract.ts';
import { describeRunMetricsContract } from '../../contracts/run-metrics.contract.ts';
import { describeKindsContract } from '../../contracts/state/kinds.contract.ts';
import { describeStateContract } from '../../contracts/state.contract.ts';
import type { StateStore } from '../../contracts/state/state-scene.ts';

const source = new URL('../../../src/state/run/open-state.ts', import.meta.url).href;
const staging = new URL('../../../src/pipeline/staging/staged-batches.ts', import.meta.url).href;

async function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'state-'));
}

async function makeStore() {
  const folder = await temporaryFolder();
  const file = join(folder, 'below', 'state.db');
  return {
    address: { file },
    open: ((options) => openState({ file, readOnly: false, ...options })) satisfies StateStore['open'],
    openExplain: ((options) => openExplainState({ file, ...options })) satisfies StateStore['openExplain'],
    openCheck: ((options) => openCheckState({ file, ...options })) satisfies StateStore['openCheck'],
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

describeStateContract('SQLite', makeStore);
describeJournalContract('SQLite', makeStore);
describeLeaseContract('SQLite', makeStore);
describeAlertStateContract('SQLite', makeStore);
describeRunMetricsContract('SQLite', makeStore);
describeKindsContract('SQLite', makeStore);

test('the metrics of runs are looked up in indexes, and no table is read through', async () => {
  const { address, remove } = await makeStore();
  await migrateState(address);
  const { knex, dialect, ...database } = await openDatabase(address);
  const asked: string[] = [];
  knex.on('query', ({ sql }: { sql: string }) => asked.push(sql));
  await runMetrics({ knex, dialect, ...database, kind: 'connector' });
  const plan: unknown = await knex.raw(`explain query plan ${asked[0]}`);
  const steps = (plan as { detail: string }[]).map(({ detail }) => detail);
  expect(steps.filter((step) => step.startsWith('SCAN') && step !== 'SCAN connectors')).toEqual([]);
  expect(steps.join('\n')).toContain('run_state_success');
  await database.close();
  await remove();
});

describe('an embedded state file', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
    file = join(folder, 'state.db');
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  test('is made and migrated by several first processes at once', async () => {
    const program = `
      import { openState } from ${JSON.stringify(source)};
      const state = await openState({ file: process.argv[1], readOnly: false });
      const { scope } = await state.position('hr', 'store');
      await state.beginRun({ runId: process.argv[2], connectorId: 'hr', target: 'store', startedAt: new Date() });
      await state.close();
      process.stdout.write(String(scope));`;
    const start = (runId: string) =>
      execa(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program, file, runId]);
    const processes = await Promise.all(['R1', 'R2', 'R3', 'R4'].map(start));
    expect(new Set(processes.map(({ stdout }) => stdout)).size).toBe(1);
    const state = await openState({ file, readOnly: false });
    expect(await state.unfinishedRuns('hr')).toHaveLength(4);
    await state.close();
  });

  test('is not made by a dry run, which knows nothing then', async () => {
    const state = await openState({ file, readOnly: true });
    expect((await state.position('hr', 'store')).scope).toBe(-1);
    expect(await state.lastCommitted('hr')).toBeUndefined();
    await state.close();
    expect(await readdir(folder)).toEqual([]);
  });

  test('is refused when a newer version of the program has written it', async () => {
    await migrateState({ file });
    const database = new Libsql(file);
    database.exec("insert into knex_migrations (name, batch) values ('29990101000001_future.js', 2)");
    database.close();
    for (const readOnly of [true, false]) {
      await expect(openState({ file, readOnly })).rejects.toMatchObject({
        code: 'STATE_NEWER',
        message: expect.stringContaining('29990101000001_future.js'),
      });
    }
    await expect(migrateState({ file })).rejects.toMatchObject({ code: 'STATE_NEWER' });
  });

  test('is migrated once', async () => {
    const names = (await readdir(new URL('../../../migrations/', import.meta.url))).sort();
    expect((await migrateState({ file })).applied).toEqual(names);
    expect((await migrateState({ file })).applied).toEqual([]);
  });

  test('that is not a database is refused with its path', async () => {
    await writeFile(file, 'Dear diary, '.repeat(500));
    await expect(openState({ file, readOnly: false })).rejects.toMatchObject({
      code: 'STATE_FAILED',
      message: expect.stringContaining(file),
      hint: expect.stringContaining('backup'),
    });
  });

  test('below a path that is not a directory is refused with its path', async () => {
    await writeFile(file, '');
    await expect(openState({ file: join(file, 'state.db'), readOnly: false })).rejects.toMatchObject({
      code: 'STATE_FAILED',
      message: expect.stringContaining(file),
    });
  });

  test('makes another connection of the same process wait for its turn, and goes on meanwhile', async () => {
    const first = await openState({ file, readOnly: false });
    const second = await openState({ file, readOnly: false });
    const other = new Libsql(file);
    other.exec('begin immediate');
    let done = false;
    const waiting = [first.position('hr', 'a'), second.position('hr', 'b')];
    void Promise.all(waiting).then(() => (done = true));
    await new Promise((turn) => setTimeout(turn, 100));
    expect(done).toBe(false);
    other.exec('commit');
    const scopes = await Promise.all(waiting);
    expect(new Set(scopes.map(({ scope }) => scope)).size).toBe(2);
    other.close();
    await first.close();
    await second.close();
  });

  /** Opens the state in a process with a limit on the size of files, which simulates a full disk. @returns what it wrote */
  async function onFullDisk(work: string): Promise<string> {
    const program = `
      import { openState } from ${JSON.stringify(source)};
      const state = await openState({ file: process.argv[1], readOnly: false });
      import { StagedBatches } from ${JSON.stringify(staging)};
      const batchesFrom = (first, count) => {
        const batches = new StagedBatches();
        for (let i = first; i < first + count; i++)
          batches.add('upsert', { docId: 'hr:' + i, digest: '5'.repeat(64), high: i, low: i });
        return batches.take();
      };
      const say = (text) => process.stdout.write(text + '\\n');
      const tell = (error) => say(error.code + ' ' + error.message);
      ${work}
      await state.close();`;
    const { stdout } = await execa('bash', [
      '-c',
      'trap "" XFSZ; ulimit -f 512; exec "$@"',
      'limited',
      process.execPath,
      ...['--import', 'tsx', '--input-type=module', '-e', program, file],
    ]);
    return stdout;
  }
  const NO_SPACE = String.raw`STATE_LIMIT The state database .*state\.db aborted the work \(disk( space)?\): .*`;
  const beginning = { runId: 'R', connectorId: 'hr', target: 'store', startedAt: new Date() };

  test('on a full disk refuses to stage, and keeps the last commit', async () => {
    const state = await openState({ file, readOnly: false });
    await state.position('hr', 'store');
    await state.beginRun(beginning);
    await state.close();
    const stdout = await onFullDisk(
      `await state.stage('R', batchesFrom(0, 50_000)).then(() => say('staged'), tell);`,
    );
    expect(stdout).toMatch(new RegExp(`^${NO_SPACE}$`));
    const after = await openState({ file, readOnly: false });
    expect(await after.unfinishedRuns('hr')).toHaveLength(1);
    await after.close();
  });

  test('keeps nothing of a first load on a disk that became full in the middle, once the next run begins', async () => {
    const state = await openState({ file, readOnly: false });
    await state.position('hr', 'store');
    await state.beginRun(beginning);
    await state.close();
    const abandoned = { error: { code: 'X', message: 'x' }, finishedAt: new Date(), abandon: true };
    // The failure cannot be recorded, either: the run stays open, with the parts that were loaded before.
    const stdout = await onFullDisk(`
      for (let part = 0, full = false; part < 50 && !full; part++)
        await state.stage('R', batchesFrom(part * 1_000, 1_000)).then(() => say('loaded'), (error) => {
          full = true;
          tell(error);
        });
      const failure = { error: { code: 'X', message: 'x' }, finishedAt: new Date(), abandon: true };
      await state.failRun('R', failure).catch(() => say('still open'));`);
    expect(stdout).toMatch(new RegExp(`^(loaded\n)+${NO_SPACE}(\nstill open)?$`));

    const next = await openState({ file, readOnly: false });
    for (const { runId } of await next.unfinishedRuns('hr')) await next.failRun(runId, abandoned);
    await next.beginRun({ ...beginning, runId: 'S' });
    const { scope } = await next.position('hr', 'store');
    expect(await next.lookup(scope, ['hr:1'])).toEqual([]);
    await next.close();
    const database = await openDatabase({ file });
    expect(await database.knex('record_state').pluck('doc_id')).toEqual([]);
    expect(await database.knex('record_loads').pluck('run_id')).toEqual([]);
    await database.close();
  });
});
