import { JSON_DEPTH_MAX } from '../../core/limits.ts';
import { parseArrayLiteral, type ArrayItem } from '../bytes/array-literal.ts';
import { hasLoneSurrogateEscape } from '../bytes/lone-surrogates.ts';
import { byteAt, itemAt } from '../document/in-range.ts';
import type { Column } from '../ports/ports.ts';
import { fieldNamed, quotedValue } from '../document/quoted-value.ts';
import type { RowCursor } from '../document/row-cursor.ts';

/** Why a value of a JSON column cannot be used. */
export interface JsonProblem {
  readonly code: 'JSON_INVALID' | 'INVALID_UTF8';
  readonly reason: string;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BRACKET = 0x5b;
const BRACE = 0x7b;
const BRACKET_END = 0x5d;
const BRACE_END = 0x7d;

/**
 * Checks JSON before its bytes are copied into a document. JSON from Postgres, an API or a file is known to be valid, and is only
 * searched for lone surrogates, which JSON may contain but text may not. JSON from any other database is parsed.
 */
export class JsonColumns {
  readonly #columns: readonly { readonly index: number; readonly column: Column }[];

  /** @param indexes the columns that are used; all except JSON columns are ignored */
  constructor(columns: readonly Column[], indexes: readonly number[]) {
    this.#columns = [...new Set(indexes)]
      .map((index) => ({ index, column: itemAt(columns, index) }))
      .filter(({ column }) => column.kind === 'json' || column.element === 'json');
  }

  problem(row: RowCursor): JsonProblem | undefined {
    for (const { index, column } of this.#columns) {
      const length = row.length(index);
      if (length < 0) continue;
      const start = row.start(index);
      const problem = problemOf(column, row.bytes, start, start + length);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
}

function problemOf(column: Column, bytes: Buffer, start: number, end: number): JsonProblem | undefined {
  if (column.kind === 'array') {
    const isHalf =
      bytes.subarray(start, end).includes('\\u') && holdsHalf(bytes.toString('utf8', start, end));
    return isHalf ? loneSurrogate(column.name) : undefined;
  }
  if (column.unchecked === true) {
    const fault = jsonFault(bytes, start, end);
    if (fault !== undefined) return invalidJson(column.name, fault);
  }
  return hasLoneSurrogateEscape(bytes, start, end) ? loneSurrogate(column.name) : undefined;
}

function holdsHalf(literal: string): boolean {
  const isHalf = (item: ArrayItem): boolean => {
    if (item === null) return false;
    if (typeof item !== 'string') return item.some(isHalf);
    const json = Buffer.from(item);
    return hasLoneSurrogateEscape(json, 0, json.length);
  };
  return parseArrayLiteral(literal).some(isHalf);
}

export function loneSurrogate(field: string): JsonProblem & { readonly code: 'INVALID_UTF8' } {
  const reason = `its ${fieldNamed(field)} holds half of a surrogate pair, which is not a character`;
  return { code: 'INVALID_UTF8', reason };
}

export function invalidJson(field: string, fault: string): JsonProblem & { readonly code: 'JSON_INVALID' } {
  return { code: 'JSON_INVALID', reason: `its ${fieldNamed(field)} is not valid JSON: ${fault}` };
}

/** Returns what is wrong with text that should be JSON; undefined if it is valid. */
function jsonFault(bytes: Buffer, start: number, end: number): string | undefined {
  if (end === start) return 'it is empty';
  if (depthOf(bytes, start, end) > JSON_DEPTH_MAX) return `it nests deeper than ${JSON_DEPTH_MAX} levels`;
  const text = bytes.toString('utf8', start, end);
  try {
    JSON.parse(text);
  } catch {
    // The messages of the parser differ between versions of Node.
    return quotedValue(text);
  }
  return undefined;
}

function depthOf(bytes: Buffer, start: number, end: number): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = start; at < end; at++) {
    const byte = byteAt(bytes, at);
    if (byte === QUOTE) inString = !inString;
    else if (inString) at += byte === BACKSLASH ? 1 : 0;
    else if (byte === BRACKET || byte === BRACE) deepest = Math.max(deepest, ++depth);
    else if (byte === BRACKET_END || byte === BRACE_END) depth--;
  }
  return deepest;
}
