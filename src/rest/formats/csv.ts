import type { CsvSpec } from '../../definitions/rest/types.ts';
import type { DefinitionWords } from '../definition-words.ts';
import type { CsvRow } from '../../formats/csv.ts';
import { tableRows } from '../../formats/csv-table.ts';
import { isErrorCell } from '../../formats/error-cells.ts';
import type { TextOrigin } from '../../formats/origin.ts';
import { utf8Of } from '../../formats/text.ts';
import type { HttpAnswer } from '../request/client.ts';
import { ChunkWriter, NO_ENVELOPE, type BodyDecoder, type RecordChunk } from './chunks.ts';
import { charsetOf, otherContent, requireMediaType, responseOrigin } from './response-origin.ts';

/** The beginning of JSON in place of CSV, which would otherwise be a header. */
const JSON_START = /^\s*(?:\{\s*["}]|\[\s*[\]{])/;

/** Decodes a response of rows. Each becomes an object that has the names of the header as keys and the cells as strings. */
export class CsvDecoder implements BodyDecoder {
  readonly envelope = NO_ENVELOPE;
  readonly #answer: Pick<HttpAnswer, 'header'>;
  readonly #csv: CsvSpec;
  readonly #words: DefinitionWords;
  readonly #origin: TextOrigin;

  constructor(answer: Pick<HttpAnswer, 'header'>, csv: CsvSpec = {}, words: DefinitionWords) {
    this.#answer = answer;
    this.#csv = csv;
    this.#words = words;
    this.#origin = responseOrigin('CSV', words);
  }

  async *chunks(body: AsyncIterable<Buffer>): AsyncGenerator<RecordChunk> {
    requireMediaType(this.#answer, 'CSV', this.#words);
    const writer = new ChunkWriter();
    const text = utf8Of(this.#origin, body, charsetOf(this.#answer, this.#words));
    let columns: readonly (string | undefined)[] | undefined;
    let rowsSeen = 0;
    for await (const { names, rows } of tableRows(this.#origin, this.#rows(text), this.#csv)) {
      columns ??= names.map((name) => (name === '' ? undefined : `${JSON.stringify(name)}:`));
      for (const row of rows) {
        writer.add(Buffer.from(this.#record(row, names, columns)));
        if (writer.full) yield writer.take();
      }
      rowsSeen += rows.length;
    }
    if (rowsSeen === 0) this.#requireHeader(columns);
    if (!writer.empty) yield writer.take();
  }

  async *#rows(text: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let begun = false;
    for await (const chunk of text) {
      const start = begun ? '' : chunk.toString('utf8', 0, 64);
      if (JSON_START.test(start)) throw otherContent('JSON', 'CSV', this.#words);
      begun = true;
      yield chunk;
    }
  }

  /** One word or sentence without a row is more likely a message than a table of one column without any row. */
  #requireHeader(columns: readonly unknown[] | undefined): void {
    if (this.#csv.header === false) return;
    if (columns === undefined) {
      throw this.#origin.invalid(
        1,
        'the response is empty, without even a header',
        'Check that the API sends CSV.',
      );
    }
    if (columns.length > 1) return;
    throw this.#origin.invalid(
      1,
      'the response has one cell and no rows, so it is probably a message and not a table',
      `Open the URL in a browser, and check ${this.#origin.csvPath}.delimiter.`,
    );
  }

  #record(
    { cells, line }: CsvRow,
    names: readonly string[],
    columns: readonly (string | undefined)[],
  ): string {
    let record = '{';
    cells.forEach((cell, index) => {
      const key = columns[index];
      if (key === undefined) return;
      record += `${record === '{' ? '' : ','}${key}${this.#value(cell, names[index] ?? '', line)}`;
    });
    return `${record}}`;
  }

  #value(cell: string, name: string, line: number): string {
    const { errorCells = 'fail' } = this.#csv;
    if (errorCells === 'keep' || !isErrorCell(cell)) return JSON.stringify(cell);
    if (errorCells === 'null') return 'null';
    throw this.#origin.invalid(
      line,
      `the row that begins here has ${cell} in the column ${name}, which a spreadsheet could not compute`,
      `Say with ${this.#origin.csvPath}.errorCells what to do with such cells.`,
    );
  }
}
