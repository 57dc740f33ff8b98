import { HTTP_CHUNK_BYTES, HTTP_CHUNK_RECORDS_MAX } from '../limits.ts';
import { elements, type Span } from '../../json/scan.ts';

/** Some of the records of a response. */
export interface RecordChunk {
  /** A JSON array of the records, which is never overwritten. */
  readonly bytes: Buffer;
  /** The location of each record in `bytes`. */
  readonly records: readonly Span[];
}

/** Decodes the body of one response. One object serves one response. */
export interface BodyDecoder {
  /**
   * The records in chunks. It can be iterated once.
   * @param body decompressed
   * @throws ProblemError, and the errors of `body`
   */
  chunks(body: AsyncIterable<Buffer>): AsyncGenerator<RecordChunk>;
  /** The body as checked JSON, with an empty list in place of its records. It is available after the last chunk. */
  readonly envelope: Buffer;
}

/** Whether a part of a response is as large as parts become, so that another one may follow. */
export function isFullChunk(bytes: Buffer): boolean {
  return bytes.length >= HTTP_CHUNK_BYTES;
}

/** The envelope of a body that has only records. */
export const NO_ENVELOPE = Buffer.from('[]');

/** Collects records that were decoded, as JSON, until there are enough for a chunk. */
export class ChunkWriter {
  #records: Buffer[] = [];
  #length = 0;

  get full(): boolean {
    return this.#length >= HTTP_CHUNK_BYTES || this.#records.length >= HTTP_CHUNK_RECORDS_MAX;
  }

  get empty(): boolean {
    return this.#records.length === 0;
  }

  /** @param record checked JSON, which must not be changed later */
  add(record: Buffer): void {
    this.#records.push(record);
    this.#length += record.length;
  }

  /** Returns the collected records, and begins the next chunk. */
  take(): RecordChunk {
    const parts = this.#records.flatMap((record, index) => (index === 0 ? [record] : [COMMA, record]));
    this.#records = [];
    this.#length = 0;
    return chunkOf(Buffer.concat([OPENING, ...parts, CLOSING]));
  }
}

const OPENING = Buffer.from('[');
const CLOSING = Buffer.from(']');
const COMMA = Buffer.from(',');

/** @param bytes a checked JSON array */
export function chunkOf(bytes: Buffer): RecordChunk {
  return { bytes, records: [...elements(bytes, 0)] };
}
