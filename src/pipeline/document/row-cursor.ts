import { intAt, wordAt } from './in-range.ts';
import { LENGTH_ABSENT, LENGTH_NULL, type RowBatch } from '../ports/ports.ts';

/** Finds the columns of one row in a batch by offset, without decoding. One cursor is used for a whole run. */
export class RowCursor {
  bytes: Buffer = Buffer.alloc(0);
  readonly #starts: Int32Array;
  readonly #lengths: Int32Array;

  constructor(columns: number) {
    this.#starts = new Int32Array(columns);
    this.#lengths = new Int32Array(columns);
  }

  /** Columns beyond the end of the row count as absent. This only happens in a row that was truncated for its size. */
  load(batch: RowBatch, row: number): void {
    const { bytes } = batch;
    const end = wordAt(batch.ends, row);
    let at = wordAt(batch.starts, row);
    this.bytes = bytes;
    for (let column = 0; column < this.#lengths.length; column++) {
      const length = at + 4 <= end ? bytes.readInt32BE(at) : LENGTH_ABSENT;
      const whole = at + 4 + Math.max(length, 0) <= end;
      this.#starts[column] = at + 4;
      this.#lengths[column] = whole ? length : LENGTH_ABSENT;
      at = whole ? at + 4 + Math.max(length, 0) : end;
    }
  }

  /** Returns where a column begins in `bytes`. */
  start(column: number): number {
    return intAt(this.#starts, column);
  }

  /** Returns the bytes of a column, or `LENGTH_NULL`, or `LENGTH_ABSENT`. */
  length(column: number): number {
    return intAt(this.#lengths, column);
  }

  isNull(column: number): boolean {
    return this.length(column) === LENGTH_NULL;
  }

  isAbsent(column: number): boolean {
    return this.length(column) === LENGTH_ABSENT;
  }

  /** Returns a column as text; empty for NULL and for an absent column. */
  text(column: number): string {
    const start = this.start(column);
    const length = this.length(column);
    return length <= 0 ? '' : this.bytes.toString('utf8', start, start + length);
  }
}
