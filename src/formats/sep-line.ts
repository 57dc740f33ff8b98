import type { CsvSpec } from '../definitions/rest/types.ts';
import type { TextOrigin } from './origin.ts';

/** An upper bound for the length of a `sep=` line, in bytes. */
export const SEP_LINE_BYTES_MAX = 32;

/** The line that tells Excel the delimiter of a CSV file. It is not a header and not a row. */
export interface SepLine {
  readonly delimiter: string;
  /** The length of the line, including its line break. */
  readonly bytes: number;
}

/** Some programs write the tab as two characters, and some quote the line. */
const SEP_LINE = /^"?sep=(\\t|[^\r\n"])"?[ \t]*(?:\r\n|\n|\r|$)/iu;

/**
 * @param start the first characters of the text, as UTF-8
 * @returns undefined if the text does not begin with such a line
 * @throws the error that `origin` makes, for a line that contradicts `csv.delimiter`, or names no delimiter
 */
export function sepLineOf(origin: TextOrigin, start: Buffer, csv: CsvSpec): SepLine | undefined {
  const text = start.toString('utf8', 0, SEP_LINE_BYTES_MAX);
  if (!/^"?sep=/i.test(text)) return undefined;
  const found = SEP_LINE.exec(text);
  const [line = '', named = ''] = found ?? [];
  if (found === null) {
    throw origin.invalid(
      1,
      'the line begins with sep=, which tells Excel the delimiter, and does not name one character',
      `Remove the line, and set ${origin.csvPath}.delimiter.`,
    );
  }
  const delimiter = named === String.raw`\t` ? '\t' : named;
  if (csv.delimiter !== undefined && csv.delimiter !== delimiter) {
    const [says, is] = [JSON.stringify(delimiter), JSON.stringify(csv.delimiter)];
    throw origin.invalid(
      1,
      `the line sep= says that the delimiter is ${says}, and ${origin.csvPath}.delimiter is ${is}`,
      `Remove the line from the ${origin.noun} if it is wrong; otherwise remove ${origin.csvPath}.delimiter, or set it to ${says}.`,
    );
  }
  return { delimiter, bytes: Buffer.byteLength(line) };
}

/** Whether a row repeats the `sep=` line, as in a text that was joined from several. */
export function repeatsSepLine(cells: readonly string[], { delimiter }: SepLine): boolean {
  const [first = ''] = cells;
  if (cells.length > 2 || !/^sep=/i.test(first)) return false;
  const rest = cells.join(delimiter).slice('sep='.length);
  return rest === delimiter || rest === String.raw`\t`;
}
