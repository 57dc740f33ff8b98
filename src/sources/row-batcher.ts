import { BATCH_BYTES_MAX, ROW_BYTES_MAX } from '../core/limits.ts';
import { BATCH_ROWS_MAX } from './limits.ts';
import type { Column, ListingEnd, RowBatch } from '../pipeline/ports/ports.ts';
import type { RowPlace } from '../pipeline/ports/row-place.ts';
import { wordAt } from '../pipeline/document/in-range.ts';
import { asError } from '../core/thrown.ts';

const BUFFER_BYTES_START = 1_048_576;
const LENGTH_BYTES = 4;
/** The maximum UTF-8 bytes of one UTF-16 code unit. */
const UTF8_BYTES_MAX = 3;
/** The reserved room is three times this length, so the length must be small compared to a batch. */
const SHORT_LENGTH_MAX = 16_384;

/** Rows as parts of a buffer. */
export interface PlacedRows {
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly count: number;
}

/** A batch that is being filled. Its buffer is reused for the batch after the next one. */
class OpenBatch {
  bytes = Buffer.allocUnsafe(BUFFER_BYTES_START);
  length = 0;
  count = 0;
  oversized: number[] = [];
  deletes: number[] = [];
  readonly starts = new Uint32Array(BATCH_ROWS_MAX);
  readonly ends = new Uint32Array(BATCH_ROWS_MAX);
  /** Two numbers for each row, for a source that reports locations. */
  places: Uint32Array | undefined;

  clear(): void {
    this.length = 0;
    this.count = 0;
    this.oversized = [];
    this.deletes = [];
  }

  reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.length + more, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }
}

/**
 * Gathers rows into batches, with two alternating buffers: one is filled while the other is processed. The writer checks `full`
 * before each row, and waits for `onDrain` when it is true.
 */
export class RowBatcher {
  /** Called when there is room again after `full` was true. */
  onDrain: () => void = () => undefined;
  /** The indexes of columns in binary form, if there are any; the same for all batches. */
  binary: readonly number[] | undefined;
  readonly #free = [new OpenBatch()];
  readonly #ready: OpenBatch[] = [];
  #filling: OpenBatch | undefined = new OpenBatch();
  #taken: OpenBatch | undefined;
  #rowStart = 0;
  #oversized = false;
  #ended = false;
  #failure: Error | undefined;
  #wake: () => void = () => undefined;

  /** If true, no row may be started until a batch is requested. */
  get full(): boolean {
    return this.#filling === undefined;
  }

  /** The number of rows that the batch which is being filled can still take; 0 if the batcher is full. */
  get rowsMissing(): number {
    return this.#filling === undefined ? 0 : BATCH_ROWS_MAX - this.#filling.count;
  }

  /** @param bytes the size of the whole row, as far as it is known */
  startRow(bytes: number): void {
    const batch = this.#open();
    this.#rowStart = batch.length;
    this.#oversized = false;
    batch.reserve(Math.min(bytes, ROW_BYTES_MAX));
  }

  /** Sets the location of the next row as two numbers, which `batches` translates. */
  foundAt(group: number, item: number): void {
    const batch = this.#open();
    batch.places ??= new Uint32Array(2 * BATCH_ROWS_MAX);
    batch.places[2 * batch.count] = group;
    batch.places[2 * batch.count + 1] = item;
  }

  /** Appends bytes. Bytes beyond `ROW_BYTES_MAX` are dropped, and the row is marked. */
  append(source: Buffer, start: number, end: number): void {
    const batch = this.#open();
    const room = ROW_BYTES_MAX - (batch.length - this.#rowStart);
    const size = Math.min(end - start, room);
    if (size < end - start) this.#oversized = true;
    batch.reserve(size);
    source.copy(batch.bytes, batch.length, start, start + size);
    batch.length += size;
  }

  /**
   * Appends a short value as UTF-8, after its length in four bytes. It is written directly into the batch, because a buffer for
   * each value took a quarter of the time of a row.
   * @returns false if the value is not short, or may not fit into the row; nothing is written then
   */
  appendShort(text: string): boolean {
    const batch = this.#open();
    const most = LENGTH_BYTES + text.length * UTF8_BYTES_MAX;
    const room = ROW_BYTES_MAX - (batch.length - this.#rowStart);
    if (text.length > SHORT_LENGTH_MAX || most > room) return false;
    batch.reserve(most);
    const size = batch.bytes.write(text, batch.length + LENGTH_BYTES);
    batch.bytes.writeInt32BE(size, batch.length);
    batch.length += LENGTH_BYTES + size;
    return true;
  }

  /**
   * Appends complete rows, which lie in `source` in ascending order and are not larger than `ROW_BYTES_MAX`. The bytes between
   * two rows are copied too.
   * @param rows at least one, and at most `rowsMissing`
   */
  appendRows(source: Buffer, { starts, ends, count }: PlacedRows): void {
    const batch = this.#open();
    const from = wordAt(starts, 0);
    const size = wordAt(ends, count - 1) - from;
    batch.reserve(size);
    source.copy(batch.bytes, batch.length, from, from + size);
    const shift = batch.length - from;
    for (let row = 0; row < count; row++) {
      batch.starts[batch.count + row] = wordAt(starts, row) + shift;
      batch.ends[batch.count + row] = wordAt(ends, row) + shift;
    }
    batch.count += count;
    batch.length += size;
    this.#closeIfFull(batch);
  }

  /** @param deleted whether the row reports a deleted document */
  endRow(deleted = false): void {
    const batch = this.#open();
    if (deleted) batch.deletes.push(batch.count);
    if (this.#oversized) batch.oversized.push(batch.count);
    batch.starts[batch.count] = this.#rowStart;
    batch.ends[batch.count] = batch.length;
    batch.count += 1;
    this.#closeIfFull(batch);
  }

  #closeIfFull(batch: OpenBatch): void {
    if (batch.count < BATCH_ROWS_MAX && batch.length < BATCH_BYTES_MAX) return;
    this.#ready.push(batch);
    this.#filling = this.#free.pop();
    this.#wake();
  }

  /** Marks the end of the rows. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }

  /** Resolves when there is room for a row again, and rejects with the reason of `signal` when it is aborted. */
  async drained(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const stop = (): void => {
        reject(asError(signal.reason));
      };
      signal.addEventListener('abort', stop, { once: true });
      this.onDrain = () => {
        signal.removeEventListener('abort', stop);
        resolve();
      };
    });
  }

  /**
   * Yields batches as they fill; the last one includes `end`, which is called only then.
   * @param placeOf translates the numbers that `foundAt` received to a location
   * @throws the error that was passed to `fail`
   */
  async *batches(
    columns: readonly Column[],
    end: () => ListingEnd,
    placeOf?: (group: number, item: number) => RowPlace,
  ): AsyncGenerator<RowBatch> {
    for (let last = false; !last;) {
      const { bytes, starts, ends, count, oversized, deletes, places } = await this.#next();
      last = this.#ended && this.#ready.length === 0 && (this.#filling?.count ?? 0) === 0;
      const more = {
        ...(deletes.length > 0 && { deletes }),
        ...(this.binary && { binary: this.binary }),
        ...(last && { end: end() }),
      };
      const batch = { columns, bytes, starts, ends, count, oversized, ...more };
      if (placeOf === undefined || places === undefined) yield batch;
      else
        yield { ...batch, placeOf: (row) => placeOf(wordAt(places, 2 * row), wordAt(places, 2 * row + 1)) };
    }
  }

  async #next(): Promise<OpenBatch> {
    this.#giveBack();
    while (this.#failure === undefined && this.#ready.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failure !== undefined) throw this.#failure;
    this.#taken = this.#ready.shift() ?? this.#open();
    if (this.#taken === this.#filling) this.#filling = this.#free.pop();
    return this.#taken;
  }

  #giveBack(): void {
    const batch = this.#taken;
    if (batch === undefined) return;
    this.#taken = undefined;
    batch.clear();
    if (this.#filling !== undefined) {
      this.#free.push(batch);
      return;
    }
    this.#filling = batch;
    this.onDrain();
  }

  #open(): OpenBatch {
    if (this.#filling === undefined) throw new Error('a row came while both buffers were full');
    return this.#filling;
  }
}
