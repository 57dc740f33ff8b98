import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { fileStore } from '../../../src/artifacts/file/store.ts';
import { DocumentLines } from '../../../src/app/explain/document-lines.ts';
import { BridgeError } from '../../../src/core/errors.ts';
import type { ArtifactKind, ArtifactStore } from '../../../src/pipeline/ports/ports.ts';
import type { RunRow } from '../../../src/pipeline/ports/state-port.ts';
import { ALWAYS_HELD } from '../../support/pipeline/always-held.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const FOLDER = 'connectors/hr/runs/R';
const folders = temporaryFolders();
let store: ArtifactStore;

afterAll(() => {
  folders.removeAll();
});
beforeEach(() => {
  store = fileStore(folders.make(), '/', ALWAYS_HELD);
});

const runRow = (manifestName: string | null): RunRow => ({
  runId: 'R',
  connectorId: 'hr',
  target: 'store',
  status: 'SUCCESS',
  phase: 'commit',
  startedAt: '',
  fence: 0,
  finishedAt: null,
  counts: null,
  watermark: null,
  manifestName,
  committedAt: null,
  holdReason: null,
  error: null,
  phaseTimes: {},
  folder: null,
  progress: null,
});
const RUN = runRow(`${FOLDER}/manifest.json`);

const write = (name: string, text: string) => store.replace(`${FOLDER}/${name}`, Buffer.from(text));

/** Writes files of these lines, and the manifest that lists them. */
async function publish(files: readonly (readonly [ArtifactKind, name: string, lines: readonly object[]])[]) {
  for (const [, name, lines] of files)
    await write(name, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const listed = files.map(([kind, name, { length }]) => ({
    kind,
    name: `${FOLDER}/${name}`,
    uri: `gs://bucket/${name}`,
    rows: length,
  }));
  await write('manifest.json', JSON.stringify({ runId: 'R', files: listed }));
}

const upsert = (docId: string, metadata = {}) => ({ content: 'é', doc_id: docId, metadata, op: 'UPSERT' });

describe('the line of a document', () => {
  test('counts in its file from 1, and over all files of its kind from 0', async () => {
    await publish([
      ['upserts', 'u1', [upsert('hr:1'), upsert('hr:2')]],
      ['deletes', 'd1', [{ doc_id: 'hr:4', op: 'DELETE' }]],
      ['upserts', 'u2', [upsert('hr:3'), upsert('hr:é "\\ \u0007\u2028')]],
    ]);
    const lines = new DocumentLines(store, 'hr');
    const found = await lines.find(RUN, ['deletes', 'upserts'], 'hr:é "\\ \u0007\u2028');
    expect(found).toMatchObject({ kind: 'upserts', uri: 'gs://bucket/u2', line: 2, row: 3 });
    expect(await lines.find(RUN, ['deletes', 'upserts'], 'hr:4')).toMatchObject({
      kind: 'deletes',
      line: 1,
      row: 0,
    });
    expect(await lines.find(RUN, ['upserts'], 'hr:4')).toBeUndefined();
    expect(await lines.find(RUN, ['upserts'], 'hr:')).toBeUndefined();
    expect(lines.unreadable.size).toBe(0);
  });

  test('is not that of another one with a column of such a name', async () => {
    await publish([['upserts', 'u', [upsert('hr:1', { doc_id: 'hr:2' }), upsert('hr:2')]]]);
    expect(await new DocumentLines(store, 'hr').find(RUN, ['upserts'], 'hr:2')).toMatchObject({ line: 2 });
  });

  test('is found in a run that was given up, whose manifest the state forgot', async () => {
    await publish([['upserts', 'u', [upsert('hr:1')]]]);
    expect(await new DocumentLines(store, 'hr').find(runRow(null), ['upserts'], 'hr:1')).toMatchObject({
      line: 1,
    });
  });

  test.each([
    ['that are gone', () => Promise.resolve(), 'manifest.json'],
    ['whose manifest is damaged', () => write('manifest.json', '{"files":'), 'not what was written'],
    [
      'of which a file is gone',
      () => write('manifest.json', JSON.stringify({ files: [{ kind: 'upserts', name: `${FOLDER}/u` }] })),
      '/u',
    ],
  ])('is not known for artifacts %s, which are named', async (_, prepare, words) => {
    await prepare();
    const lines = new DocumentLines(store, 'hr');
    expect(await lines.find(RUN, ['upserts'], 'hr:1')).toBeUndefined();
    expect([...lines.unreadable]).toEqual([['R', expect.stringContaining(words)]]);
  });

  test('does not hide a failure unrelated to artifacts', async () => {
    const failing: ArtifactStore = {
      ...store,
      open: () => Promise.reject(new BridgeError('INTERNAL', 'a bug')),
    };
    await expect(new DocumentLines(failing, 'hr').find(RUN, ['upserts'], 'hr:1')).rejects.toMatchObject({
      code: 'INTERNAL',
    });
  });

  test('ends the reading of its file', async () => {
    const many = Array.from({ length: 20_000 }, (_, index) => upsert(`hr:${index}`));
    await publish([['upserts', 'u', many]]);
    let chunks = 0;
    const counting: ArtifactStore = {
      ...store,
      open: async (name) => {
        const content = await store.open(name);
        return (async function* () {
          for await (const chunk of content) {
            chunks += 1;
            yield chunk;
          }
        })();
      },
    };
    const lines = new DocumentLines(counting, 'hr');
    expect(await lines.find(RUN, ['upserts'], 'hr:3')).toMatchObject({ line: 4 });
    // The manifest's, and the first of the file's.
    expect(chunks).toBe(2);
    expect(await lines.find(RUN, ['upserts'], 'hr:19999')).toMatchObject({ line: 20_000 });
    expect(chunks).toBeGreaterThan(5);
  });
});
