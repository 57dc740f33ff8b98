import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileStore } from '../../../src/artifacts/file/store.ts';
import { PART_BUFFER_BYTES } from '../../../src/pipeline/limits.ts';
import { createPartWriter, type PartWriter } from '../../../src/pipeline/artifact/part-writer.ts';
import { readArtifact } from '../../contracts/artifact-store.contract.ts';
import { ALWAYS_HELD } from '../../support/pipeline/always-held.ts';
import { temporaryFolders } from '../../support/files/temporary-folder.ts';

const folders = temporaryFolders();
afterEach(() => {
  folders.removeAll();
});

function openParts(bytesMax: number) {
  const store = fileStore(folders.make(), '/', ALWAYS_HELD);
  return { store, writer: createPartWriter(store, { folder: 'runs/R1', kind: 'upserts', bytesMax }) };
}

/** As the pipeline calls it: one buffer for all lines, used again as soon as the writer allows. */
async function writeLines(writer: PartWriter, lines: readonly string[]): Promise<number> {
  const buffer = Buffer.alloc(4 * 1_048_576);
  let waits = 0;
  for (const [index, line] of lines.entries()) {
    const start = index % 7;
    const wait = writer.line(buffer, start, start + buffer.write(`${line}\n`, start));
    if (wait === undefined) continue;
    waits += 1;
    await wait;
  }
  return waits;
}

/** What the parts must be: each line in the current part if it fits, else in the next. */
function split(lines: readonly string[], bytesMax: number): string[] {
  const parts: string[] = [];
  for (const line of lines) {
    const last = parts.at(-1);
    if (last !== undefined && Buffer.byteLength(`${last}${line}\n`) <= bytesMax)
      parts.splice(-1, 1, `${last}${line}\n`);
    else parts.push(`${line}\n`);
  }
  return parts;
}

describe('a part writer', () => {
  it('cuts any lines into full parts, in order, and tells their rows and bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replaceAll('\n', '')),
          {
            maxLength: 25,
          },
        ),
        fc.integer({ min: 4, max: 100 }),
        async (lines, bytesMax) => {
          const { store, writer } = openParts(bytesMax);
          await writeLines(writer, lines);
          const files = await writer.finish();
          const parts = await Promise.all(files.map((file) => readArtifact(store, file.name)));
          expect(parts).toEqual(split(lines, bytesMax));
          expect(files.map((file) => [file.rows, file.bytes])).toEqual(
            parts.map((part) => [part.split('\n').length - 1, Buffer.byteLength(part)]),
          );
          expect(await store.list('')).toEqual(files.map((file) => file.name).sort());
          folders.removeAll();
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps the order of lines smaller, as large, and larger than its buffer', async () => {
    const sizes = [
      10,
      PART_BUFFER_BYTES - 1,
      5,
      PART_BUFFER_BYTES,
      3 * PART_BUFFER_BYTES,
      7,
      500_000,
      600_000,
      1,
    ];
    const lines = sizes.map((size, index) => String(index).repeat(size));
    const { store, writer } = openParts(100 * PART_BUFFER_BYTES);
    await writeLines(writer, lines);
    const files = await writer.finish();
    expect(files).toHaveLength(1);
    expect(files[0]).toMatchObject({ rows: sizes.length });
    expect((await readArtifact(store, files[0]!.name)) === lines.map((line) => `${line}\n`).join('')).toBe(
      true,
    );
  });

  it('cuts parts larger than its buffer where they must be cut', async () => {
    const lines = Array.from({ length: 4_000 }, (_, index) => String(index).padEnd(1_000, '.'));
    const { store, writer } = openParts(1_500_000);
    await writeLines(writer, lines);
    const files = await writer.finish();
    const parts = await Promise.all(files.map((file) => readArtifact(store, file.name)));
    expect(parts.map((part) => part.length)).toEqual([1_499_498, 1_499_498, 1_005_004]);
    expect(parts.join('') === lines.map((line) => `${line}\n`).join('')).toBe(true);
  });

  it('tells what the manifest needs to know of each part', async () => {
    const { store, writer } = openParts(10);
    await writer.text('12345678');
    await writer.text('ä');
    expect(await writer.finish()).toEqual([
      {
        kind: 'upserts',
        name: 'runs/R1/upserts.ndjson',
        uri: `${store.root}runs/R1/upserts.ndjson`,
        rows: 1,
        bytes: 9,
        crc32c: expect.stringMatching(/^[A-Za-z0-9+/]{6}==$/),
      },
      expect.objectContaining({ name: 'runs/R1/upserts-00002.ndjson', rows: 1, bytes: 3 }),
    ]);
    expect(await readArtifact(store, 'runs/R1/upserts-00002.ndjson')).toBe('ä\n');
  });

  it('makes the caller wait only when its buffer is full', async () => {
    const { writer } = openParts(1_900_000_000);
    const line = 'x'.repeat(999);
    const perBuffer = Math.floor(PART_BUFFER_BYTES / 1_000);
    expect(
      await writeLines(
        writer,
        Array.from({ length: perBuffer }, () => line),
      ),
    ).toBe(0);
    expect(
      await writeLines(
        writer,
        Array.from({ length: 3 * perBuffer }, () => line),
      ),
    ).toBe(3);
    await writer.finish();
  });

  it('makes no artifact for no line', async () => {
    const { store, writer } = openParts(100);
    expect(await writer.finish()).toEqual([]);
    expect(await store.list('')).toEqual([]);
  });

  it('shows no part before it is full', async () => {
    const { store, writer } = openParts(2 * PART_BUFFER_BYTES);
    await writeLines(
      writer,
      Array.from({ length: 1_500 }, () => 'x'.repeat(999)),
    );
    expect(await store.list('')).toEqual([]);
    await writeLines(
      writer,
      Array.from({ length: 1_500 }, () => 'x'.repeat(999)),
    );
    expect(await store.list('')).toEqual(['runs/R1/upserts.ndjson']);
    await writer.finish();
  });

  it('leaves nothing of the unfinished part when it gives up', async () => {
    const folder = folders.make();
    const store = fileStore(folder, '/', ALWAYS_HELD);
    const writer = createPartWriter(store, {
      folder: 'R1',
      kind: 'deletes',
      bytesMax: 4 * PART_BUFFER_BYTES,
    });
    await writeLines(
      writer,
      Array.from({ length: 7_000 }, () => 'x'.repeat(999)),
    );
    expect(readdirSync(join(folder, 'R1'))).toHaveLength(2);
    await writer.abort();
    expect(readdirSync(join(folder, 'R1'))).toEqual(['deletes.ndjson']);
  });

  it('can give up before it began', async () => {
    const { store, writer } = openParts(100);
    await writer.text('gathered, and not written yet');
    await writer.abort();
    expect(await store.list('')).toEqual([]);
  });

  it('fails with what the store says, at the latest when it finishes, and from then on', async () => {
    const store = fileStore('/dev/null/no-folder', '/', ALWAYS_HELD);
    const writer = createPartWriter(store, { folder: 'R1', kind: 'upserts', bytesMax: 1_000_000_000 });
    const failure = { code: 'ARTIFACT_PERMISSION' };
    const lines = Array.from({ length: 5 }, () => 'x'.repeat(PART_BUFFER_BYTES - 1));
    await expect(writeLines(writer, lines)).rejects.toMatchObject(failure);
    await expect(writer.finish()).rejects.toMatchObject(failure);
    await writer.abort();
  });
});
