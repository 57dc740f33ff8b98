import { ByteWriter } from '../../../src/pipeline/bytes/byte-writer.ts';
import type { Column, ListingEnd, RowBatch, Source } from '../../../src/pipeline/ports/ports.ts';
import { RowCursor } from '../../../src/pipeline/document/row-cursor.ts';
import { jsonWriter } from '../../../src/pipeline/document/values.ts';

export type RowTexts = Readonly<Record<string, string | null>>;

export interface Listing {
  readonly columns: readonly Column[];
  /** Each row's values in their text form. */
  readonly rows: readonly RowTexts[];
  /** Each row as the pipeline would write it: values as JSON text. */
  readonly json: readonly RowTexts[];
  readonly end: ListingEnd;
}

/** Reads a source to its end. */
export async function readAll(
  source: Source,
  checkpoint?: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<Listing> {
  const rows: RowTexts[] = [];
  const json: RowTexts[] = [];
  let columns: readonly Column[] = [];
  let end: ListingEnd | undefined;
  for await (const batch of source.read(checkpoint, signal)) {
    columns = batch.columns;
    end = batch.end;
    rows.push(...textsOf(batch));
    json.push(...jsonOf(batch));
  }
  if (end === undefined) throw new Error('The listing has no end.');
  return { columns, rows, json, end };
}

/** The rows of one batch, copied. */
export function textsOf(batch: RowBatch): RowTexts[] {
  return decode(batch, () => (cursor, column) => cursor.text(column));
}

function jsonOf(batch: RowBatch): RowTexts[] {
  return decode(batch, (column) => {
    const write = jsonWriter(column);
    return (cursor, index) => {
      const out = new ByteWriter(64);
      const start = cursor.start(index);
      write(out, cursor.bytes, start, start + cursor.length(index));
      return out.bytes.toString('utf8', 0, out.length);
    };
  });
}

function decode(
  batch: RowBatch,
  decoder: (column: Column) => (cursor: RowCursor, column: number) => string,
): RowTexts[] {
  const cursor = new RowCursor(batch.columns.length);
  const decoders = batch.columns.map(decoder);
  return Array.from({ length: batch.count }, (_, row) => {
    cursor.load(batch, row);
    return Object.fromEntries(
      batch.columns.map(({ name }, column) => [
        name,
        cursor.isNull(column) ? null : decoders[column]!(cursor, column),
      ]),
    );
  });
}
