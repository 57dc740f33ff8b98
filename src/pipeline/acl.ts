import { ACL_PRINCIPALS_MAX } from '../core/limits.ts';
import { BareArrayReader } from './bare-array.ts';
import { parseArrayLiteral, type ArrayItem } from './array-literal.ts';
import { itemAt } from './in-range.ts';
import type { Column } from './ports.ts';
import type { RowCursor } from './row-cursor.ts';

/**
 * Distinct lists remembered, about 2 MB. A table with few of them shares each among many rows; in one with more, most rows
 * have a list of their own, and remembering costs more than reading.
 */
const CACHE_ENTRIES_MAX = 4_096;
const DELIMITERS = /[,;\n]/;

/** The principals of one ACL column of one row, as JSON already: they are only copied from here on. */
export interface Principals {
  readonly count: number;
  /** JSON array of strings, UTF-8, without spaces. */
  readonly json: Buffer;
  /** Where each string ends in it, behind its quotation mark; the next one begins one byte further on. */
  readonly ends: readonly number[];
}

export const NOBODY: Principals = { count: 0, json: Buffer.from('[]'), ends: [] };

/** A column that holds principals: an array, a JSON array, or text with `,` `;` or line breaks between them. */
export class AclColumn {
  readonly #column: number;
  readonly #kind: Column['kind'];
  readonly #bare = new BareArrayReader();
  #cache: Map<string, Principals> | undefined = new Map<string, Principals>();

  constructor(columns: readonly Column[], column: number) {
    this.#column = column;
    this.#kind = itemAt(columns, column).kind;
  }

  of(row: RowCursor): Principals {
    const length = row.length(this.#column);
    if (length <= 0) return NOBODY;
    if (this.#cache === undefined) return this.#read(row);
    const start = row.start(this.#column);
    const key = row.bytes.toString('latin1', start, start + length);
    const cached = this.#cache.get(key);
    if (cached !== undefined) return cached;
    const made = this.#read(row);
    this.#cache.set(key, made);
    if (this.#cache.size >= CACHE_ENTRIES_MAX) this.#cache = undefined;
    return made;
  }

  #read(row: RowCursor): Principals {
    const start = row.start(this.#column);
    const bare = this.#bare;
    if (this.#kind === 'array' && bare.read(row.bytes, start, start + row.length(this.#column))) {
      const { ends } = bare;
      return { count: ends.length, json: Buffer.from(bare.json.subarray(0, bare.length)), ends };
    }
    return asJson(principals(row.text(this.#column), this.#kind));
  }
}

function asJson(names: readonly string[]): Principals {
  if (names.length === 0) return NOBODY;
  const quoted = names.map((name) => JSON.stringify(name));
  let end = 1;
  const ends = quoted.map((name) => {
    end += Buffer.byteLength(name);
    return end++;
  });
  return { count: names.length, json: Buffer.from(`[${quoted.join(',')}]`), ends };
}

/** Why the readers of a document cannot be published, or undefined if they can. */
export function aclProblem(users: Principals, groups: Principals): 'ACL_EMPTY' | 'ACL_TOO_LARGE' | undefined {
  const count = users.count + groups.count;
  if (count === 0) return 'ACL_EMPTY';
  return count > ACL_PRINCIPALS_MAX ? 'ACL_TOO_LARGE' : undefined;
}

/**
 * Trimmed, e-mail addresses in lower case, without duplicates and sorted: who may read a document does not change with
 * the order or the spelling in which the source lists them.
 */
export function principals(text: string, kind: Column['kind']): string[] {
  const names = listed(text.trim(), kind).map(normalised).sort();
  // Sorted, so equal names are neighbours, and an empty one is the first.
  return names.filter((name, index) => name !== '' && name !== names[index - 1]);
}

function normalised(raw: string): string {
  const name = raw.trim();
  return name.includes('@') ? name.toLowerCase() : name;
}

function listed(text: string, kind: Column['kind']): string[] {
  if (kind === 'array') return flatten(parseArrayLiteral(text));
  if (kind === 'json' || text.startsWith('[')) {
    const parsed = jsonList(text);
    if (parsed !== undefined) return parsed;
  }
  return text.split(DELIMITERS);
}

function flatten(items: readonly ArrayItem[]): string[] {
  return items.flatMap((item) => (item === null ? [] : typeof item === 'string' ? [item] : flatten(item)));
}

function jsonList(text: string): string[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // Not JSON after all: text that begins with a bracket is read as delimited text.
    return undefined;
  }
  if (typeof parsed === 'string') return parsed.split(DELIMITERS);
  if (!Array.isArray(parsed)) return [];
  return parsed.filter((item): item is string => typeof item === 'string');
}
