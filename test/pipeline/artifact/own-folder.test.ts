import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BridgeError } from '../../../src/core/errors.ts';
import { localDestination } from '../../../src/gemini/delivery/local-destination.ts';
import type { Destination } from '../../../src/pipeline/ports/delivery-port.ts';
import type { Job } from '../../../src/pipeline/ports/job.ts';
import type { ArtifactStore } from '../../../src/pipeline/ports/ports.ts';
import { runConnector } from '../../../src/pipeline/run.ts';
import { openState } from '../../../src/state/run/open-state.ts';
import { jobOf } from '../../support/pipeline/planning.ts';
import { rowsSource } from '../../support/pipeline/rows-source.ts';
import { portsOf } from '../../support/processes/running.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const COLUMNS = [
  { name: 'id', kind: 'integer' },
  { name: 'title', kind: 'text' },
] as const;
const accepting: Destination = { deliver: () => Promise.resolve({ upserts: 0, deletes: 0, rejected: 0 }) };
const writesOnly = localDestination({ projectId: 'p', location: 'global', dataStoreId: 'd' });

const folders = temporaryFolders();
let folder: string;
beforeEach(() => {
  folder = folders.make();
});
afterEach(() => {
  folders.removeAll();
});

/** Runs with a state of that name: another name is a state that was lost, or that of another installation. */
async function run(
  stateName: string,
  ids: readonly string[],
  job: Partial<Job> = {},
  open?: ArtifactStore['open'],
) {
  const state = await openState({ file: join(folder, `${stateName}.db`), readOnly: false });
  try {
    const source = rowsSource({ columns: COLUMNS, rows: ids.map((id) => [id, `title ${id}`] as const) });
    const destination = job.sends === false ? writesOnly : accepting;
    const ports = portsOf({ source, state, destination }, join(folder, 'bucket'));
    const given = open === undefined ? ports : { ...ports, store: { ...ports.store, open } };
    return await runConnector(jobOf({ runId: 'r1', ...job }), given, new AbortController().signal);
  } finally {
    await state.close();
  }
}
const runFolder = () => join(folder, 'bucket', 'connectors', 'hr', 'runs', 'r1');
async function content(): Promise<Record<string, string>> {
  const names = (await readdir(runFolder())).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(runFolder(), name), 'utf8')));
  return Object.fromEntries(names.map((name, index) => [name, texts[index] ?? '']));
}

describe('the folder of a run that was delivered', () => {
  test('keeps every artifact when a state that does not know the run is asked for the same id', async () => {
    await run('first', ['1', '2']);
    const before = await content();
    for (let attempt = 1; attempt <= 2; attempt++) {
      await expect(run('second', ['3'])).rejects.toMatchObject({
        code: 'ARTIFACT_EXISTS',
        message: expect.stringContaining(
          'runs/r1/manifest.json exists, and the state does not know the run r1',
        ),
      });
    }
    expect(await content()).toEqual(before);
  });

  test('keeps them when the bucket cannot say whether there is a manifest', async () => {
    await run('first', ['1']);
    const before = await content();
    const away = new BridgeError('ARTIFACT_READ_FAILED', 'the bucket is away');
    await expect(run('second', ['3'], {}, () => Promise.reject(away))).rejects.toBe(away);
    const fault = new TypeError('x is not a function');
    await expect(run('second', ['3'], {}, () => Promise.reject(fault))).rejects.toMatchObject({
      code: 'INTERNAL',
    });
    expect(await content()).toEqual(before);
  });

  test('keeps them as well for a run that would send nothing', async () => {
    await run('first', ['1']);
    const before = await content();
    await expect(run('second', ['3'], { sends: false })).rejects.toMatchObject({ code: 'ARTIFACT_EXISTS' });
    expect(await content()).toEqual(before);
  });

  test('stays usable under the state that knows the run, and under another id', async () => {
    await run('first', ['1']);
    expect(await run('first', ['1'])).toMatchObject({ work: 'repeated' });
    expect(await run('second', ['1'], { runId: 'r2' })).toMatchObject({ status: 'SUCCESS', work: 'done' });
  });
});

describe('the folder of a run that may do its work again', () => {
  test('is cleared when the state knows that the run sent nothing', async () => {
    await run('first', ['1'], { sends: false });
    expect(await run('first', ['1', '2'], { sends: false })).toMatchObject({ counts: { added: 2 } });
  });

  test('is cleared of leftovers without a manifest, which nothing uses', async () => {
    await run('first', ['1', '1']).catch(() => undefined);
    expect(await run('second', ['1'])).toMatchObject({ status: 'SUCCESS' });
  });
});
