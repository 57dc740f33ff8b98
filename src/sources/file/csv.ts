import { CsvError, Parser } from 'csv-parse';
import type { CsvSpec } from '../../connector/types.ts';
import { FILE_HEADER_BYTES_MAX, ROW_BYTES_MAX } from '../../core/limits.ts';
import { fileInvalid } from './errors.ts';
import { lineBreaks } from './line-counter.ts';

export interface CsvRow {
  readonly cells: readonly string[];
  /** Where it begins, from 1. */
  readonly line: number;
}

/**
 * The rows of a CSV file as they come, the header among them. Blank lines are no rows.
 * @param text UTF-8
 * @throws BridgeError SOURCE_FILE_INVALID
 */
export async function* csvRows(
  file: string,
  text: AsyncIterable<Buffer>,
  csv: CsvSpec = {},
): AsyncGenerator<readonly CsvRow[]> {
  const parsing = new Parsing(csv);
  let first = true;
  // Bytes since the last row: neither the parser nor an open quote may gather the whole file.
  let waiting = 0;
  try {
    for await (const chunk of text) {
      await parsing.write(chunk);
      const rows = parsing.take();
      waiting = rows.length === 0 ? waiting + chunk.length : 0;
      first &&= rows.length === 0;
      const limit = first && csv.header !== false ? FILE_HEADER_BYTES_MAX : ROW_BYTES_MAX;
      if (waiting > limit) throw tooLong(file, parsing.line, limit);
      if (rows.length > 0) yield rows;
    }
    await parsing.end();
    const rows = parsing.take();
    if (rows.length > 0) yield rows;
  } catch (thrown) {
    throw thrown instanceof CsvError ? csvInvalid(file, parsing.line, thrown) : thrown;
  } finally {
    parsing.destroy();
  }
}

/** The parser, which counts no lines that could be relied on: it takes CR LF in a cell for two. */
class Parsing {
  readonly #parser: Parser;
  #rows: CsvRow[] = [];
  #line = 1;
  #emptyLines = 0;

  constructor({ delimiter = ',', quote = '"' }: CsvSpec) {
    this.#parser = new Parser({
      delimiter,
      quote: quote === '' ? null : quote,
      escape: quote === '' ? null : quote,
      // A file may have several kinds, when it was put together from others.
      record_delimiter: ['\r\n', '\n', '\r'],
      skip_empty_lines: true,
      // Counted by whoever knows the header.
      relax_column_count: true,
      // Called in the middle of a write; rows that the parser keeps to itself would be lost when a later one is wrong.
      on_record: (cells: string[]) => {
        const line = this.line;
        this.#rows.push({ cells, line });
        this.#emptyLines = this.#parser.info.empty_lines;
        this.#line = line + 1 + cells.reduce((sum, cell) => sum + lineBreaks(cell), 0);
        return null;
      },
    });
    // Each write tells its own failure; without a listener it would be thrown once more.
    this.#parser.on('error', () => undefined);
  }

  /** Where the row begins that is not whole yet. */
  get line(): number {
    return this.#line + this.#parser.info.empty_lines - this.#emptyLines;
  }

  write(chunk: Buffer): Promise<void> {
    return settled((done) => this.#parser.write(chunk, done));
  }

  end(): Promise<void> {
    return settled((done) => this.#parser.end(done));
  }

  take(): readonly CsvRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  destroy(): void {
    this.#parser.destroy();
  }
}

function settled(work: (done: (error?: Error | null) => void) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    work((error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

const QUOTE_HINT =
  'A quote inside a cell is written twice. Where quotes have no meaning, write csv.quote: "".';

const WORDS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'has a quote that is never closed; perhaps the file is cut off',
  INVALID_OPENING_QUOTE: 'has a quote inside a cell that does not begin with one',
  CSV_INVALID_CLOSING_QUOTE: 'has more text behind a closing quote',
};

function csvInvalid(file: string, line: number, { code, message }: CsvError): Error {
  const words = WORDS[code] ?? `is no CSV: ${message}`;
  return fileInvalid(file, line, `the row that begins here ${words}`, QUOTE_HINT);
}

function tooLong(file: string, line: number, limit: number): Error {
  const what = `the row that begins here has more than ${limit} bytes`;
  return fileInvalid(file, line, what, 'Is a quote left open, or is the delimiter another one?');
}
