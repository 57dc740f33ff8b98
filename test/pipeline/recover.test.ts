import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BridgeError } from '../../src/core/errors.ts';
import { silentLogger } from '../../src/core/log.ts';
import type { Destination } from '../../src/pipeline/ports/delivery-port.ts';
import type { Job, Ports } from '../../src/pipeline/ports/job.ts';
import { runConnector } from '../../src/pipeline/run.ts';
import type { State } from '../../src/pipeline/ports/state-port.ts';
import { openState } from '../../src/state/run/open-state.ts';
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
const OLD = jobOf().target;
const NEW = 'projects/p/locations/global/dataStores/new';
const LOCAL = 'local';

const folders = temporaryFolders();
let folder: string;
let state: State;
let warnings: { message: string; details: unknown }[];
beforeEach(async () => {
  folder = folders.make();
  warnings = [];
  state = await openState({ file: join(folder, 'state.db'), readOnly: false });
});
afterEach(async () => {
  await state.close();
  folders.removeAll();
});

const accepting: Destination = { deliver: () => Promise.resolve({ upserts: 0, deletes: 0, rejected: 0 }) };
const gone = new BridgeError('SOURCE_UNREACHABLE', 'it is away');
/** Asks for an import, and then cannot find out what became of it. */
const silent: Destination = {
  async deliver(_manifest, _store, journal) {
    const askedAt = new Date().toISOString();
    await journal.save({ name: 'import-1', state: 'asked', operation: null, askedAt, detail: {} });
    throw gone;
  },
};

interface Given extends Partial<Job> {
  readonly rows?: Rows;
  readonly destination?: Destination;
  readonly bucket?: string;
  readonly process?: State;
}

function run(
  runId: string,
  { rows = ONE, destination = accepting, bucket = 'bucket', ...given }: Given = {},
) {
  const { process: on = state, ...job } = given;
  const source = rowsSource({ columns: COLUMNS, rows, checkpoint: `${rows.length} rows` });
  const ports: Ports = {
    ...portsOf({ source, state: on, destination }, join(folder, bucket)),
    log: { ...silentLogger, warn: (message, details) => warnings.push({ message, details }) },
  };
  return runConnector(jobOf({ runId, ...job }), ports, new AbortController().signal);
}

/** A run whose process dies when its artifacts are written and the state does not know. */
async function killUnpublished(runId: string, given: Given = {}): Promise<void> {
  const dies = () => Promise.reject(gone);
  const process = { ...(given.process ?? state), published: dies, failRun: dies };
  await expect(run(runId, { ...given, process })).rejects.toBe(gone);
  expect(await state.findRun(runId)).toMatchObject({ status: 'RUNNING', manifestName: null });
}

async function leavePublished(runId: string, given: Given = {}): Promise<void> {
  await expect(run(runId, { destination: silent, ...given })).rejects.toBe(gone);
  expect(await state.unfinishedRuns('hr')).toMatchObject([{ runId, manifestName: expect.any(String) }]);
}

const artifactsOf = (runId: string, bucket = 'bucket', prefix = 'hr') =>
  existsSync(join(folder, bucket, 'connectors', prefix, 'runs', runId, 'manifest.json'));
const open = async () => (await state.unfinishedRuns('hr')).map(({ runId }) => runId);

describe('a run that died before it was published', () => {
  test.each([
    ['of the same data store', {}],
    ['of the data store that its connector had before', { target: NEW }],
    ['of a data store, found by a local run', { target: LOCAL }],
    ['found by a run that sends nothing', { target: NEW, sends: false }],
  ])('is closed and its artifacts are removed: %s', async (_, job) => {
    await killUnpublished('R1');
    expect(artifactsOf('R1')).toBe(true);
    await run('R2', job);
    expect(await open()).toEqual([]);
    expect(await state.findRun('R1')).toMatchObject({ status: 'FAILED', error: { code: 'INTERRUPTED' } });
    expect(artifactsOf('R1')).toBe(false);
  });

  test('leaves no changes set aside for a run of the same id', async () => {
    await killUnpublished('R1', { rows: TWO });
    await run('R2', { target: NEW });
    expect((await run('R1', { rows: ONE })).counts).toMatchObject({ added: 1 });
    const { scope } = await state.position('hr', OLD);
    expect(await state.lookup(scope, ['hr:1', 'hr:2'])).toHaveLength(1);
  });

  test('is cleared up below the prefix that its connector had then', async () => {
    await killUnpublished('R1', { prefix: 'old-prefix' });
    expect(artifactsOf('R1', 'bucket', 'old-prefix')).toBe(true);
    await run('R2', { prefix: 'new-prefix' });
    expect(artifactsOf('R1', 'bucket', 'old-prefix')).toBe(false);
  });

  test('is cleared up below the prefix of now when an older version, which noted no folder, began it', async () => {
    const older: State['beginRun'] = ({ runId, connectorId, target, startedAt }) =>
      state.beginRun({ runId, connectorId, target, startedAt });
    await killUnpublished('R1', { process: { ...state, beginRun: older } });
    expect(await state.findRun('R1')).toMatchObject({ folder: null });
    expect(artifactsOf('R1')).toBe(true);
    await run('R2');
    expect(await open()).toEqual([]);
    expect(artifactsOf('R1')).toBe(false);
  });

  test('is closed, and its folder is named, when its artifacts are in another bucket', async () => {
    await killUnpublished('R1', { bucket: 'old-bucket' });
    await run('R2', { bucket: 'new-bucket', target: NEW });
    expect(await open()).toEqual([]);
    expect(artifactsOf('R1', 'old-bucket')).toBe(true);
    expect(warnings.at(-1)).toMatchObject({
      message: expect.stringContaining('another bucket'),
      details: { run: 'R1', folder: expect.stringMatching(/^file:.*old-bucket\/connectors\/hr\/runs\/R1$/) },
    });
  });

  test('keeps no other connector of its data store from a full reconciliation', async () => {
    await killUnpublished('R1');
    // Its process is gone, so it brings nothing any more, whether its connector ever runs again or not.
    expect(await state.othersInto(OLD, 'kb')).toEqual([]);
    const process = await state.lease('hr', { runId: 'R2', host: 'here', pid: 1 });
    expect(await state.othersInto(OLD, 'kb')).toEqual(['hr']);
    await process.release();
  });
});

describe('a published run of another target', () => {
  test('is given up by a run into a data store, and what it may have sent is in doubt', async () => {
    await run('R1', { rows: ONE });
    await leavePublished('R2', { rows: TWO });
    await run('R3', { rows: TWO, target: NEW });
    expect(await open()).toEqual([]);
    expect(await state.findRun('R2')).toMatchObject({ status: 'FAILED', manifestName: null });
    const { scope, checkpoint } = await state.position('hr', OLD);
    expect(checkpoint).toBeUndefined();
    const records = await state.lookup(scope, ['hr:1', 'hr:2']);
    expect(new Map(records.map(({ docId, checksum }) => [docId, checksum !== '']))).toEqual(
      new Map([
        ['hr:1', true],
        ['hr:2', false],
      ]),
    );
    expect(warnings).toContainEqual(
      expect.objectContaining({ details: expect.objectContaining({ was: OLD }) }),
    );
  });

  test('has its documents sent again, or deleted, when the connector is moved back', async () => {
    for (const [rows, counts] of [
      [TWO, { unchanged: 1, changed: 1, deleted: 0 }],
      [ONE, { unchanged: 1, changed: 0, deleted: 1 }],
    ] as const) {
      const name = `${rows.length}`;
      const own = { connectorId: `hr-${name}`, prefix: name };
      await run(`${name}-1`, { ...own, rows: ONE });
      await expect(run(`${name}-2`, { ...own, rows: TWO, destination: silent })).rejects.toBe(gone);
      await run(`${name}-3`, { ...own, target: NEW });
      expect((await run(`${name}-4`, { ...own, rows })).counts).toMatchObject(counts);
    }
  });

  test('that asked for nothing yet leaves nothing in doubt', async () => {
    await expect(run('R1', { destination: { deliver: () => Promise.reject(gone) } })).rejects.toBe(gone);
    await run('R2', { target: NEW });
    expect(await open()).toEqual([]);
    expect(await state.othersInto(OLD, 'kb')).toEqual([]);
  });

  test.each([
    ['a local run', { target: LOCAL }],
    ['a run that sends nothing', { target: NEW, sends: false }],
  ])('is left by %s, and finished by the next one of its own target', async (_, job) => {
    await leavePublished('R1');
    await run('R2', job);
    expect(await open()).toEqual(['R1']);
    await run('R3', { rows: TWO });
    expect(await state.findRun('R1')).toMatchObject({ status: 'SUCCESS' });
  });

  test('which was a local one is given up by a run into a data store', async () => {
    await leavePublished('R1', { target: LOCAL });
    await run('R2');
    expect(await open()).toEqual([]);
    expect(await state.othersInto(LOCAL, 'kb')).toEqual(['hr']);
  });
});
