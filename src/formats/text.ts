import iconv from 'iconv-lite';
import { bytesOfText, isUtf8ButForHalves } from '../pipeline/bytes/lone-surrogates.ts';
import { binaryKindOf } from './content-kind.ts';
import { LineCounter } from './line-counter.ts';
import type { TextOrigin } from './origin.ts';

/** An encoding of text. UTF-16 is also recognized by its byte order mark. */
export type TextEncoding = 'utf-8' | 'windows-1252' | 'latin1' | 'utf-16le' | 'utf-16be';

const MARKS: readonly { readonly encoding: TextEncoding; readonly bytes: Buffer }[] = [
  { encoding: 'utf-8', bytes: Buffer.from([0xef, 0xbb, 0xbf]) },
  { encoding: 'utf-16le', bytes: Buffer.from([0xff, 0xfe]) },
  { encoding: 'utf-16be', bytes: Buffer.from([0xfe, 0xff]) },
];

/** A byte order mark in UTF-8. */
const MARK = Buffer.from('\uFEFF');
/** U+FFFD, which replaces bytes that could not be decoded. */
const REPLACEMENT = Buffer.from('\uFFFD');

/** Converts bytes to UTF-8, chunk by chunk. */
interface Decoder {
  /** Converts a chunk. It may hold back an incomplete character. */
  write(chunk: Buffer): Buffer;
  /** Whether bytes of an incomplete character are left. */
  readonly unfinished: boolean;
  isRight(text: Buffer): boolean;
}

/**
 * A text as UTF-8 without the byte order marks at its beginning, in chunks of whole characters.
 * @param encoding the encoding of a text without a byte order mark
 * @throws the error that `origin` makes, for bytes that are not valid in the encoding; and the errors of `content`
 */
export async function* utf8Of(
  origin: TextOrigin,
  content: AsyncIterable<Buffer>,
  encoding: TextEncoding = 'utf-8',
): AsyncGenerator<Buffer> {
  const lines = new LineCounter();
  let decoder: Decoder | undefined;
  let found: TextEncoding = encoding;
  let beginning = true;
  for await (const bytes of content) {
    let chunk = bytes;
    if (decoder === undefined) {
      const kind = binaryKindOf(bytes);
      if (kind !== undefined) throw origin.otherContent(kind);
      const mark = MARKS.find((candidate) =>
        bytes.subarray(0, candidate.bytes.length).equals(candidate.bytes),
      );
      found = mark?.encoding ?? encoding;
      if (mark === undefined && !encoding.startsWith('utf-16')) refuseBareUtf16(origin, bytes);
      chunk = bytes.subarray(mark?.bytes.length ?? 0);
      decoder = found === 'utf-8' ? new Utf8() : new Converted(found);
    }
    let text = decoder.write(chunk);
    // Joined exports have one mark each, and an empty one leaves its mark at the beginning.
    while (beginning && text.subarray(0, MARK.length).equals(MARK)) text = text.subarray(MARK.length);
    if (text.length > 0) beginning = false;
    requireText(origin, lines, decoder, found, text);
    lines.see(text);
    if (text.length > 0) yield text;
  }
  if (decoder?.unfinished === true) {
    const what = `the ${origin.noun} ends inside a character of ${found}`;
    throw origin.invalid(lines.line, what, origin.encodingHint);
  }
}

/** Refuses UTF-16 without a mark. In any other encoding, it would have a NUL next to each letter. */
function refuseBareUtf16(origin: TextOrigin, start: Buffer): void {
  const nuls = [0, 0];
  start.forEach((byte, at) => {
    if (byte === 0) nuls[at % 2] = (nuls[at % 2] ?? 0) + 1;
  });
  const [even = 0, odd = 0] = nuls;
  const most = Math.max(even, odd);
  // A few NULs may have any cause. In Chinese text, only spaces, delimiters and line breaks have a NUL; and a few characters,
  // such as U+4E00, have theirs on the other side.
  if (most < 2 || most * 32 < start.length || Math.min(even, odd) * 4 > most) return;
  const encoding = odd > even ? 'utf-16le' : 'utf-16be';
  const what = `the ${origin.noun} seems to be ${encoding}, without a byte order mark`;
  throw origin.invalid(1, what, origin.markHint);
}

function requireText(
  origin: TextOrigin,
  lines: LineCounter,
  decoder: Decoder,
  encoding: string,
  text: Buffer,
): void {
  if (!decoder.isRight(text)) {
    lines.see(
      text.subarray(
        0,
        firstWrong(text, (part) => !decoder.isRight(part)),
      ),
    );
    throw origin.invalid(lines.line, `bytes that are invalid in ${encoding}`, origin.encodingHint);
  }
  const nul = text.indexOf(0);
  if (nul < 0) return;
  lines.see(text.subarray(0, nul));
  throw origin.invalid(lines.line, 'a NUL character, which text does not have', origin.encodingHint);
}

/** The offset of the first invalid line. */
function firstWrong(text: Buffer, isWrong: (line: Buffer) => boolean): number {
  for (let start = 0; ;) {
    const found = text.subarray(start).findIndex((byte) => byte === 0x0a || byte === 0x0d);
    const end = found < 0 ? text.length : start + found + 1;
    if (found < 0 || isWrong(text.subarray(start, end))) return start;
    start = end;
  }
}

class Utf8 implements Decoder {
  #rest: Buffer = Buffer.alloc(0);

  get unfinished(): boolean {
    return this.#rest.length > 0;
  }

  write(chunk: Buffer): Buffer {
    const bytes = this.unfinished ? Buffer.concat([this.#rest, chunk]) : chunk;
    const end = bytes.length - unfinishedBytes(bytes);
    this.#rest = bytes.subarray(end);
    return bytes.subarray(0, end);
  }

  isRight(text: Buffer): boolean {
    // A row that contains an unpaired surrogate is quarantined; it is not a reason to refuse the text.
    return isUtf8ButForHalves(text);
  }
}

/** The number of trailing bytes that begin an incomplete character. */
function unfinishedBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const wanted = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return wanted > back ? back : 0;
  }
  return 0;
}

class Converted implements Decoder {
  readonly #decoder: iconv.DecoderStream;
  readonly #unit: number;
  #bytes = 0;
  /** The first half of a surrogate pair, because not every decoder holds it back. */
  #half = '';

  constructor(encoding: TextEncoding) {
    this.#decoder = iconv.getDecoder(encoding, { stripBOM: false });
    this.#unit = encoding.startsWith('utf-16') ? 2 : 1;
  }

  get unfinished(): boolean {
    return this.#bytes % this.#unit !== 0 || this.#half !== '' || (this.#decoder.end() ?? '') !== '';
  }

  write(chunk: Buffer): Buffer {
    this.#bytes += chunk.length;
    const text = this.#half + this.#decoder.write(chunk);
    const end = /[\uD800-\uDBFF]$/.test(text) ? text.length - 1 : text.length;
    this.#half = text.slice(end);
    return bytesOfText(text.slice(0, end));
  }

  isRight(text: Buffer): boolean {
    return !text.includes(REPLACEMENT);
  }
}
