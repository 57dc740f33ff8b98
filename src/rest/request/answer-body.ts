import type { HttpAnswer } from './client.ts';
import type { Span } from '../../json/scan.ts';

/** How strongly a response suggests that there are records that it does not contain. */
export interface SignOfMore {
  /** The name as in `ignoreSigns`: a path in the body, or the name of a header. */
  readonly name: string;
  /** The words that describe the sign in a message. */
  readonly words: string;
}

/** The body of a page as JSON. */
export interface DecodedBody {
  readonly bytes: Buffer;
  readonly root: Span;
  /** A sign that the body lacks records, if its format does not mark its end. */
  readonly loss?: SignOfMore | undefined;
}

/** A successful response whose body is read as a stream. */
export interface OpenAnswer extends Pick<HttpAnswer, 'status' | 'header'> {
  /** The decompressed body. It can be iterated once; the connection is closed afterwards. */
  readonly chunks: AsyncIterable<Buffer>;
  /** The final address, without secrets. */
  readonly url: string;
}
