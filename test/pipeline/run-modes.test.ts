import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BridgeError } from '../../src/core/errors.ts';
import { localDestination } from '../../src/gemini/delivery/local-destination.ts';
import type { Destination } from '../../src/pipeline/ports/delivery-port.ts';
import type { Job, Ports } from '../../src/pipeline/ports/job.ts';
import type { Manifest } from '../../src/pipeline/ports/ports.ts';
import { runConnector } from '../../src/pipeline/run.ts';
import type { State } from '../../src/pipeline/ports/state-port.ts';
import { openState } from '../../src/state/run/open-state.ts';
import { mappingOf } from '../support/pipeline/mapping.ts';
import { jobOf } from '../support/pipeline/planning.ts';
import { rowsSource } from '../support/pipeline/rows-source.ts';
import { portsOf } from '../support/processes/running.ts';
import { temporaryFolders } from '../support/files/temporary-folder.ts';

const COLUMNS = [
  { name: 'id', kind: 'integer' },
  { name: 'title', kind: 'text' },
] as const;
type Rows = readonly (readonly [id: string, title: string])[];
const ONE: Rows = [['1', 'one']];
const TWO: Rows = [...ONE, ['2', 'two']];
const writesOnly = localDestination({ projectId: 'p', location: 'global', dataStoreId: 'd' });

const folders = temporaryFolders();
let folder: string;
let state: State;
beforeEach(async () => {
  folder = folders.make();
  state = await openState({ file: join(folder, 'state.db'), readOnly: false });
});
afterEach(async () => {
  await state.close();
  folders.removeAll();
});

/** Runs of what it delivered, in their order. */
function accepting(): Destination & { readonly delivered: string[] } {
  const delivered: string[] = [];
  const deliver: Destination['deliver'] = (manifest) => {
    delivered.push(manifest.runId);
    return Promise.resolve({ upserts: 0, deletes: 0, rejected: 0 });
  };
  return { delivered, deliver };
}
const away: Destination = {
  deliver: () => Promise.reject(new BridgeError('SOURCE_UNREACHABLE', 'the index is away')),
};

const ports = (rows: Rows, destination: Destination): Ports =>
  portsOf(
    { source: rowsSource({ columns: COLUMNS, rows, checkpoint: `${rows.length} rows` }), state, destination },
    join(folder, 'bucket'),
  );
const run = (runId: string, given: Ports, job: Partial<Job> = {}) =>
  runConnector(jobOf({ runId, ...job }), given, new AbortController().signal);
const unsent = (runId: string, rows: Rows, given: Partial<Ports> = {}) =>
  run(runId, { ...ports(rows, writesOnly), ...given }, { sends: false });
const inBucket = (...path: string[]) => join(folder, 'bucket', 'connectors', 'hr', ...path);
const runsInBucket = async () => (await readdir(inBucket('runs'))).sort();
const manifestIn = async (...path: string[]) =>
  JSON.parse(await readFile(inBucket(...path, 'manifest.json'), 'utf8')) as Manifest;

async function standing() {
  const position = await state.position('hr', jobOf().target);
  return { position, records: await state.lookup(position.scope, ['hr:1', 'hr:2']) };
}

describe('a run that sends nothing', () => {
  test('writes its artifacts and requests, and leaves the state as it was', async () => {
    await run('R1', ports(ONE, accepting()));
    const before = await standing();
    const result = await unsent('R2', TWO);
    expect(result).toMatchObject({
      work: 'written',
      status: 'SUCCESS',
      counts: { unchanged: 1, added: 1 },
      manifestName: 'connectors/hr/runs/R2/manifest.json',
    });
    expect(await manifestIn('runs', 'R2')).toMatchObject({ runId: 'R2', counts: { added: 1 } });
    expect(await readdir(inBucket('runs', 'R2', 'requests'))).toHaveLength(1);
    expect(await standing()).toEqual(before);
    expect(await state.findRun('R2')).toMatchObject({ status: 'DRY_RUN', manifestName: null });
    expect(await state.unfinishedRuns('hr')).toEqual([]);
    expect(await manifestIn('latest')).toMatchObject({ runId: 'R1' });
  });

  test('keeps nothing from the next one that sends, which sends everything', async () => {
    await unsent('R1', TWO);
    expect((await unsent('R2', TWO)).counts).toMatchObject({ added: 2 });
    const destination = accepting();
    expect((await run('R3', ports(TWO, destination))).counts).toMatchObject({ added: 2 });
    expect(destination.delivered).toEqual(['R3']);
    // Its id is free: it did not do the work.
    expect(await run('R2', ports(ONE, destination))).toMatchObject({ work: 'done', counts: { deleted: 1 } });
  });

  test('leaves a published run of before to one that sends', async () => {
    await expect(run('R1', ports(ONE, away))).rejects.toThrow('away');
    const before = await state.findRun('R1');
    await unsent('R2', TWO);
    expect(await state.findRun('R1')).toEqual(before);
    const destination = accepting();
    await run('R3', ports(TWO, destination));
    expect(destination.delivered).toEqual(['R1', 'R3']);
  });

  test('does not touch the artifacts of a published run when it is given its id', async () => {
    await expect(run('R1', ports(ONE, away))).rejects.toThrow('away');
    await expect(unsent('R1', TWO)).rejects.toMatchObject({ code: 'RUN_ID_TAKEN' });
    await expect(run('R1', ports(TWO, away), { target: 'elsewhere' })).rejects.toMatchObject({
      code: 'RUN_ID_TAKEN',
    });
    const destination = accepting();
    expect(await run('R2', ports(ONE, destination))).toMatchObject({ counts: { unchanged: 1, added: 0 } });
    expect(destination.delivered).toEqual(['R1']);
  });

  test('that fails leaves no changes set aside', async () => {
    await expect(unsent('R1', TWO, { destination: away })).rejects.toThrow('away');
    expect(await state.findRun('R1')).toMatchObject({ status: 'FAILED', manifestName: null });
    expect(await state.unfinishedRuns('hr')).toEqual([]);
  });

  test.each([true, false])(
    'is cleaned up by the next run after it was killed (which sends: %s)',
    async (sends) => {
      const killed = new BridgeError(
        'LEASE_LOST',
        'the process of this run has died, so nothing is written any more',
      );
      const dying: State = { ...state, closeUnsent: () => Promise.reject(killed) };
      await expect(unsent('R1', TWO, { state: dying })).rejects.toBe(killed);
      expect(await state.unfinishedRuns('hr')).toHaveLength(1);
      expect(await runsInBucket()).toEqual(['R1']);
      await run('R2', ports(ONE, sends ? accepting() : writesOnly), { sends });
      expect(await state.unfinishedRuns('hr')).toEqual([]);
      expect(await state.findRun('R1')).toMatchObject({ status: 'FAILED' });
      expect(await runsInBucket()).toEqual(['R2']);
    },
  );
});

describe('a full reconciliation', () => {
  test('says so in its manifest, has all documents in its artifacts, and is an ordinary run in the state', async () => {
    await run('R1', ports(TWO, accepting()));
    const result = await run('R2', ports(TWO, accepting()), { reconcile: true });
    expect(result).toMatchObject({ status: 'SUCCESS', counts: { unchanged: 2, added: 0, changed: 0 } });
    const { reconciliation, files } = await manifestIn('runs', 'R2');
    expect(reconciliation).toBe('full');
    expect(files.find(({ kind }) => kind === 'upserts')).toMatchObject({ rows: 2 });
    expect(await manifestIn('runs', 'R1')).not.toHaveProperty('reconciliation');
    const destination = accepting();
    await run('R3', ports(TWO, destination));
    expect(destination.delivered).toEqual([]);
  });

  test('that waited to be finished is given up when another connector has come to its data store', async () => {
    await expect(run('R1', ports(ONE, away), { reconcile: true })).rejects.toThrow('away');
    await run('K1', ports(TWO, accepting()), { connectorId: 'kb', prefix: 'kb' });
    const destination = accepting();
    expect((await run('R2', ports(ONE, destination))).counts).toMatchObject({ added: 1 });
    expect(destination.delivered).toEqual(['R2']);
    expect(await state.findRun('R1')).toMatchObject({ error: { code: 'RECONCILIATION_REFUSED' } });
  });
});

test('a run in which too many rows lose their readers fails before anything is sent', async () => {
  const columns = [...COLUMNS, { name: 'readers', kind: 'text' }] as const;
  const job = {
    mapping: mappingOf({ aclUsersField: 'readers' }),
    quarantine: { maxCount: 5, maxRatio: 1, maxConsecutive: 1_000 },
  };
  const source = (readers: (id: number) => string) =>
    rowsSource({
      columns,
      rows: Array.from({ length: 10 }, (_, id) => [String(id), 'x', readers(id)]),
    });
  const destination = accepting();
  const given = ports([], destination);
  await run('R1', { ...given, source: source(() => 'x@example.com') }, job);
  const before = await standing();
  const lost = { ...given, source: source((id) => (id < 6 ? '' : 'x@example.com')) };
  await expect(run('R2', lost, job)).rejects.toMatchObject({ code: 'QUARANTINE_LIMIT' });
  expect(destination.delivered).toEqual(['R1']);
  expect(await standing()).toEqual(before);
  const fewer = { ...given, source: source((id) => (id < 5 ? '' : 'x@example.com')) };
  expect(await run('R3', fewer, job)).toMatchObject({ status: 'PARTIAL', counts: { deleted: 5 } });
});
