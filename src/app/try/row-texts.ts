import { plainText } from '../../json/path.ts';
import type { RecordRow, RowSink } from '../../json/record-row.ts';
import { LENGTH_ABSENT, LENGTH_NULL } from '../../pipeline/ports/ports.ts';

const LENGTH_BYTES = 4;

/** Returns the values of the loaded record as texts; null for a null, undefined for an absent field. */
export function rowTexts(row: RecordRow): (string | null | undefined)[] {
  const parts: Buffer[] = [];
  const sink: RowSink = {
    startRow: () => undefined,
    append: (source, start, end) => parts.push(Buffer.from(source.subarray(start, end))),
    endRow: () => undefined,
  };
  row.append(sink);
  const bytes = Buffer.concat(parts);
  let at = 0;
  return row.columns.map(() => {
    const length = bytes.readInt32BE(at);
    const start = at + LENGTH_BYTES;
    at = start + Math.max(length, 0);
    if (length === LENGTH_ABSENT) return undefined;
    return length === LENGTH_NULL ? null : plainText(bytes, { start, end: at });
  });
}
