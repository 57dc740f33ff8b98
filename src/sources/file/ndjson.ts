import { ROW_PLACE_COLUMNS } from '../../definitions/connector/file-columns.ts';
import type { Column } from '../../pipeline/ports/ports.ts';
import { fileInvalid } from './errors.ts';
import { columnsMissing, requiredOf, type FieldUse, type FileFormat, type FileRow } from './format.ts';
import type { ListedFile } from './listing.ts';
import { fileOrigin, textOf } from './file-text.ts';
import { linesOf, type Line } from '../../formats/lines.ts';
import { checkJson } from '../../json/check.ts';
import { JsonTextError } from '../../json/tokens.ts';
import { valueAtPath } from '../../json/path.ts';
import { eachMember, isObject, type Span } from '../../json/scan.ts';

const NULL = 'null';

/**
 * The format of NDJSON files with one document per line. Any value may occur in any line, so every column is of kind `json`.
 * The bytes are copied from the file, so numbers keep every digit.
 */
export class NdjsonFormat implements FileFormat {
  readonly #fields: readonly string[];
  readonly #use: FieldUse;
  readonly #found = new Set<string>();
  #rows = 0;
  #lastKeys: readonly string[] = [];

  constructor(use: FieldUse) {
    this.#use = use;
    this.#fields = use.fields;
  }

  columns(): Promise<readonly Column[]> {
    return Promise.resolve(
      this.#fields.map((name): Column => {
        if (name === ROW_PLACE_COLUMNS.file) return { name, kind: 'text' };
        return { name, kind: name === ROW_PLACE_COLUMNS.line ? 'integer' : 'json' };
      }),
    );
  }

  async *rows(file: ListedFile): AsyncGenerator<readonly FileRow[]> {
    const name = Buffer.from(file.name);
    for await (const lines of linesOf(fileOrigin(file), textOf(file))) {
      yield lines.map((line) => this.#row(file, name, line));
    }
  }

  /** A line may omit a field. A field that all lines omit was renamed or removed. */
  end(): void {
    const absent = this.#fields.filter((name) => !this.#found.has(name));
    const missing = this.#rows === 0 ? [] : requiredOf(absent, this.#use);
    if (missing.length > 0) throw columnsMissing('None of the lines has', missing, undefined, this.#lastKeys);
  }

  #row(file: ListedFile, name: Buffer, { bytes, number }: Line): FileRow {
    const { start } = valueIn(file, bytes, number);
    const members = new Map<string, Span>();
    eachMember(bytes, start, (key, from, end) => members.set(key, { start: from, end }));
    this.#rows++;
    // The keys are needed only to explain why no field was found.
    if (this.#found.size < this.#fields.length) this.#lastKeys = [...members.keys()];
    const values = this.#fields.map((field) => {
      const place = placeOf(field, name, number);
      if (place !== undefined && members.has(field)) throw ownName(file, number, field);
      const span = place === undefined ? (members.get(field) ?? below(bytes, start, field)) : undefined;
      if (place !== undefined || span !== undefined) this.#found.add(field);
      if (span === undefined) return place;
      const value = bytes.subarray(span.start, span.end);
      return value.length === NULL.length && value.toString('latin1') === NULL ? null : value;
    });
    return { values, line: number };
  }
}

function placeOf(field: string, name: Buffer, line: number): Buffer | undefined {
  if (field === ROW_PLACE_COLUMNS.file) return name;
  return field === ROW_PLACE_COLUMNS.line ? Buffer.from(String(line)) : undefined;
}

function below(bytes: Buffer, start: number, field: string): Span | undefined {
  return field.includes('.') ? valueAtPath(bytes, start, field) : undefined;
}

function valueIn(file: ListedFile, bytes: Buffer, line: number): Span {
  const hint = 'NDJSON has one JSON object a line. Is the file cut off, or is source.format another one?';
  try {
    const value = checkJson(bytes);
    if (isObject(bytes, value.start)) return value;
  } catch (thrown) {
    if (!(thrown instanceof JsonTextError)) throw thrown;
    throw fileInvalid(file.name, line, `no JSON: ${thrown.message}`, hint);
  }
  throw fileInvalid(file.name, line, 'no JSON object', hint);
}

function ownName(file: ListedFile, line: number, field: string): Error {
  const what = `the object has a field ${field}, which is the name of a column that every row has anyway`;
  return fileInvalid(file.name, line, what, 'Give the field of the file another name.');
}
