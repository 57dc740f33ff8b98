import { isUtf8 } from 'node:buffer';
import { ACL_PRINCIPALS_MAX } from '../../core/limits.ts';
import { BareArrayReader } from '../bytes/bare-array.ts';
import { hasLoneSurrogateEscape } from '../bytes/lone-surrogates.ts';
import { itemAt } from '../document/in-range.ts';
import { loneSurrogate, invalidJson, type JsonProblem } from '../json/json-columns.ts';
import type { Column } from '../ports/ports.ts';
import { fieldNamed, quotedValue } from '../document/quoted-value.ts';
import { readReaders } from './reader-list.ts';
import type { RowCursor } from '../document/row-cursor.ts';

/**
 * The number of distinct lists in the cache, about 2 MB. In a table with few lists, many rows share each of them; in a table with
 * more, most rows have a list of their own, and caching costs more than reading.
 */
const CACHE_ENTRIES_MAX = 4_096;

/** The principals of one ACL column of one row, already as JSON: from here on they are only copied. */
export interface Principals {
  readonly count: number;
  /** A JSON array of strings, UTF-8, without spaces. */
  readonly json: Buffer;
  /** The offset after the closing quotation mark of each string; the next string begins one byte later. */
  readonly ends: readonly number[];
  /** Why the value cannot be read; it then has no names. */
  readonly problem?: ReadersProblem;
}

/** Why readers cannot be read or published. `revokes` is set if the row does not say who may read it. */
export interface ReadersProblem {
  readonly code: 'ACL_EMPTY' | 'ACL_UNREADABLE' | 'ACL_TOO_LARGE' | 'NUL_CHARACTER' | JsonProblem['code'];
  readonly reason: string;
  readonly revokes?: true;
}

export const NO_READERS: Principals = { count: 0, json: Buffer.from('[]'), ends: [] };

/** A column that holds principals, in any of the forms that `readReaders` accepts. */
export class AclColumn {
  readonly #column: number;
  readonly #of: Column;
  readonly #isBare: boolean;
  readonly #bare = new BareArrayReader();
  #cache: Map<string, Principals> | undefined = new Map<string, Principals>();

  constructor(columns: readonly Column[], column: number) {
    this.#column = column;
    this.#of = itemAt(columns, column);
    const { kind, element = 'text' } = this.#of;
    this.#isBare = kind === 'array' && (element === 'text' || element === 'integer');
  }

  of(row: RowCursor): Principals {
    const length = row.length(this.#column);
    if (length <= 0) return NO_READERS;
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
    const end = start + row.length(this.#column);
    if (this.#isBare && bare.read(row.bytes, start, end)) {
      const { ends } = bare;
      return { count: ends.length, json: Buffer.from(bare.json.subarray(0, bare.length)), ends };
    }
    return this.#readText(row.bytes, start, end);
  }

  #readText(bytes: Buffer, start: number, end: number): Principals {
    const { name, kind } = this.#of;
    if (!isUtf8(bytes.subarray(start, end))) return unreadable(notUtf8(name));
    if (kind === 'json' && hasLoneSurrogateEscape(bytes, start, end)) return unreadable(loneSurrogate(name));
    const text = bytes.toString('utf8', start, end);
    const read = readReaders(text, this.#of);
    if ('invalidJson' in read) return unreadable(invalidJson(name, quotedValue(text)));
    if ('unreadable' in read) return unreadable(unreadableReaders(name, read.unreadable));
    // JSON in a text column may contain escapes, too.
    return read.names.every((one) => one.isWellFormed())
      ? asJson(read.names)
      : unreadable(loneSurrogate(name));
  }
}

function unreadable(problem: Omit<ReadersProblem, 'revokes'>): Principals {
  return { ...NO_READERS, problem: { ...problem, revokes: true } };
}

export function notUtf8(field: string): { readonly code: 'INVALID_UTF8'; readonly reason: string } {
  return { code: 'INVALID_UTF8', reason: `its ${fieldNamed(field)} holds text that is not UTF-8` };
}

export function unreadableReaders(
  field: string,
  value: string,
): { readonly code: 'ACL_UNREADABLE' | 'NUL_CHARACTER'; readonly reason: string } {
  const holds = `its ${fieldNamed(field)}`;
  if (value.includes('\0'))
    return { code: 'NUL_CHARACTER', reason: `${holds} holds a NUL character (U+0000)` };
  return {
    code: 'ACL_UNREADABLE',
    reason: `${holds} does not name readers where it holds ${quotedValue(value)}`,
  };
}

function asJson(names: readonly string[]): Principals {
  if (names.length === 0) return NO_READERS;
  const quoted = names.map((name) => JSON.stringify(name));
  let end = 1;
  const ends = quoted.map((name) => {
    end += Buffer.byteLength(name);
    return end++;
  });
  return { count: names.length, json: Buffer.from(`[${quoted.join(',')}]`), ends };
}

/** Returns why the readers of a document cannot be published; undefined if they can. */
export function aclProblem(users: Principals, groups: Principals): ReadersProblem | undefined {
  const problem = users.problem ?? groups.problem;
  if (problem !== undefined) return problem;
  const count = users.count + groups.count;
  if (count === 0) return { code: 'ACL_EMPTY', reason: 'its ACL columns name no reader', revokes: true };
  if (count <= ACL_PRINCIPALS_MAX) return undefined;
  return { code: 'ACL_TOO_LARGE', reason: 'its ACL columns name too many readers' };
}
