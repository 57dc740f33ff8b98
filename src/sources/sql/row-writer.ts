import { LENGTH_NULL } from '../../pipeline/ports.ts';
import type { RowBatcher } from '../row-batcher.ts';
import { isLater, type WatermarkKind } from './watermark-value.ts';

/** The column whose highest value becomes the checkpoint. */
export interface WatermarkColumn {
  readonly index: number;
  readonly kind: WatermarkKind;
  /** Comes before every value of its kind. */
  readonly lowest: string;
}

const LENGTH_BYTES = 4;

/**
 * Writes rows of a driver that hands over values one by one, in the form that batches have, and keeps the highest watermark.
 * Whoever writes asks `full` before each row.
 */
export class RowWriter {
  /** The highest value of the watermark's column; undefined if there was none. */
  highest: string | undefined;
  readonly #rows: RowBatcher;
  readonly #watermark: WatermarkColumn | undefined;
  readonly #length = Buffer.allocUnsafe(LENGTH_BYTES);
  #index = 0;

  constructor(rows: RowBatcher, watermark: WatermarkColumn | undefined) {
    this.#rows = rows;
    this.#watermark = watermark;
  }

  get full(): boolean {
    return this.#rows.full;
  }

  startRow(): void {
    this.#index = 0;
    this.#rows.startRow(0);
  }

  /** The row's next value, as UTF-8 text in the form of its column's kind; null is NULL. */
  value(bytes: Buffer | null): void {
    this.#length.writeInt32BE(bytes === null ? LENGTH_NULL : bytes.length);
    this.#rows.append(this.#length, 0, LENGTH_BYTES);
    if (bytes !== null) {
      this.#rows.append(bytes, 0, bytes.length);
      if (this.#watermark?.index === this.#index) this.#see(bytes.toString('latin1'), this.#watermark.kind);
    }
    this.#index += 1;
  }

  /** The same for a driver that hands values over as strings. */
  text(text: string): void {
    if (!this.#rows.appendShort(text)) {
      this.value(Buffer.from(text));
      return;
    }
    if (this.#watermark?.index === this.#index) this.#see(text, this.#watermark.kind);
    this.#index += 1;
  }

  endRow(): void {
    this.#rows.endRow();
  }

  #see(text: string, kind: WatermarkKind): void {
    if (this.highest === undefined || isLater(text, this.highest, kind)) this.highest = text;
  }
}
