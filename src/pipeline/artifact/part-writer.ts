import { PART_BUFFER_BYTES } from '../limits.ts';
import { createDoubleBuffer } from '../bytes/double-buffer.ts';
import { partName } from './layout.ts';
import type { ArtifactKind, ArtifactStore, ArtifactWriter, ManifestFile } from '../ports/ports.ts';

interface PartWriterOptions {
  /** The run's folder. */
  readonly folder: string;
  readonly kind: ArtifactKind;
  /** Bytes of one part. Only a part of a single line may be larger. */
  readonly bytesMax: number;
}

/** Writes the lines of one kind of artifact, in order, into as many parts as they need; none for no line. */
export interface PartWriter {
  /**
   * Appends `bytes[start .. end)`, one line with its newline. Mostly returns nothing; when it returns a promise, await it
   * before the next call and before `bytes` is used again. It rejects as the store does, perhaps for an earlier line.
   */
  line(bytes: Buffer, start: number, end: number): Promise<void> | undefined;
  /** Appends one line given without its newline, under the same rule. */
  text(line: string): Promise<void> | undefined;
  /** Makes the last part visible and tells all of them. Nothing may be written afterwards. */
  finish(): Promise<ManifestFile[]>;
  /**
   * Gives up the part at work. Parts finished before it stay: they are worth nothing without a manifest, and if this run
   * was taken for dead, they may by now be those of its successor.
   */
  abort(): Promise<void>;
}

export function createPartWriter(store: ArtifactStore, options: PartWriterOptions): PartWriter {
  const { folder, kind, bytesMax } = options;
  const finished: ManifestFile[] = [];
  const nextName = () => partName(folder, kind, finished.length + 1);
  const buffer = createDoubleBuffer(PART_BUFFER_BYTES, append);
  let part: ArtifactWriter | undefined;
  /** Of the part at work, whether written or only gathered. */
  let rows = 0;
  let bytes = 0;

  async function append(chunk: Uint8Array): Promise<void> {
    part ??= await store.create(nextName());
    await part.write(chunk);
  }

  async function endPart(): Promise<void> {
    if (rows > 0) await buffer.flush();
    await buffer.drained();
    // No line, no part: an empty file is never written.
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

  /** For the line that does not fit: into the buffer, or into the part. */
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
