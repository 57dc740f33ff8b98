import { isUtf8 } from 'node:buffer';
import { byteAt, itemAt } from './in-range.ts';
import type { RowCursor } from './row-cursor.ts';
import { ByteWriter } from './byte-writer.ts';
import type { Column } from './ports.ts';
import { textWriter, type ValueWriter } from './values.ts';

const SEPARATOR = 0x3a;
const ESCAPE = 0x25;
const NEEDS_ESCAPE = /[%:]/g;
const ID_BYTES_TYPICAL = 256;

/**
 * Makes document ids: `<connector>:<id>`, with `%` and `:` inside a part percent-encoded, so that ('a', 'b:c') and
 * ('a:b', 'c') stay two documents.
 */
export class DocumentIds {
  readonly #connector: string;
  readonly #parts: readonly { readonly column: number; readonly write: ValueWriter }[];
  readonly #scratch = new ByteWriter(ID_BYTES_TYPICAL);

  constructor(connector: string, columns: readonly Column[], idColumns: readonly number[]) {
    this.#connector = connector;
    this.#parts = idColumns.map((column) => ({ column, write: textWriter(itemAt(columns, column).kind) }));
  }

  /** @returns undefined if a part is NULL, absent or not UTF-8, or if the whole id would be empty. */
  of(row: RowCursor): string | undefined {
    let id = this.#connector;
    for (const { column, write } of this.#parts) {
      if (row.isNull(column) || row.isAbsent(column)) return undefined;
      const text = this.#text(row, column, write);
      if (text === undefined) return undefined;
      id += `:${text}`;
    }
    return id.length === this.#connector.length + 1 ? undefined : id;
  }

  #text(row: RowCursor, column: number, write: ValueWriter): string | undefined {
    const out = this.#scratch;
    out.length = 0;
    const start = row.start(column);
    write(out, row.bytes, start, start + row.length(column));
    let plain = true;
    for (let at = 0; at < out.length; at++) {
      const byte = byteAt(out.bytes, at);
      if (byte === SEPARATOR || byte === ESCAPE || byte >= 0x80) plain = false;
    }
    // Plain ASCII is nearly every id, and decodes twice as fast.
    if (plain) return out.bytes.toString('latin1', 0, out.length);
    // Bytes that are no text would all decode to the same character, and different keys collide.
    if (!isUtf8(out.bytes.subarray(0, out.length))) return undefined;
    return escapeIdPart(out.bytes.toString('utf8', 0, out.length));
  }
}

/** One part of an id, with the characters encoded that have a meaning in a document id. */
export function escapeIdPart(part: string): string {
  return part.replace(NEEDS_ESCAPE, (character) => (character === ':' ? '%3A' : '%25'));
}
