import { bytesOfText } from '../../pipeline/bytes/lone-surrogates.ts';
import { LENGTH_NULL, type ListingEnd } from '../../pipeline/ports/ports.ts';
import type { RowBatcher } from '../row-batcher.ts';
import { isLater, type WatermarkKind } from './watermark-value.ts';

/** The column whose highest value becomes the checkpoint. */
export interface WatermarkColumn {
  readonly index: number;
  readonly kind: WatermarkKind;
  /** Values after the ceiling may not become the checkpoint; undefined for a kind without a current time. */
  readonly ceiling: string | undefined;
}

const LENGTH_BYTES = 4;

/**
 * Writes the rows of a driver that passes values one by one, in the form that batches have, and tracks the highest watermark.
 * The caller checks `full` before each row.
 */
export class RowWriter {
  /** The highest value of the watermark's column up to its ceiling; undefined if there was none. */
  highest: string | undefined;
  /** The number of rows whose watermark is after the ceiling, and the highest of those watermarks. */
  ahead: ListingEnd['ahead'];
  /** The number of started rows. */
  started = 0;
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
    this.started += 1;
    this.#rows.startRow(0);
  }

  /** The row's next value, as UTF-8 text in the form of its column's kind; null is NULL. */
  value(bytes: Buffer | null): void {
    this.#length.writeInt32BE(bytes === null ? LENGTH_NULL : bytes.length);
    this.#rows.append(this.#length, 0, LENGTH_BYTES);
    if (bytes !== null) {
      this.#rows.append(bytes, 0, bytes.length);
      if (this.#watermark?.index === this.#index) this.#see(bytes.toString('latin1'), this.#watermark);
    }
    this.#index += 1;
  }

  /** Writes a value for a driver that passes values as strings. */
  text(text: string): void {
    if (!text.isWellFormed() || !this.#rows.appendShort(text)) {
      this.value(bytesOfText(text));
      return;
    }
    if (this.#watermark?.index === this.#index) this.#see(text, this.#watermark);
    this.#index += 1;
  }

  endRow(): void {
    this.#rows.endRow();
  }

  #see(text: string, { kind, ceiling }: WatermarkColumn): void {
    if (ceiling !== undefined && isLater(text, ceiling, kind)) {
      const { rows = 0, highest = text } = this.ahead ?? {};
      this.ahead = { rows: rows + 1, highest: isLater(text, highest, kind) ? text : highest };
    } else if (this.highest === undefined || isLater(text, this.highest, kind)) this.highest = text;
  }
}
