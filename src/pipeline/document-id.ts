import { isUtf8 } from 'node:buffer';
import { notUtf8 } from './acl.ts';
import { byteAt, itemAt } from './in-range.ts';
import { JsonColumns, type JsonProblem } from './json/json-columns.ts';
import type { RowCursor } from './row-cursor.ts';
import { ByteWriter } from './byte-writer.ts';
import type { Column } from './ports.ts';
import { textWriter, type ValueWriter } from './values.ts';

const SEPARATOR = 0x3a;
const ESCAPE = 0x25;
const NEEDS_ESCAPE = /[%:]/g;
const ID_BYTES_TYPICAL = 256;

/** Why a row has no id. */
export type IdProblem = JsonProblem | { readonly code: 'ID_MISSING'; readonly reason: string };

export const NO_ID: IdProblem = { code: 'ID_MISSING', reason: 'its id is NULL, absent or empty' };

/**
 * Makes document ids: `<connector>:<id>`, with `%` and `:` inside a part percent-encoded, so that ('a', 'b:c') and
 * ('a:b', 'c') stay two documents.
 */
export class DocumentIds {
  readonly #connector: string;
  readonly #parts: readonly { readonly column: number; readonly name: string; readonly write: ValueWriter }[];
  readonly #json: JsonColumns;
  readonly #scratch = new ByteWriter(ID_BYTES_TYPICAL);

  constructor(connector: string, columns: readonly Column[], idColumns: readonly number[]) {
    this.#connector = connector;
    this.#json = new JsonColumns(columns, idColumns);
    this.#parts = idColumns.map((column) => {
      const { name, kind } = itemAt(columns, column);
      return { column, name, write: textWriter(kind) };
    });
  }

  /** @returns undefined if a part is NULL, absent or not text, or if the whole id would be empty; `problem` says which. */
  of(row: RowCursor): string | undefined {
    if (this.#json.problem(row) !== undefined) return undefined;
    let id = this.#connector;
    for (const { column, write } of this.#parts) {
      if (row.isNull(column) || row.isAbsent(column)) return undefined;
      const text = this.#text(row, column, write);
      if (text === undefined) return undefined;
      id += `:${text}`;
    }
    return id.length === this.#connector.length + 1 ? undefined : id;
  }

  /** Why a row for which `of` gave nothing has no id. */
  problem(row: RowCursor): IdProblem {
    const wrong = this.#parts.find(({ column }) => {
      const start = row.start(column);
      return !isUtf8(row.bytes.subarray(start, start + Math.max(row.length(column), 0)));
    });
    return this.#json.problem(row) ?? (wrong === undefined ? NO_ID : notUtf8(wrong.name));
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
    // Bytes that are not text would all decode to the same character, and different keys collide.
    if (!isUtf8(out.bytes.subarray(0, out.length))) return undefined;
    return escapeIdPart(out.bytes.toString('utf8', 0, out.length));
  }
}

/** One part of an id, with the characters encoded that have a meaning in a document id. */
export function escapeIdPart(part: string): string {
  return part.replace(NEEDS_ESCAPE, (character) => (character === ':' ? '%3A' : '%25'));
}
