import type { Readable } from 'node:stream';
import { promisify, types } from 'node:util';
import { brotliDecompress, constants, gunzip, inflate, inflateRaw, type ZlibOptions } from 'node:zlib';
import { CONTENT_CODINGS_MAX, HTTP_WORDS_SECONDS_MAX } from './limits.ts';

type BodyProblem = 'too large' | 'packed' | 'too compressed';

/** A response whose body cannot be used. `message` continues a sentence about the response. */
export class BodyError extends Error {
  override readonly name = 'BodyError';
  readonly problem: BodyProblem;

  constructor(problem: BodyProblem, message: string) {
    super(message);
    this.problem = problem;
  }
}

type Decode = (bytes: Buffer, most: number, whole: boolean) => Promise<Buffer>;

const zlibDecode =
  (decode: (bytes: Buffer, options: ZlibOptions) => Promise<Buffer>): Decode =>
  (bytes, most, whole) =>
    decode(bytes, {
      maxOutputLength: most,
      finishFlush: whole ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
    });

const gzip = zlibDecode(promisify<Buffer, ZlibOptions, Buffer>(gunzip));
const zlibFormat = zlibDecode(promisify<Buffer, ZlibOptions, Buffer>(inflate));
const rawDeflate = zlibDecode(promisify<Buffer, ZlibOptions, Buffer>(inflateRaw));
const brotli = promisify(brotliDecompress);

/** Requests accept only gzip, but some servers use the others without being asked. */
const DECODERS: Readonly<Record<string, Decode>> = {
  gzip,
  'x-gzip': gzip,
  // RFC 9110 specifies the zlib format, but some servers omit its header.
  deflate: (bytes, most, whole) => ((bytes[0] ?? 0) % 16 === 8 ? zlibFormat : rawDeflate)(bytes, most, whole),
  br: (bytes, most, whole) =>
    brotli(bytes, {
      maxOutputLength: most,
      finishFlush: whole ? constants.BROTLI_OPERATION_FINISH : constants.BROTLI_OPERATION_FLUSH,
    }),
};

/**
 * Reads a body to its end and decodes its content codings. An unknown coding is ignored, because servers write charsets and
 * media types there; `unknownCoding` names it when the body turns out to be unreadable.
 * @param announced the value of `Content-Length`; a body that is too large according to it is not read
 * @throws BodyError when it is larger than `most` bytes, compressed or decompressed; errors of the stream and of zlib
 */
export async function readWholeBody(
  body: Readable,
  encoding: string | undefined,
  most: number,
  announced?: string | null,
): Promise<Buffer> {
  if (Number(announced) > most) {
    body.destroy();
    throw new BodyError('too large', `announces ${announced} bytes, over the limit of ${most}`);
  }
  const chunks: Buffer[] = [];
  let length = 0;
  // Leaving the loop early closes the connection, so the server sends nothing more.
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > most) throw tooLarge(most);
    chunks.push(chunk);
  }
  try {
    return await decoded(Buffer.concat(chunks, length), encoding, most, true);
  } catch (thrown) {
    throw isTooLarge(thrown) ? tooLarge(most) : thrown;
  }
}

/**
 * Reads the beginning of the body of a response whose status is sufficient: the bytes that arrive within
 * `HTTP_WORDS_SECONDS_MAX` seconds, and nothing if the body cannot be decompressed. It never throws, so that a broken body does
 * not hide the status.
 */
export async function readBodyStart(
  body: Readable,
  encoding: string | undefined,
  most: number,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  const timer = setTimeout(() => {
    body.destroy();
  }, HTTP_WORDS_SECONDS_MAX * 1_000);
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= most) break;
    }
  } catch {
    // The body was interrupted, or took too long. The bytes received so far are kept.
  } finally {
    clearTimeout(timer);
  }
  try {
    const bytes = await decoded(Buffer.concat(chunks, length).subarray(0, most), encoding, most, false);
    return bytes.subarray(0, most);
  } catch {
    return Buffer.alloc(0);
  }
}

/** The value of `Content-Encoding`, if it names a coding that this program cannot decode. */
export function unknownCoding(encoding: string | undefined): string | undefined {
  return codingsOf(encoding).some((coding) => !Object.hasOwn(DECODERS, coding)) ? encoding : undefined;
}

async function decoded(
  bytes: Buffer,
  encoding: string | undefined,
  most: number,
  whole: boolean,
): Promise<Buffer> {
  // A server may announce a coding and send no body, for example with a redirect.
  if (bytes.length === 0) return bytes;
  const codings = codingsOf(encoding);
  if (codings.length > CONTENT_CODINGS_MAX) {
    throw new BodyError('packed', `is packed ${codings.length} times`);
  }
  let result = bytes;
  for (const coding of codings.reverse()) {
    const decode = Object.hasOwn(DECODERS, coding) ? DECODERS[coding] : undefined;
    if (decode !== undefined) result = await decode(result, most, whole);
  }
  return result;
}

/** The codings in the order in which they were applied. */
export function codingsOf(encoding = ''): string[] {
  return encoding
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity');
}

function isTooLarge(thrown: unknown): boolean {
  return types.isNativeError(thrown) && 'code' in thrown && thrown.code === 'ERR_BUFFER_TOO_LARGE';
}

export function tooLarge(most: number): BodyError {
  return new BodyError('too large', `has more than ${most} bytes`);
}
