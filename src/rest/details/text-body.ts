import { isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import { DETAIL_TEXT_BYTES_MAX } from '../limits.ts';
import type { DefinitionWords } from '../definition-words.ts';
import type { HttpAnswer } from '../request/client.ts';
import type { DecodedBody } from '../request/answer-body.ts';
import type { RequestProblem } from '../../net/request-problem.ts';
import { ProblemError } from '../request/problems.ts';

const REPLACEMENT = '\uFFFD';
const CHARSET = /;\s*charset\s*=\s*"?([\w:.+-]{1,40})/i;

/**
 * Converts the body of a response to a JSON string. HTML stays as it is. A byte order mark is removed, and text without a charset is
 * UTF-8.
 * @throws ProblemError if the body is not text in its charset, or too long
 */
export function decodeText({ body, header }: HttpAnswer, words: DefinitionWords): DecodedBody {
  if (body.length > DETAIL_TEXT_BYTES_MAX) throw new ProblemError(tooLong(body.length, words));
  const charset = CHARSET.exec(header('content-type') ?? '')?.[1] ?? 'utf-8';
  const bytes = Buffer.from(JSON.stringify(textOf(body, charset, words)));
  return { bytes, root: { start: 0, end: bytes.length } };
}

function textOf(body: Buffer, charset: string, words: DefinitionWords): string {
  const text = /^utf-?8$/i.test(charset) ? utf8Text(body) : convertedText(body, charset);
  if (text === undefined) throw new ProblemError(notText(`is not text in the charset ${charset}`, words));
  // Every byte is valid in some charsets, but a document such as a PDF has NUL bytes.
  if (text.includes('\0'))
    throw new ProblemError(notText('contains NUL characters, so it is not text', words));
  return text;
}

function utf8Text(body: Buffer): string | undefined {
  return isUtf8(body) ? new TextDecoder().decode(body) : undefined;
}

/** `TextDecoder` of Node.js 20 reads windows-1252 as Latin-1. */
function convertedText(body: Buffer, charset: string): string | undefined {
  // Servers that name one of these mean windows-1252, which has all their characters, as browsers assume too.
  const name = /^(?:us-ascii|ascii|latin-?1|iso-?8859-?1)$/i.test(charset) ? 'windows-1252' : charset;
  if (!iconv.encodingExists(name)) return undefined;
  const text = iconv.decode(body, name);
  return text.includes(REPLACEMENT) ? undefined : text;
}

function notText(fault: string, { at }: DefinitionWords): RequestProblem {
  return {
    code: 'SOURCE_ANSWER_INVALID',
    reason: 'not text',
    what: `was answered with a body that ${fault}`,
    hint: `Let ${at('url')} list only records whose ${at('detail.url')} returns text, or request an export as text.`,
    again: false,
  };
}

function tooLong(bytes: number, { at }: DefinitionWords): RequestProblem {
  return {
    code: 'SOURCE_ANSWER_TOO_LARGE',
    reason: 'text too long',
    what: `was answered with ${bytes} bytes of text, and ${at('detail')} reads at most ${DETAIL_TEXT_BYTES_MAX}`,
    hint: `Let ${at('url')} list only records with shorter texts, or request an excerpt in ${at('detail.url')}.`,
    again: false,
  };
}
