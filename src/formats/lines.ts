import { ROW_BYTES_MAX } from '../core/limits.ts';
import { afterBlanks } from '../json/scan.ts';
import { markupKindOf } from './content-kind.ts';
import type { TextOrigin } from './origin.ts';

const LINE_FEED = 0x0a;

export interface Line {
  readonly bytes: Buffer;
  /** The line number, from 1. */
  readonly number: number;
  /** Whether a line break follows. A last line without one may be cut off. */
  readonly ended: boolean;
}

/**
 * The lines of an NDJSON text that are not blank, in batches.
 * @param text UTF-8
 * @throws the error that `origin` makes
 */
export async function* linesOf(
  origin: TextOrigin,
  text: AsyncIterable<Buffer>,
): AsyncGenerator<readonly Line[]> {
  let number = 1;
  let unfinished: Buffer[] = [];
  let waiting = 0;
  for await (const chunk of text) {
    const markup = number === 1 && waiting === 0 ? markupKindOf(chunk) : undefined;
    if (markup !== undefined) throw origin.otherContent(markup);
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      const bytes = withoutMark(Buffer.concat([...unfinished, chunk.subarray(start, end)]));
      unfinished = [];
      waiting = 0;
      if (!isBlank(bytes)) lines.push({ bytes, number, ended: true });
      number++;
      start = end + 1;
    }
    unfinished.push(chunk.subarray(start));
    waiting += chunk.length - start;
    if (waiting > ROW_BYTES_MAX) {
      const what = `a line of more than ${ROW_BYTES_MAX} bytes`;
      throw origin.invalid(number, what, 'Is it one large JSON array? NDJSON has one object a line.');
    }
    if (lines.length > 0) yield lines;
  }
  const last = withoutMark(Buffer.concat(unfinished));
  if (!isBlank(last)) yield [{ bytes: last, number, ended: false }];
}

/** Removes a byte order mark. A text that was joined from several has their byte order marks at the beginning of lines. */
function withoutMark(line: Buffer): Buffer {
  const isMarked = line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf;
  return isMarked ? line.subarray(3) : line;
}

function isBlank(bytes: Buffer): boolean {
  return afterBlanks(bytes, 0) === bytes.length;
}
