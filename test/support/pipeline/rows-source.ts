import type { RowPlace } from '../../../src/pipeline/ports/row-place.ts';
import {
  LENGTH_ABSENT,
  LENGTH_NULL,
  type Column,
  type ListingEnd,
  type RowBatch,
  type Source,
} from '../../../src/pipeline/ports/ports.ts';

/** A value as a source sends it: text, or bytes that need not be UTF-8; null is SQL NULL, undefined an absent field. */
export type WireValue = string | Uint8Array | null | undefined;
export type WireRow = readonly WireValue[];

export interface RowsSourceOptions {
  readonly columns: readonly Column[];
  readonly rows: readonly WireRow[];
  readonly listing?: Source['listing'];
  /** What the listing gives the next run to start from. */
  readonly checkpoint?: string;
  readonly truncated?: boolean;
  /** The listing goes round. */
  readonly recurring?: true;
  /** What a listing of no rows says that was given a checkpoint. */
  readonly unchanged?: true;
  readonly batchRows?: number;
  /** Indexes of rows that pass for too large: their bytes stop in the middle of the last value. */
  readonly oversized?: readonly number[];
  /** Indexes of rows that say that their document is gone. */
  readonly deletes?: readonly number[];
  /** What else the listing says at its end. */
  readonly end?: Partial<ListingEnd>;
  /** Where the row of an index is; absent: the source has no places to tell. */
  readonly placeOf?: (index: number) => RowPlace;
  /** A failed run may read it again. */
  readonly repeatable?: true;
}

/** A source over rows in memory, as strict as the contract allows: a batch's bytes are spoilt once the next one is asked for. */
export function rowsSource(
  options: RowsSourceOptions,
): Source & { readonly checkpoints: (string | undefined)[] } {
  const { columns, rows, listing = 'full', batchRows = 1_000, oversized = [], deletes = [] } = options;
  const end: ListingEnd = {
    checkpoint: options.checkpoint,
    truncated: options.truncated ?? false,
    ...(options.recurring === true ? { recurring: true } : {}),
    ...(options.unchanged === true ? { unchanged: true } : {}),
    ...options.end,
  };
  const { placeOf } = options;
  const checkpoints: (string | undefined)[] = [];

  async function* read(checkpoint: string | undefined, signal: AbortSignal): AsyncGenerator<RowBatch> {
    checkpoints.push(checkpoint);
    for (let from = 0; from === 0 || from < rows.length; from += batchRows) {
      signal.throwIfAborted();
      const to = Math.min(from + batchRows, rows.length);
      const marked = oversized.filter((row) => row >= from && row < to).map((row) => row - from);
      const gone = deletes.filter((row) => row >= from && row < to).map((row) => row - from);
      const whole = batchOf(columns, rows.slice(from, to), marked);
      const batch: RowBatch = {
        ...whole,
        ...(gone.length > 0 && { deletes: gone }),
        ...(placeOf && { placeOf: (row: number) => placeOf(from + row) }),
      };
      yield to === rows.length ? { ...batch, end } : batch;
      batch.bytes.fill(0xff);
      await Promise.resolve();
    }
  }

  return {
    listing,
    ...(options.repeatable && { repeatable: true }),
    checkpoints,
    read,
    columns(signal) {
      signal.throwIfAborted();
      return Promise.resolve(columns);
    },
    close: () => Promise.resolve(),
  };
}

/** One batch, without an end. */
export function batchOf(
  columns: readonly Column[],
  rows: readonly WireRow[],
  oversized: readonly number[] = [],
): RowBatch {
  const encoded = rows.map((row, index) => (oversized.includes(index) ? cut(row) : rowBytes(row)));
  const starts = new Uint32Array(rows.length);
  const ends = new Uint32Array(rows.length);
  let at = 0;
  encoded.forEach((bytes, index) => {
    starts[index] = at;
    at += bytes.length;
    ends[index] = at;
  });
  return { columns, bytes: Buffer.concat(encoded), starts, ends, count: rows.length, oversized };
}

function rowBytes(row: WireRow): Buffer {
  return Buffer.concat(row.map(valueBytes));
}

function valueBytes(value: WireValue): Buffer {
  const length = Buffer.alloc(4);
  if (value === null || value === undefined) {
    length.writeInt32BE(value === null ? LENGTH_NULL : LENGTH_ABSENT);
    return length;
  }
  const bytes = Buffer.from(value);
  length.writeInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function cut(row: WireRow): Buffer {
  const whole = rowBytes(row);
  const last = valueBytes(row.at(-1)).length;
  return whole.subarray(0, whole.length - Math.ceil(last / 2));
}
