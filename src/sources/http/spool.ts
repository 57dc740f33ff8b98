import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BridgeError } from '../../core/errors.ts';
import { HTTP_CHANGES_HELD_BYTES_MAX } from '../limits.ts';
import { PRIVATE_FILE_MODE } from '../../core/private-modes.ts';
import type { RecordId } from '../../rest/listing/overlap.ts';
import type { RowSink } from '../../json/record-row.ts';

/** A row in the form that batches have, with the id of its record; both halves are 0 if it has none. */
export interface SpooledRow extends RecordId {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** The header of a row: its length, and the two halves of its id. */
const HEAD_BYTES = 12;
const BUFFER_BYTES_START = 65_536;

/**
 * Stores rows that can be read repeatedly in their original order. A limited number of bytes is kept in memory. The rest is in
 * a file without a name, which disappears with the process, however the process ends.
 */
export class RowSpool implements RowSink {
  readonly #heldBytesMax: number;
  #buffer = Buffer.allocUnsafe(BUFFER_BYTES_START);
  #length = 0;
  #row = 0;
  #file: FileHandle | undefined;
  #folder: string | undefined;
  /** The size of each piece of the file in bytes. No piece ends within a row. */
  readonly #pieces: number[] = [];

  constructor(heldBytesMax = HTTP_CHANGES_HELD_BYTES_MAX) {
    this.#heldBytesMax = heldBytesMax;
  }

  begin({ high, low }: RecordId): void {
    this.#reserve(HEAD_BYTES);
    this.#row = this.#length;
    this.#buffer.writeUInt32BE(high, this.#row + 4);
    this.#buffer.writeUInt32BE(low, this.#row + 8);
    this.#length += HEAD_BYTES;
  }

  startRow(bytes: number): void {
    this.#reserve(bytes);
  }

  append(source: Buffer, start: number, end: number): void {
    this.#reserve(end - start);
    source.copy(this.#buffer, this.#length, start, end);
    this.#length += end - start;
  }

  endRow(): void {
    this.#buffer.writeUInt32BE(this.#length - this.#row - HEAD_BYTES, this.#row);
  }

  /** Called after a row: moves rows that exceed the memory limit to the file. @throws BridgeError SOURCE_SPOOL_FAILED */
  async settle(): Promise<void> {
    if (this.#length < this.#heldBytesMax) return;
    try {
      this.#file ??= await this.#open();
      let written = 0;
      while (written < this.#length) {
        const { bytesWritten } = await this.#file.write(this.#buffer, written, this.#length - written, null);
        written += bytesWritten;
      }
    } catch (thrown) {
      throw failed(thrown);
    }
    this.#pieces.push(this.#length);
    this.#length = 0;
  }

  /** Yields the rows. A row is valid until the next one is requested. @throws BridgeError SOURCE_SPOOL_FAILED */
  async *rows(): AsyncGenerator<SpooledRow> {
    let position = 0;
    for (const size of this.#pieces) {
      yield* rowsIn(await this.#read(position, size), size);
      position += size;
    }
    yield* rowsIn(this.#buffer, this.#length);
  }

  async close(): Promise<void> {
    const [file, folder] = [this.#file, this.#folder];
    this.#file = undefined;
    this.#folder = undefined;
    await file?.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }

  async #read(position: number, size: number): Promise<Buffer> {
    const piece = Buffer.allocUnsafe(size);
    let read = 0;
    while (read < size) {
      const { bytesRead } = (await this.#file?.read(piece, read, size - read, position + read)) ?? {};
      if (!bytesRead) throw failed(new Error('it ended early'));
      read += bytesRead;
    }
    return piece;
  }

  async #open(): Promise<FileHandle> {
    const folder = await mkdtemp(join(tmpdir(), 'gemini-sync-bridge-'));
    this.#folder = folder;
    const file = await open(join(folder, 'rows'), 'wx+', PRIVATE_FILE_MODE);
    // Windows cannot remove an open file, so `close` removes it there.
    if (process.platform !== 'win32') await rm(folder, { recursive: true, force: true });
    return file;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#length + more, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}

function* rowsIn(bytes: Buffer, length: number): Generator<SpooledRow> {
  for (let at = 0; at < length;) {
    const start = at + HEAD_BYTES;
    const end = start + bytes.readUInt32BE(at);
    yield { high: bytes.readUInt32BE(at + 4), low: bytes.readUInt32BE(at + 8), bytes, start, end };
    at = end;
  }
}

function failed(thrown: unknown): BridgeError {
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  return new BridgeError(
    'SOURCE_SPOOL_FAILED',
    `The records of a listing of changes could not be put into a temporary file: ${why}.`,
    {
      hint: 'Free some space in the folder for temporary files, or name another one in TMPDIR.',
      cause: thrown,
    },
  );
}
