import { Readable, pipeline, type Duplex } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { CONTENT_CODINGS_MAX, UNPACKED_BYTES_FREE, UNPACKED_RATIO_MAX } from './limits.ts';
import { BodyError, codingsOf, tooLarge } from './response-body.ts';

type Chunks = AsyncIterable<Buffer>;

const through = (open: () => Duplex) => (chunks: Chunks) => unpackedBy(open(), chunks);
const gzip = through(createGunzip);

const DECODERS: Readonly<Record<string, (chunks: Chunks) => Chunks>> = {
  gzip,
  'x-gzip': gzip,
  deflate: inflated,
  br: through(createBrotliDecompress),
};

/**
 * Reads a body chunk by chunk and decodes its content codings. An unknown coding is ignored, as in `readWholeBody`. When the
 * iteration ends early, the connection is closed.
 * @param most the limit of its size in bytes, decompressed
 * @throws BodyError when it is larger, or when it is so much larger than its compressed form that it must be an attack; errors of
 *   the stream and of zlib
 */
export async function* readBodyChunks(
  body: Readable,
  encoding: string | undefined,
  most: number,
): AsyncGenerator<Buffer> {
  const codings = codingsOf(encoding);
  if (codings.length > CONTENT_CODINGS_MAX) {
    body.destroy();
    throw new BodyError('packed', `is packed ${codings.length} times`);
  }
  let packed = 0;
  let length = 0;
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of body as Chunks) {
      packed += chunk.length;
      yield chunk;
    }
  }
  const decoders = codings.reverse().flatMap((coding) => DECODERS[coding] ?? []);
  try {
    for await (const chunk of decoders.reduce((chunks: Chunks, decode) => decode(chunks), counted())) {
      length += chunk.length;
      if (length > most) throw tooLarge(most);
      if (length > UNPACKED_BYTES_FREE && length > packed * UNPACKED_RATIO_MAX) {
        const what = `is more than ${UNPACKED_RATIO_MAX} times as large as its compressed form, like a decompression bomb`;
        throw new BodyError('too compressed', what);
      }
      yield chunk;
    }
  } finally {
    body.destroy();
  }
}

/** An empty body has no coding, whatever its header says. */
async function* unpackedBy(decoder: Duplex, chunks: Chunks): AsyncGenerator<Buffer> {
  const { first, all } = await peeked(chunks);
  if (first === undefined) {
    decoder.destroy();
    return;
  }
  // The iteration reports the errors.
  const unpacked = pipeline(Readable.from(all), decoder, () => undefined);
  yield* unpacked as Chunks;
}

/** RFC 9110 specifies the zlib format, but some servers omit its header. */
async function* inflated(chunks: Chunks): AsyncGenerator<Buffer> {
  const { first, all } = await peeked(chunks);
  yield* unpackedBy((first?.[0] ?? 0) % 16 === 8 ? createInflate() : createInflateRaw(), all);
}

async function peeked(chunks: Chunks): Promise<{ first: Buffer | undefined; all: AsyncGenerator<Buffer> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  const next = await iterator.next();
  const first = next.done === true ? undefined : next.value;
  async function* all(): AsyncGenerator<Buffer> {
    try {
      if (first !== undefined) yield first;
      for (;;) {
        const more = await iterator.next();
        if (more.done === true) return;
        yield more.value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  return { first, all: all() };
}
