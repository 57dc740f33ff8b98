import type { Column, RowBatch } from '../../pipeline/ports/ports.ts';
import type { RowSink } from '../../json/record-row.ts';

const ROW_BYTES_TYPICAL = 16_384;

/** A batch that holds one row at a time, in a buffer that is reused. */
export class SingleRow implements RowSink {
  readonly #columns: readonly Column[];
  #bytes = Buffer.allocUnsafe(ROW_BYTES_TYPICAL);
  #length = 0;

  constructor(columns: readonly Column[]) {
    this.#columns = columns;
  }

  startRow(bytes: number): void {
    if (bytes > this.#bytes.length) this.#bytes = Buffer.allocUnsafe(bytes);
    this.#length = 0;
  }

  append(source: Buffer, start: number, end: number): void {
    this.#length += source.copy(this.#bytes, this.#length, start, end);
  }

  endRow(): void {
    // A row is complete as soon as its last value is appended.
  }

  /** The row, valid until the next one starts. */
  get batch(): RowBatch {
    return {
      columns: this.#columns,
      bytes: this.#bytes,
      starts: Uint32Array.of(0),
      ends: Uint32Array.of(this.#length),
      count: 1,
      oversized: [],
    };
  }
}
