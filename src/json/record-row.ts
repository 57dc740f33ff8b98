import { LENGTH_ABSENT, LENGTH_NULL, type Column } from '../pipeline/ports/ports.ts';
import { valueAtPath } from './path.ts';
import { eachMember, isObject, type Span } from './scan.ts';

/**
 * One way to reach a field, beginning with a key of the record. `rest` is the remaining path, empty for the value of the key
 * itself.
 */
interface Way {
  readonly column: number;
  readonly rest: string;
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
  readonly #values: (Span | undefined)[];
  /** The length of the key by which each value was found. If there are two ways to a field, the longer key wins. */
  readonly #keyLengths: Uint32Array;
  readonly #word = Buffer.alloc(4);
  #bytes: Buffer = Buffer.alloc(0);
  #start = 0;

  /** @param fields the names of the fields; dots separate nested names */
  constructor(fields: readonly string[]) {
    this.columns = fields.map((name): Column => ({ name, kind: 'json' }));
    this.#found = new Uint8Array(fields.length);
    this.#values = fields.map(() => undefined);
    this.#keyLengths = new Uint32Array(fields.length);
    const ways = new Map<string, Way[]>();
    fields.forEach((name, column) => {
      for (const { key, rest } of waysTo(name)) {
        const list = ways.get(key) ?? [];
        list.push({ column, rest });
        ways.set(key, list);
      }
    });
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
        const value = rest === '' ? { start: from, end } : valueAtPath(bytes, from, rest);
        if (value === undefined) continue;
        this.#values[column] = value;
        this.#keyLengths[column] = key.length;
        this.#found[column] = 1;
      }
    });
  }

  /** Returns where a column's value is; undefined if the record does not have it or has null. */
  value(column: number): Span | undefined {
    const value = this.#values[column];
    return value === undefined || this.#bytes[value.start] === LETTER_N ? undefined : value;
  }

  /** Appends the loaded record. The sink must have room for it. */
  append(rows: RowSink): void {
    rows.startRow(this.#values.reduce((sum, value) => sum + 4 + lengthOf(value), 0));
    for (const value of this.#values) {
      const isNull = value !== undefined && this.#bytes[value.start] === LETTER_N;
      this.#word.writeInt32BE(value === undefined ? LENGTH_ABSENT : isNull ? LENGTH_NULL : lengthOf(value));
      rows.append(this.#word, 0, 4);
      if (value !== undefined && !isNull) rows.append(this.#bytes, value.start, value.end);
    }
    rows.endRow();
  }
}

function lengthOf(value: Span | undefined): number {
  return value === undefined ? 0 : value.end - value.start;
}

/** `a.b.c` means the key `a.b.c`, or `c` in `a.b`, or `b.c` in `a`. */
function waysTo(name: string): { key: string; rest: string }[] {
  const ways = [{ key: name, rest: '' }];
  for (let dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
    ways.push({ key: name.slice(0, dot), rest: name.slice(dot + 1) });
  }
  return ways;
}
