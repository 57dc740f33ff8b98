import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fileStore } from '../../../src/artifacts/file/store.ts';
import { localDestination } from '../../../src/gemini/delivery/local-destination.ts';
import { runFolder } from '../../../src/pipeline/artifact/layout.ts';
import { openState } from '../../../src/state/run/open-state.ts';
import { createPartWriter } from '../../../src/pipeline/artifact/part-writer.ts';
import type {
  ArtifactKind,
  ArtifactStore,
  Manifest,
  ManifestFile,
} from '../../../src/pipeline/ports/ports.ts';
import { readArtifact } from '../../contracts/artifact-store.contract.ts';
import { ALWAYS_HELD } from '../../support/pipeline/always-held.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';
import { runCounts } from '../../support/pipeline/run-counts.ts';

const folders = temporaryFolders();
const folder = runFolder('hr', 'R1');
const destination = localDestination({ projectId: 'p', location: 'global', dataStoreId: 'ds' });
const noSignal = new AbortController().signal;
let store: ArtifactStore;

beforeEach(() => {
  store = fileStore(folders.make(), '/', ALWAYS_HELD);
});
afterEach(() => {
  folders.removeAll();
});

async function publish(lines: Partial<Record<ArtifactKind, number>>, bytesMax = 1_000): Promise<Manifest> {
  const files: ManifestFile[] = [];
  for (const kind of Object.keys(lines) as ArtifactKind[]) {
    const writer = createPartWriter(store, { folder, kind, bytesMax });
    for (let index = 0; index < (lines[kind] ?? 0); index++) await writer.text('x');
    files.push(...(await writer.finish()));
  }
  const counts = runCounts();
  const publishedAt = '2026-01-01T00:00:00.000Z';
  return {
    version: 1,
    runId: 'R1',
    connector: 'hr',
    target: 't',
    startedAt: publishedAt,
    publishedAt,
    watermark: null,
    counts,
    files,
  };
}

/** A local delivery has nothing to remember. */
const deliver = async (manifest: Manifest, ...[from, signal]: [ArtifactStore, AbortSignal]) => {
  const state = await openState({ file: ':memory:', readOnly: false });
  const journal = state.journal('R1', 't', { host: 'here', pid: process.pid });
  return destination.deliver(manifest, from, journal, signal).finally(() => state.close());
};

const requestsIn = async () =>
  (await store.list(`${folder}/requests`)).map((name) => name.slice(folder.length + 1));
const read = async (name: string) => JSON.parse(await readArtifact(store, `${folder}/${name}`)) as unknown;

describe('a local delivery', () => {
  it('writes what would be sent, and takes it as accepted', async () => {
    const manifest = await publish({
      upserts: 3,
      'upserts.discovery': 3,
      deletes: 2,
      'deletes.discovery': 2,
      'soft-deletes': 4,
    });
    expect(await deliver(manifest, store, noSignal)).toEqual({
      upserts: 3,
      deletes: 2,
      rejected: 0,
    });
    expect(await requestsIn()).toEqual(['requests/import-documents.json', 'requests/purge-documents.json']);
    const run = `${store.root}${folder}`;
    expect(await read('requests/import-documents.json')).toMatchObject({
      method: 'POST',
      url: expect.stringMatching(
        /^https:\/\/discoveryengine\.googleapis\.com\/v1\/projects\/p\/.*documents:import$/,
      ),
      body: {
        gcsSource: { inputUris: [`${run}/upserts.discovery.ndjson`], dataSchema: 'document' },
        errorConfig: { gcsPrefix: `${run}/errors/import-1/` },
      },
    });
    expect(await read('requests/purge-documents.json')).toMatchObject({
      body: {
        filter: '*',
        gcsSource: { inputUris: [`${run}/deletes.discovery.txt`], dataSchema: 'document_id' },
        force: true,
      },
    });
  });

  it('writes only the requests that have something to send', async () => {
    await deliver(await publish({ upserts: 1, 'upserts.discovery': 1 }), store, noSignal);
    expect(await requestsIn()).toEqual(['requests/import-documents.json']);
  });

  it.each([
    ['nothing at all', {}],
    ['only rows in quarantine', { quarantine: 2 }],
  ])('writes no request for %s', async (_, lines) => {
    const receipt = await deliver(await publish(lines), store, noSignal);
    expect(receipt).toEqual({ upserts: 0, deletes: 0, rejected: 0 });
    expect(await requestsIn()).toEqual([]);
  });

  it('goes on in a second request after a hundred files', async () => {
    const manifest = await publish({ upserts: 101, 'upserts.discovery': 101 }, 2);
    expect(await deliver(manifest, store, noSignal)).toMatchObject({ upserts: 101 });
    expect(await requestsIn()).toEqual([
      'requests/import-documents-00002.json',
      'requests/import-documents.json',
    ]);
  });

  it('has the same effect twice as once', async () => {
    const manifest = await publish({ upserts: 1, 'upserts.discovery': 1 });
    const first = await deliver(manifest, store, noSignal);
    const before = await read('requests/import-documents.json');
    expect(await deliver(manifest, store, noSignal)).toEqual(first);
    expect(await requestsIn()).toEqual(['requests/import-documents.json']);
    expect(await read('requests/import-documents.json')).toEqual(before);
  });

  it('never acknowledges what it would not have sent', async () => {
    const lines = [{ deletes: 1 }, { upserts: 2, 'upserts.discovery': 1 }] as const;
    for (const missing of lines) {
      const delivery = deliver(await publish(missing), store, noSignal);
      await expect(delivery).rejects.toMatchObject({ code: 'INTERNAL' });
    }
    expect(await requestsIn()).toEqual([]);
  });

  it('stops with the reason of the signal', async () => {
    const reason = new Error('stopped');
    const manifest = await publish({ upserts: 1, 'upserts.discovery': 1 });
    await expect(deliver(manifest, store, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(await requestsIn()).toEqual([]);
  });
});
