import { LENGTH_ABSENT, LENGTH_NULL, type Column } from '../pipeline/ports/ports.ts';
import { parsePath, type FieldPath } from '../core/text/field-path.ts';
import { fieldAt, type FieldValue } from './field.ts';
import { plainText, valueAtPath } from './path.ts';
import { eachMember, isObject, type Span } from './scan.ts';

/** One way to reach a field, beginning with a key of the record. */
interface Way {
  readonly column: number;
  readonly rest: FieldPath;
}

/** A field whose path leads to a list of values. */
interface ListField {
  readonly column: number;
  readonly path: FieldPath;
}

/** The destination of the rows. */
export interface RowSink {
  /** @param bytes the size of the whole row, as far as it is known */
  startRow(bytes: number): void;
  append(source: Buffer, start: number, end: number): void;
  endRow(): void;
}

const LETTER_N = 0x6e;

/**
 * Converts records to rows: each field that the mapping names is a column. Records may hold any value, so every column has the
 * kind `json`, and the bytes are those that the server sent, with every digit.
 */
export class RecordRow {
  readonly columns: readonly Column[];
  /** The columns that at least one record had. */
  readonly #found: Uint8Array;
  readonly #ways: ReadonlyMap<string, readonly Way[]>;
  readonly #lists: readonly ListField[];
  /** Values in the bytes of the record, or lists in bytes of their own. */
  readonly #values: (Span | FieldValue | undefined)[];
  /** The length of the key by which each value was found. If there are two ways to a field, the longer key wins. */
  readonly #keyLengths: Uint32Array;
  readonly #word = Buffer.alloc(4);
  #bytes: Buffer = Buffer.alloc(0);
  #start = 0;

  /** @param fields the names of the fields, which are paths in a record */
  constructor(fields: readonly string[]) {
    this.columns = fields.map((name): Column => ({ name, kind: 'json' }));
    this.#found = new Uint8Array(fields.length);
    this.#values = fields.map(() => undefined);
    this.#keyLengths = new Uint32Array(fields.length);
    const paths = fields.map((name, column) => ({ column, path: parsePath(name) }));
    this.#lists = paths.filter(({ path }) => path.many);
    const ways = new Map<string, Way[]>();
    for (const { column, path } of paths) {
      if (path.many) continue;
      for (const [key, rest] of path.keys) ways.set(key, [...(ways.get(key) ?? []), { column, rest }]);
    }
    this.#ways = ways;
  }

  /** The names that no record had so far. */
  get missing(): string[] {
    return this.columns.flatMap(({ name }, column) => (this.#found[column] === 1 ? [] : [name]));
  }

  /** The keys of the record that was loaded last. */
  get keys(): string[] {
    const keys: string[] = [];
    if (isObject(this.#bytes, this.#start)) eachMember(this.#bytes, this.#start, (key) => keys.push(key));
    return keys;
  }

  /** @param start where a record begins, in text that was checked; a record that is not an object has no fields */
  load(bytes: Buffer, start: number): void {
    this.#bytes = bytes;
    this.#start = start;
    this.#values.fill(undefined);
    this.#keyLengths.fill(0);
    if (!isObject(bytes, start)) return;
    eachMember(bytes, start, (key, from, end) => {
      for (const { column, rest } of this.#ways.get(key) ?? []) {
        if (key.length < (this.#keyLengths[column] ?? 0)) continue;
        const value = rest.ends ? { start: from, end } : valueAtPath(bytes, from, rest);
        if (value === undefined) continue;
        this.#values[column] = value;
        this.#keyLengths[column] = key.length;
        this.#found[column] = 1;
      }
    });
    for (const { column, path } of this.#lists) {
      const value = fieldAt(bytes, start, path);
      if (value === undefined) continue;
      this.#values[column] = value;
      this.#found[column] = 1;
    }
  }

  /** Returns a column's value: the text of a string, or other JSON as it is written. Undefined if the record lacks it or has null. */
  text(column: number): string | undefined {
    const value = this.#values[column];
    if (value === undefined) return undefined;
    const bytes = this.#bytesOf(value);
    return bytes[value.start] === LETTER_N ? undefined : plainText(bytes, value);
  }

  /** Appends the loaded record. The sink must have room for it. */
  append(rows: RowSink): void {
    rows.startRow(this.#values.reduce((sum, value) => sum + 4 + lengthOf(value), 0));
    for (const value of this.#values) {
      const bytes = value === undefined ? this.#bytes : this.#bytesOf(value);
      const isNull = value !== undefined && bytes[value.start] === LETTER_N;
      this.#word.writeInt32BE(value === undefined ? LENGTH_ABSENT : isNull ? LENGTH_NULL : lengthOf(value));
      rows.append(this.#word, 0, 4);
      if (value !== undefined && !isNull) rows.append(bytes, value.start, value.end);
    }
    rows.endRow();
  }

  #bytesOf(value: Span | FieldValue): Buffer {
    return 'bytes' in value ? value.bytes : this.#bytes;
  }
}

function lengthOf(value: Span | undefined): number {
  return value === undefined ? 0 : value.end - value.start;
}
