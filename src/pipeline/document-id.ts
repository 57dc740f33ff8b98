import { isUtf8 } from 'node:buffer';
import type { RowCursor } from './row-cursor.ts';
import { ByteWriter } from './byte-writer.ts';
import type { Column } from './ports.ts';
import { textWriter } from './values.ts';

const SEPARATOR = 0x3a;
const ESCAPE = 0x25;
const NEEDS_ESCAPE = /[%:]/g;
const ID_BYTES_TYPICAL = 256;

/**
 * Makes document ids: `<connector>:<id>`, with `%` and `:` inside a part percent-encoded, so that ('a', 'b:c') and
 * ('a:b', 'c') stay two documents.
 */
export class DocumentIds {
  readonly #prefix: string;
  readonly #columns: readonly number[];
  readonly #writers;
  readonly #scratch = new ByteWriter(ID_BYTES_TYPICAL);

  constructor(connector: string, columns: readonly Column[], idColumns: readonly number[]) {
    this.#prefix = `${connector}:`;
    this.#columns = idColumns;
    this.#writers = idColumns.map((column) => textWriter(columns[column]?.kind ?? 'text'));
  }

  /** @returns undefined if a part is NULL, absent or not UTF-8, or if the whole id would be empty. */
  of(row: RowCursor): string | undefined {
    let id = this.#prefix;
    for (let part = 0; part < this.#columns.length; part++) {
      const column = this.#columns[part] ?? 0;
      if (row.isNull(column) || row.isAbsent(column)) return undefined;
      const text = this.#part(row, part, column);
      if (text === undefined) return undefined;
      id += part === 0 ? text : `:${text}`;
    }
    return id.length === this.#prefix.length ? undefined : id;
  }

  #part(row: RowCursor, part: number, column: number): string | undefined {
    const out = this.#scratch;
    out.length = 0;
    const start = row.starts[column] ?? 0;
    this.#writers[part]?.(out, row.bytes, start, start + (row.lengths[column] ?? 0));
    let plain = true;
    for (let at = 0; at < out.length; at++) {
      const byte = out.bytes[at] ?? 0;
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
