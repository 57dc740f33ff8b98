import type { ContentKind } from './content-kind.ts';

/** Where a text comes from, such as a file or a response. It makes the errors of the readers of this folder. */
export interface TextOrigin {
  /** What the text is: `file`. */
  readonly noun: string;
  /** The path of the CSV options in the definition: `source.csv`. */
  readonly csvPath: string;
  /** The hint for bytes that are invalid in the encoding of the text. */
  readonly encodingHint: string;
  /** The hint for UTF-16 without a byte order mark. */
  readonly markHint: string;
  /**
   * @param line from 1
   * @param what a clause without a full stop
   */
  invalid(line: number, what: string, hint: string): Error;
  /** The text is something else than rows. */
  otherContent(kind: ContentKind): Error;
}
