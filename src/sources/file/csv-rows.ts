import { ROW_PLACE_COLUMNS } from '../../definitions/connector/file-columns.ts';
import type { FileSourceSpec } from '../../definitions/connector/types.ts';
import type { Column } from '../../pipeline/ports/ports.ts';
import { csvRows, type CsvRow } from '../../formats/csv.ts';
import { headerNames } from '../../formats/csv-header.ts';
import { tableRows } from '../../formats/csv-table.ts';
import { isErrorCell } from '../../formats/error-cells.ts';
import { fileInvalid } from './errors.ts';
import {
  columnsMissing,
  requiredOf,
  type FieldUse,
  type FileFormat,
  type FileRemark,
  type FileRow,
} from './format.ts';
import type { ListedFile } from './listing.ts';
import { fileOrigin, textOf } from './file-text.ts';

const PLACES: readonly string[] = Object.values(ROW_PLACE_COLUMNS);

/** The format of CSV files with one document per row. Every cell is text, because CSV has no types. */
export class CsvFormat implements FileFormat {
  readonly #spec: FileSourceSpec;
  readonly #use: FieldUse;
  #headersPassed = 0;
  #firstPassed = '';

  constructor(spec: FileSourceSpec, use: FieldUse) {
    this.#spec = spec;
    this.#use = use;
  }

  async columns(files: readonly ListedFile[], signal: AbortSignal): Promise<readonly Column[]> {
    const { fields } = this.#use;
    const found = new Set<string>();
    for (const file of files) {
      signal.throwIfAborted();
      const names = await this.#header(file);
      const lacking = this.#use.vital.filter((name) => !PLACES.includes(name) && !names.includes(name));
      if (lacking.length > 0) throw columnsMissing(`${file.name} has no column`, lacking, names);
      for (const name of names) found.add(name);
    }
    const absent = fields.filter((name) => !PLACES.includes(name) && !found.has(name));
    const missing = files.length === 0 ? [] : requiredOf(absent, this.#use);
    // A folder without files is an empty listing; the guard protects the documents.
    if (missing.length > 0) throw columnsMissing('None of the files has', missing, [...found]);
    return fields.map((name) => ({ name, kind: name === ROW_PLACE_COLUMNS.line ? 'integer' : 'text' }));
  }

  async *rows(file: ListedFile): AsyncGenerator<readonly FileRow[]> {
    const { csv, encoding } = this.#spec;
    const onRepeated = (line: number): void => {
      this.#headersPassed++;
      if (this.#headersPassed === 1) this.#firstPassed = `${file.name}, line ${line}`;
    };
    let reader: ((row: CsvRow) => FileRow) | undefined;
    for await (const { names, rows } of tableRows(
      fileOrigin(file),
      textOf(file, encoding),
      csv,
      onRepeated,
    )) {
      reader ??= this.#reader(file, names);
      yield rows.map(reader);
    }
  }

  remark(): FileRemark | undefined {
    if (this.#headersPassed === 0) return undefined;
    return {
      message: 'rows that repeat the header of their file were passed over',
      rows: this.#headersPassed,
      first: this.#firstPassed,
    };
  }

  end(): void {
    // Missing columns were already reported from the headers.
  }

  async #header(file: ListedFile): Promise<readonly string[]> {
    const { csv, encoding } = this.#spec;
    if (csv?.header === false) return csv.columns ?? [];
    for await (const [first] of csvRows(fileOrigin(file), textOf(file, encoding), csv)) {
      if (first === undefined) continue;
      const names = headerNames(fileOrigin(file), first, csv);
      this.#refuseOwnNames(file, names);
      return names;
    }
    throw fileInvalid(
      file.name,
      1,
      'the file is empty, without even a header',
      'Is it not written yet? Else remove it.',
    );
  }

  #refuseOwnNames(file: ListedFile, names: readonly string[]): void {
    const clash = names.find((name) => PLACES.includes(name) && this.#use.fields.includes(name));
    if (clash === undefined) return;
    const what = `the header has a column ${clash}, which is the name of a column that every row has anyway`;
    throw fileInvalid(file.name, 1, what, 'Give the column of the file another name.');
  }

  #reader(file: ListedFile, names: readonly string[]): (row: CsvRow) => FileRow {
    const { errorCells = 'fail' } = this.#spec.csv ?? {};
    const name = Buffer.from(file.name);
    const places = new Map(names.map((column, index) => [column, index]));
    const columns = this.#use.fields.map((field) => ({
      field,
      at: places.get(field) ?? -1,
      errors: errorCells === 'null' && this.#use.vital.includes(field) ? 'fail' : errorCells,
    }));
    return ({ cells, line }) => {
      const values = columns.map(({ field, at, errors }) => {
        if (field === ROW_PLACE_COLUMNS.file) return name;
        if (field === ROW_PLACE_COLUMNS.line) return Buffer.from(String(line));
        const cell = cells[at];
        if (cell === undefined) return undefined;
        if (errors === 'keep' || !isErrorCell(cell)) return Buffer.from(cell);
        if (errors === 'null') return null;
        throw errorCell(file, line, field, cell);
      });
      return { values, line };
    };
  }
}

function errorCell({ name }: ListedFile, line: number, field: string, cell: string): Error {
  return fileInvalid(
    name,
    line,
    `the row that begins here has ${cell} in the column ${field}, which a spreadsheet could not compute`,
    'Correct the spreadsheet, or say with source.csv.errorCells what to do with such cells.',
  );
}
