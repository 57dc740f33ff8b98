import type { ByteWriter } from '../bytes/byte-writer.ts';
import { itemAt } from './in-range.ts';
import type { Column } from '../ports/ports.ts';
import type { RowCursor } from './row-cursor.ts';
import { jsonWriter } from './values.ts';

/** Returns a writer that writes columns as an object with sorted keys. */
export function metadataWriter(
  names: readonly string[],
  columns: readonly Column[],
  columnOf: (name: string) => number,
): (row: RowCursor, out: ByteWriter) => void {
  const fields = [...names].sort().map((name, index) => {
    const column = columnOf(name);
    const key = Buffer.from(`${index === 0 ? '' : ','}${JSON.stringify(name)}:`);
    return { key, column, write: jsonWriter(itemAt(columns, column)) };
  });
  return (row, out) => {
    out.latin1('{');
    for (const { key, column, write } of fields) {
      out.raw(key);
      const length = row.length(column);
      const start = row.start(column);
      if (length < 0) out.latin1('null');
      else write(out, row.bytes, start, start + length);
    }
    out.latin1('}');
  };
}
