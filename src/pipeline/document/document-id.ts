import { isUtf8 } from 'node:buffer';
import { notUtf8 } from '../readers/acl.ts';
import { byteAt, itemAt } from './in-range.ts';
import { JsonColumns, type JsonProblem } from '../json/json-columns.ts';
import type { RowCursor } from './row-cursor.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import type { Column } from '../ports/ports.ts';
import { textWriter, type ValueWriter } from './values.ts';

interface IdPart {
  readonly name: string;
  readonly column: number;
  readonly isJson: boolean;
  readonly write: ValueWriter;
}

const SPACE = 0x20;
const BRACE = 0x7b;
const BRACKET = 0x5b;
const SEPARATOR = 0x3a;
const ESCAPE = 0x25;
const NEEDS_ESCAPE = /[%:]/g;
const ID_BYTES_TYPICAL = 256;

/** Why a row has no id. */
export type IdProblem = JsonProblem | { readonly code: 'ID_MISSING' | 'ID_INVALID'; readonly reason: string };

export const NO_ID: IdProblem = { code: 'ID_MISSING', reason: 'its id is NULL, absent or empty' };

/**
 * Creates document ids: `<connector>:<id>`, with `%` and `:` inside a part percent-encoded, so that ('a', 'b:c') and ('a:b', 'c')
 * stay two documents.
 */
export class DocumentIds {
  readonly #connector: string;
  readonly #parts: readonly IdPart[];
  readonly #json: JsonColumns;
  readonly #scratch = new ByteWriter(ID_BYTES_TYPICAL);

  constructor(connector: string, columns: readonly Column[], idColumns: readonly number[]) {
    this.#connector = connector;
    this.#json = new JsonColumns(columns, idColumns);
    this.#parts = idColumns.map((column) => {
      const { name, kind } = itemAt(columns, column);
      return { name, column, isJson: kind === 'json', write: textWriter(kind) };
    });
  }

  /**
   * @returns undefined if a part is NULL, absent, an object, an array or not text, or if the whole id would be empty; `problem`
   * says which
   */
  of(row: RowCursor): string | undefined {
    if (this.#json.problem(row) !== undefined) return undefined;
    let id = this.#connector;
    for (const { column, isJson, write } of this.#parts) {
      if (row.isNull(column) || row.isAbsent(column)) return undefined;
      if (isJson && hasStructure(row, column)) return undefined;
      const text = this.#text(row, column, write);
      if (text === undefined) return undefined;
      id += `:${text}`;
    }
    return id.length === this.#connector.length + 1 ? undefined : id;
  }

  /** Returns why a row has no id, after `of` returned undefined. */
  problem(row: RowCursor): IdProblem {
    const invalid = this.#json.problem(row);
    if (invalid !== undefined) return invalid;
    const wrong = this.#parts.find(({ column }) => {
      const start = row.start(column);
      return !isUtf8(row.bytes.subarray(start, start + Math.max(row.length(column), 0)));
    });
    if (wrong !== undefined) return notUtf8(wrong.name);
    const structured = this.#parts.find(({ column, isJson }) => isJson && hasStructure(row, column));
    return structured === undefined ? NO_ID : structuredId(structured.name);
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
    // Nearly every id is plain ASCII, and `latin1` decodes it twice as fast.
    if (plain) return out.bytes.toString('latin1', 0, out.length);
    // Invalid bytes would all decode to the same character, and different keys would collide.
    if (!isUtf8(out.bytes.subarray(0, out.length))) return undefined;
    return escapeIdPart(out.bytes.toString('utf8', 0, out.length));
  }
}

function structuredId(name: string): IdProblem {
  const reason = `its id field ${JSON.stringify(name)} is an object or a list; an id is text or a number`;
  return { code: 'ID_INVALID', reason };
}

/** Whether JSON is an object or an array: its text depends on how it is written. */
function hasStructure(row: RowCursor, column: number): boolean {
  const end = row.start(column) + row.length(column);
  let at = row.start(column);
  while (at < end && byteAt(row.bytes, at) <= SPACE) at++;
  if (at >= end) return false;
  const first = byteAt(row.bytes, at);
  return first === BRACE || first === BRACKET;
}

/** Encodes the characters of one part of an id that have a meaning in a document id. */
export function escapeIdPart(part: string): string {
  return part.replace(NEEDS_ESCAPE, (character) => (character === ':' ? '%3A' : '%25'));
}
