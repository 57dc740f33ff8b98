import { PART_BUFFER_BYTES } from '../limits.ts';
import { createDoubleBuffer } from '../bytes/double-buffer.ts';
import { partName } from './layout.ts';
import type { ArtifactKind, ArtifactStore, ArtifactWriter, ManifestFile } from '../ports/ports.ts';

interface PartWriterOptions {
  /** The folder of the run. */
  readonly folder: string;
  readonly kind: ArtifactKind;
  /** The maximum size of one part in bytes. Only a part of a single line may be larger. */
  readonly bytesMax: number;
}

/** Writes the lines of one kind of artifact, in order, to as many parts as they need; without lines there are no parts. */
export interface PartWriter {
  /**
   * Appends `bytes[start .. end)`, one line with its newline. It usually returns nothing; if it returns a promise, await it
   * before the next call and before `bytes` is reused. The promise rejects with errors of the store, possibly for an earlier
   * line.
   */
  line(bytes: Buffer, start: number, end: number): Promise<void> | undefined;
  /** Appends one line that has no newline yet, under the same rule. */
  text(line: string): Promise<void> | undefined;
  /** Makes the last part visible and returns all parts. Nothing may be written afterwards. */
  finish(): Promise<ManifestFile[]>;
  /**
   * Discards the current part. Finished parts stay: they have no effect without a manifest, and if this run was considered dead,
   * they may by now belong to its successor.
   */
  abort(): Promise<void>;
}

export function createPartWriter(store: ArtifactStore, options: PartWriterOptions): PartWriter {
  const { folder, kind, bytesMax } = options;
  const finished: ManifestFile[] = [];
  const nextName = () => partName(folder, kind, finished.length + 1);
  const buffer = createDoubleBuffer(PART_BUFFER_BYTES, append);
  let part: ArtifactWriter | undefined;
  /** The counts of the current part, including lines that are only buffered. */
  let rows = 0;
  let bytes = 0;

  async function append(chunk: Uint8Array): Promise<void> {
    part ??= await store.create(nextName());
    await part.write(chunk);
  }

  async function endPart(): Promise<void> {
    if (rows > 0) await buffer.flush();
    await buffer.drained();
    // Without a line there is no part: an empty file is never written.
    if (part === undefined) return;
    const stored = await part.finish();
    finished.push({
      kind,
      name: nextName(),
      uri: stored.uri,
      rows,
      bytes: stored.bytes,
      crc32c: stored.crc32c,
    });
    part = undefined;
    rows = 0;
    bytes = 0;
  }

  /** Makes room in the buffer or in the part for a line that does not fit. */
  async function makeRoom(source: Buffer, start: number, end: number): Promise<void> {
    const length = end - start;
    if (bytes + length > bytesMax) await endPart();
    if (length > buffer.room()) await buffer.flush();
    rows += 1;
    bytes += length;
    if (length > buffer.room()) await buffer.pass(source.subarray(start, end));
    else buffer.gather(source, start, end);
  }

  function line(source: Buffer, start: number, end: number): Promise<void> | undefined {
    const length = end - start;
    if (length > buffer.room() || bytes + length > bytesMax) return makeRoom(source, start, end);
    rows += 1;
    bytes += length;
    buffer.gather(source, start, end);
    return undefined;
  }

  return {
    line,
    text(content) {
      const encoded = Buffer.from(`${content}\n`);
      return line(encoded, 0, encoded.length);
    },
    async finish() {
      await endPart();
      return finished;
    },
    async abort() {
      await buffer.drained().catch(() => undefined);
      await part?.abort();
    },
  };
}
