import { CsvError, Parser } from 'csv-parse';
import type { CsvSpec } from '../definitions/rest/types.ts';
import { ROW_BYTES_MAX } from '../core/limits.ts';
import { CSV_HEADER_BYTES_MAX } from './limits.ts';
import { markupKindOf } from './content-kind.ts';
import { lineBreaks } from './line-counter.ts';
import type { TextOrigin } from './origin.ts';
import { repeatsSepLine, SEP_LINE_BYTES_MAX, sepLineOf, type SepLine } from './sep-line.ts';

export interface CsvRow {
  readonly cells: readonly string[];
  /** The line on which the row begins, counted from 1. */
  readonly line: number;
}

/**
 * The rows of a CSV text in order, including the header. A blank line, a row that contains only delimiters, spaces and quotes,
 * and the line `sep=;`, which tells Excel the delimiter, do not count as rows.
 * @param text UTF-8
 * @throws the error that `origin` makes
 */
export async function* csvRows(
  origin: TextOrigin,
  text: AsyncIterable<Buffer>,
  csv: CsvSpec = {},
): AsyncGenerator<readonly CsvRow[]> {
  let parsing: Parsing | undefined;
  let first = true;
  // The number of bytes since the last row. The limit prevents the parser or an open quote from buffering the whole text.
  let waiting = 0;
  try {
    for await (const chunk of withWholeStart(text, SEP_LINE_BYTES_MAX)) {
      let bytes = chunk;
      if (parsing === undefined) {
        const markup = markupKindOf(chunk);
        if (markup !== undefined) throw origin.otherContent(markup);
        const sepLine = sepLineOf(origin, chunk, csv);
        parsing = new Parsing(csv, sepLine);
        bytes = chunk.subarray(sepLine?.bytes ?? 0);
      }
      await parsing.write(bytes);
      waiting = parsing.hasProgressed() ? 0 : waiting + bytes.length;
      const rows = parsing.take();
      first &&= rows.length === 0;
      const limit = first && csv.header !== false ? CSV_HEADER_BYTES_MAX : ROW_BYTES_MAX;
      if (waiting > limit) throw tooLong(origin, parsing.line, limit);
      if (rows.length > 0) yield rows;
    }
    await parsing?.end();
    const rows = parsing?.take() ?? [];
    if (rows.length > 0) yield rows;
  } catch (thrown) {
    throw thrown instanceof CsvError ? csvInvalid(origin, parsing?.line ?? 1, thrown) : thrown;
  } finally {
    parsing?.destroy();
  }
}

/** Yields the same text with a first chunk of at least `bytes` bytes, if the text is long enough. */
async function* withWholeStart(text: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let start: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of text) {
    if (start === undefined) {
      yield chunk;
      continue;
    }
    start = start.length === 0 ? chunk : Buffer.concat([start, chunk]);
    if (start.length < bytes) continue;
    yield start;
    start = undefined;
  }
  if (start !== undefined && start.length > 0) yield start;
}

/** Wraps the parser. Its line numbers are not reliable, because it counts CR LF in a cell twice. */
class Parsing {
  readonly #parser: Parser;
  #rows: CsvRow[] = [];
  #line: number;
  #emptyLines = 0;
  #records = 0;
  #recordsSeen = 0;

  /** @param sepLine the `sep=` line before the text that is parsed, if there is one */
  constructor({ delimiter = ',', quote = '"' }: CsvSpec, sepLine: SepLine | undefined) {
    this.#line = sepLine === undefined ? 1 : 2;
    this.#parser = new Parser({
      delimiter: sepLine?.delimiter ?? delimiter,
      quote: quote === '' ? null : quote,
      escape: quote === '' ? null : quote,
      // A text that was joined from others may have several kinds of line break.
      record_delimiter: ['\r\n', '\n', '\r'],
      skip_empty_lines: true,
      // The cells are counted by the caller, which knows the header.
      relax_column_count: true,
      // This is called during a write. Rows that the parser buffers would be lost when a later one is invalid.
      on_record: (cells: string[]) => {
        const line = this.line;
        this.#records += 1;
        dropMark(cells);
        const isRow = !isBlankRow(cells) && (sepLine === undefined || !repeatsSepLine(cells, sepLine));
        if (isRow) this.#rows.push({ cells, line });
        this.#emptyLines = this.#parser.info.empty_lines;
        this.#line = line + 1 + cells.reduce((sum, cell) => sum + lineBreaks(cell), 0);
        return null;
      },
    });
    // Each write reports its own failure. Without a listener the error would be thrown a second time.
    this.#parser.on('error', () => undefined);
  }

  /** The line on which the unfinished row begins. */
  get line(): number {
    return this.#line + this.#parser.info.empty_lines - this.#emptyLines;
  }

  write(chunk: Buffer): Promise<void> {
    return settled((done) => this.#parser.write(chunk, done));
  }

  end(): Promise<void> {
    return settled((done) => this.#parser.end(done));
  }

  /** Whether a row has ended since the last call, including rows that do not count. */
  hasProgressed(): boolean {
    const hasEnded = this.#records > this.#recordsSeen;
    this.#recordsSeen = this.#records;
    return hasEnded;
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

const BYTE_ORDER_MARK = 0xfeff;

/** A text that was joined from several has their byte order marks at the beginning of rows. */
function dropMark(cells: string[]): void {
  const [first] = cells;
  if (first?.charCodeAt(0) === BYTE_ORDER_MARK) cells[0] = first.slice(1);
}

/** Spreadsheets write a row of delimiters for every row that was ever edited. */
function isBlankRow(cells: readonly string[]): boolean {
  return cells.every((cell) => cell === '' || cell.trim() === '');
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

const WORDS: Readonly<Record<string, (noun: string) => string>> = {
  CSV_QUOTE_NOT_CLOSED: (noun) => `has a quote that is never closed; perhaps the ${noun} is cut off`,
  INVALID_OPENING_QUOTE: () => 'has a quote inside a cell that does not begin with one',
  CSV_INVALID_CLOSING_QUOTE: () => 'has more text after a closing quote',
};

/** The parser's message for a byte order mark before a quote. */
const MARK_BEFORE_QUOTE = `value is "${String.fromCharCode(BYTE_ORDER_MARK)}"`;
const markHint = (noun: string): string =>
  `The ${noun} seems to be joined from several: join them without their byte order marks, or read them one by one.`;

function csvInvalid(origin: TextOrigin, line: number, { code, message }: CsvError): Error {
  if (code === 'INVALID_OPENING_QUOTE' && message.includes(MARK_BEFORE_QUOTE)) {
    const what = 'the row that begins here has a byte order mark before a quote';
    return origin.invalid(line, what, markHint(origin.noun));
  }
  const words = WORDS[code]?.(origin.noun) ?? `is not valid CSV: ${message}`;
  return origin.invalid(line, `the row that begins here ${words}`, QUOTE_HINT);
}

function tooLong(origin: TextOrigin, line: number, limit: number): Error {
  const what = `the row that begins here has more than ${limit} bytes`;
  return origin.invalid(line, what, 'Is a quote left open, or is the delimiter another one?');
}
