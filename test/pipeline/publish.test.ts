import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BridgeError } from '../../src/core/errors.ts';
import type { Ports } from '../../src/pipeline/ports/job.ts';
import type { ArtifactStore, ArtifactWriter } from '../../src/pipeline/ports/ports.ts';
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

const folders = temporaryFolders();
let folder: string;
let state: State;
let delivered: string[];
let ports: Ports;
beforeEach(async () => {
  folder = folders.make();
  delivered = [];
  state = await openState({ file: join(folder, 'state.db'), readOnly: false });
  const source = rowsSource({ columns: COLUMNS, rows: [['1', 'one']] });
  const destination: Ports['destination'] = {
    deliver: ({ runId }) => {
      delivered.push(runId);
      return Promise.resolve({ upserts: 0, deletes: 0, rejected: 0 });
    },
  };
  ports = portsOf({ source, state, destination }, join(folder, 'bucket'));
});
afterEach(async () => {
  await state.close();
  folders.removeAll();
});

const run = (runId: string, store: ArtifactStore = ports.store) =>
  runConnector(jobOf({ runId }), { ...ports, store }, new AbortController().signal);
const manifestOf = (runId: string) =>
  join(folder, 'bucket', 'connectors', 'hr', 'runs', runId, 'manifest.json');

type Ways = (writer: ArtifactWriter) => Partial<ArtifactWriter>;

/** The store, with a writer of manifests that fails in some ways. */
const failing = (ways: Ways): ArtifactStore => ({
  ...ports.store,
  create: async (name) => {
    const writer = await ports.store.create(name);
    if (!name.endsWith('manifest.json')) return writer;
    return {
      write: (bytes) => writer.write(bytes),
      finish: () => writer.finish(),
      abort: () => writer.abort(),
      ...ways(writer),
    };
  },
});
const full = new BridgeError('ARTIFACT_WRITE_FAILED', 'the disk is full');

describe('a manifest that cannot be written', () => {
  test.each<[string, Ways]>([
    ['the disk is full', () => ({ write: () => Promise.reject(full) })],
    ['it cannot be made durable', () => ({ finish: () => Promise.reject(full) })],
    [
      'it cannot be given up either',
      (writer) => ({
        finish: () => Promise.reject(full),
        abort: async () => {
          await writer.abort();
          throw new Error('nor this');
        },
      }),
    ],
  ])('fails the run, which sends nothing and says why, when %s', async (_, ways) => {
    await expect(run('R1', failing(ways))).rejects.toBe(full);
    expect(existsSync(manifestOf('R1'))).toBe(false);
    expect(delivered).toEqual([]);
    expect(await state.findRun('R1')).toMatchObject({ status: 'FAILED', manifestName: null });
  });

  test('leaves the changes to the next run, which finds them again', async () => {
    await expect(
      run(
        'R1',
        failing(() => ({ finish: () => Promise.reject(full) })),
      ),
    ).rejects.toBe(full);
    expect((await run('R2')).counts).toMatchObject({ added: 1 });
    expect(delivered).toEqual(['R2']);
  });
});
