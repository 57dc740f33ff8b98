/** Some rows as they lie in a buffer, as a `RowBatch` of the pipeline describes them. */
export interface KernelRows {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly count: number;
}

/** Batches differ in size; with some room, the buffer is soon large enough for all. */
const MARGIN = 1.25;

/** A copy of rows in the kernel's memory. Growing that memory would make a view of it invalid. */
export class TextCopy implements KernelRows {
  bytes = Buffer.alloc(0);
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  count = 0;

  constructor(rowsMax: number) {
    this.starts = new Uint32Array(rowsMax);
    this.ends = new Uint32Array(rowsMax);
  }

  /** Copies rows in place of those before. */
  set({ bytes, starts, ends, count }: KernelRows): void {
    if (this.bytes.length < bytes.length) this.bytes = Buffer.allocUnsafe(Math.ceil(MARGIN * bytes.length));
    this.bytes.set(bytes);
    this.starts.set(starts);
    this.ends.set(ends);
    this.count = count;
  }
}
