import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fileStore } from '../../../src/artifacts/file/store.ts';
import { REJECTIONS_PER_SAVE } from '../../../src/gemini/limits.ts';
import { apiDocumentId } from '../../../src/gemini/delivery/document-id.ts';
import { rejectAll, rejectSome, sentDocuments } from '../../../src/gemini/delivery/sent-documents.ts';
import { evaluateOperation } from '../../../src/gemini/delivery/evaluate-operation.ts';
import { createPartWriter } from '../../../src/pipeline/artifact/part-writer.ts';
import type { ArtifactStore, Manifest, ManifestFile } from '../../../src/pipeline/ports/ports.ts';
import { ALWAYS_HELD } from '../../support/pipeline/always-held.ts';
import { DeliveryPlace, docIds } from '../../support/pipeline/delivery-place.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
let place: DeliveryPlace;
let runs = 0;

beforeEach(async () => {
  place = await DeliveryPlace.open();
});
afterEach(async () => {
  await place.close();
  folders.removeAll();
});

/** The canonical upserts of a run, in parts of this number of bytes. */
async function written(ids: readonly string[], bytesMax: number) {
  const store = fileStore(folders.make(), '/', ALWAYS_HELD);
  const writer = createPartWriter(store, { folder: 'run', kind: 'upserts', bytesMax });
  for (const docId of ids) await writer.text(JSON.stringify({ doc_id: docId, op: 'UPSERT' }));
  const runId = `sent-${(runs += 1)}`;
  const manifest: Manifest = { ...(await place.publish(runId, {})), files: await writer.finish() };
  return { store, manifest, runId };
}

const idsIn = async (store: ArtifactStore, manifest: Manifest, from: number, to: number) => {
  const rows: [number, string][] = [];
  for await (const { row, docId } of sentDocuments(store, { manifest, kind: 'upserts', from, to })) {
    rows.push([row, docId]);
  }
  return rows;
};

describe('the documents of a range', () => {
  test('are those of its rows, wherever the files break', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 120 }),
        fc.nat({ max: 13 }),
        fc.nat({ max: 13 }),
        async (count, bytesMax, one, other) => {
          const ids = docIds(count);
          const { store, manifest } = await written(ids, bytesMax);
          const [from, to] = [Math.min(one, other), Math.max(one, other)];
          const expected = ids.map((docId, row) => [row, docId]).slice(from, to);
          expect(await idsIn(store, manifest, from, to)).toEqual(expected);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('are not searched for in files before or after it', async () => {
    const { store, manifest } = await written(docIds(9), 1);
    const opened: string[] = [];
    const watched: ArtifactStore = {
      ...store,
      open(name) {
        opened.push(name);
        return store.open(name);
      },
    };
    expect(await idsIn(watched, manifest, 4, 6)).toEqual([
      [4, 'hr:5'],
      [5, 'hr:6'],
    ]);
    expect(opened).toEqual(['run/upserts-00005.ndjson', 'run/upserts-00006.ndjson']);
  });

  test('need an id on each line', async () => {
    const { store, manifest } = await written(docIds(1), 100);
    const broken = { ...store, open: () => Promise.resolve(bytes('{"op":"UPSERT"}\n')) };
    await expect(idsIn(broken, manifest, 0, 1)).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});

/** Documents in files, files in requests, and which of the documents fail. */
const spreads = fc.record({
  canonicalBytes: fc.integer({ min: 1, max: 200 }),
  sizes: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 }),
  filesPerRequest: fc.integer({ min: 1, max: 3 }),
  fails: fc.infiniteStream(fc.boolean()),
  base: fc.constantFrom(0, 1),
});

describe('a line that Google names', () => {
  test('is its document, over all files of all requests, whichever way lines are counted', async () => {
    await fc.assert(
      fc.asyncProperty(spreads, async ({ canonicalBytes, sizes, filesPerRequest, fails, base }) => {
        const ids = docIds(sizes.reduce((sum, size) => sum + size, 0));
        const { store, manifest, runId } = await written(ids, canonicalBytes);
        const failing = new Set(ids.filter(() => fails.next().value));
        let from = 0;
        for (let at = 0; at < sizes.length; at += filesPerRequest) {
          const files = filesOf(sizes.slice(at, at + filesPerRequest));
          const sent = files.reduce((sum, { rows }) => sum + rows, 0);
          let row = from;
          const failures = files.flatMap(({ uri, rows }) =>
            Array.from({ length: rows }, (_, line) => ({
              place: { uri, line: line + base },
              reason: 'odd',
            })).filter(() => failing.has(ids[row++] ?? '')),
          );
          const counts = { sent, succeeded: sent - failures.length, failed: failures.length };
          const evaluation = evaluateOperation(counts, failures, files, 'refused');
          if (!evaluation.proven) throw new Error(evaluation.reason);
          const range = { manifest, kind: 'upserts', from, to: from + sent } as const;
          expect(await rejectSome(range, evaluation, { store, journal: place.journal(runId) })).toBe(
            evaluation.count,
          );
          from += sent;
        }
        const rejections = await place.rejections(runId);
        const rejected = rejections.map(({ docId }) => docId);
        expect(rejected).toEqual(expect.arrayContaining([...failing]));
        const surely = rejections.filter(({ outcome }) => outcome === 'refused').map(({ docId }) => docId);
        expect([...failing]).toEqual(expect.arrayContaining(surely));
        // At most the neighbour of each.
        expect(rejected.length).toBeLessThanOrEqual(2 * failing.size);
      }),
      { numRuns: 60 },
    );
  });
});

function filesOf(sizes: readonly number[]): ManifestFile[] {
  return sizes.map((rows, index) => {
    const name = `part-${index}`;
    return { kind: 'upserts.discovery', name, uri: `gs://bucket/${name}`, rows, bytes: 1, crc32c: '' };
  });
}

describe('rejecting', () => {
  const range = (manifest: Manifest, from: number, to: number) =>
    ({ manifest, kind: 'upserts', from, to }) as const;

  test('counts rows from the start of the range, and says each reason', async () => {
    const { store, manifest, runId } = await written(docIds(9), 60);
    const rejectionOf = (row: number, apiId: string) => {
      if (row === 1) return { reason: 'by row', outcome: 'refused' } as const;
      return apiId === apiDocumentId('hr:8') ? ({ reason: 'by id', outcome: 'unknown' } as const) : undefined;
    };
    const ports = { store, journal: place.journal(runId) };
    expect(await rejectSome(range(manifest, 3, 9), { count: 2, rejectionOf }, ports)).toBe(2);
    expect(await place.rejections(runId)).toEqual([
      { docId: 'hr:5', reason: 'by row', outcome: 'refused' },
      { docId: 'hr:8', reason: 'by id', outcome: 'unknown' },
    ]);
  });

  test('finds fewer than named when one is outside of the range', async () => {
    const { store, manifest, runId } = await written(docIds(4), 60);
    const rejectionOf = (_: number, apiId: string) =>
      apiId === 'hr__1' || apiId === 'hr__3' ? ({ reason: 'odd', outcome: 'refused' } as const) : undefined;
    const ports = { store, journal: place.journal(runId) };
    expect(await rejectSome(range(manifest, 1, 4), { count: 2, rejectionOf }, ports)).toBe(1);
  });

  test('reads nothing for none, and no further than the last', async () => {
    const { store, manifest, runId } = await written(docIds(3), 1);
    let opened = 0;
    const watched: ArtifactStore = {
      ...store,
      open(name) {
        opened += 1;
        return store.open(name);
      },
    };
    const ports = { store: watched, journal: place.journal(runId) };
    const rejectionOf = () => ({ reason: 'odd', outcome: 'refused' }) as const;
    expect(await rejectSome(range(manifest, 0, 3), { count: 0, rejectionOf }, ports)).toBe(0);
    expect(opened).toBe(0);
    expect(await rejectSome(range(manifest, 0, 3), { count: 1, rejectionOf }, ports)).toBe(1);
    expect(opened).toBe(1);
  });

  test('of all goes to the state in several groups', async () => {
    const count = REJECTIONS_PER_SAVE + 1;
    const { store, manifest, runId } = await written(docIds(count), 1_000_000);
    const ports = { store, journal: place.journal(runId) };
    expect(await rejectAll(range(manifest, 0, count), { reason: 'odd', outcome: 'unknown' }, ports)).toBe(
      count,
    );
    expect(await place.journal(runId).rejected()).toBe(count);
  });
});

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text));
}
