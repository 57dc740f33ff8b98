import type { RestSpec } from '../../definitions/rest/types.ts';
import type { DefinitionWords } from '../definition-words.ts';
import { codingsOf, unknownCoding } from '../../net/response-body.ts';
import { HTTP_PAGE_BYTES_MAX } from '../limits.ts';
import { checkJson } from '../../json/check.ts';
import { withoutRoot } from '../../core/text/field-path.ts';
import { valueAtPath } from '../../json/path.ts';
import type { DecodedBody, SignOfMore } from '../request/answer-body.ts';
import type { HttpAnswer } from '../request/client.ts';
import { ProblemError } from '../request/problems.ts';
import type { BodyDecoder } from './chunks.ts';

type Header = Pick<HttpAnswer, 'header'>;
type FormatSpec = Pick<RestSpec, 'responseFormat' | 'csv' | 'recordsPath'>;

/** Opens the decoder of a response. Each format is loaded when it is used. @throws ProblemError for a coding that is unknown */
export async function openDecoder(
  { responseFormat, csv, recordsPath }: FormatSpec,
  answer: Header,
  words: DefinitionWords,
): Promise<BodyDecoder> {
  switch (responseFormat) {
    case 'ndjson':
      return new (await import('./ndjson.ts')).NdjsonDecoder(answer, words);
    case 'csv':
      return new (await import('./csv.ts')).CsvDecoder(answer, csv, words);
    case 'xml':
      return new (await import('./xml.ts')).XmlDecoder(
        answer,
        recordsPath && withoutRoot(recordsPath),
        words,
      );
    case 'json':
    case undefined:
    default:
      return new (await import('./json.ts')).JsonDecoder(recordsPath, words);
  }
}

/**
 * Converts the body of a page to JSON: the list of its records, or for XML the whole document.
 * @throws ProblemError
 */
export async function decodePage(
  spec: FormatSpec,
  answer: HttpAnswer,
  words: DefinitionWords,
): Promise<DecodedBody> {
  const decoder = await openDecoder(spec, answer, words);
  const lists: Buffer[] = [];
  let length = 0;
  for await (const { bytes } of decoder.chunks(onlyChunk(answer.body))) {
    length += bytes.length;
    if (length > HTTP_PAGE_BYTES_MAX) throw pageTooLarge(words);
    lists.push(bytes.subarray(1, -1));
  }
  const { envelope } = decoder;
  const path = spec.responseFormat === 'xml' ? withoutRoot(spec.recordsPath ?? '') : undefined;
  const list = path === undefined ? { start: 0, end: envelope.length } : valueAtPath(envelope, 0, path);
  const records = lists.flatMap((bytes, index) => (index === 0 ? [bytes] : [COMMA, bytes]));
  const bytes =
    list === undefined
      ? envelope
      : Buffer.concat([envelope.subarray(0, list.start + 1), ...records, envelope.subarray(list.end - 1)]);
  return { bytes, root: checkJson(bytes), loss: missingEnd(spec, answer) };
}

const COMMA = Buffer.from(',');

async function* onlyChunk(body: Buffer): AsyncGenerator<Buffer> {
  if (body.length > 0) yield await Promise.resolve(body);
}

function pageTooLarge({ at }: DefinitionWords): ProblemError {
  return new ProblemError({
    code: 'SOURCE_ANSWER_TOO_LARGE',
    reason: 'page too large',
    what: `got a page whose records have more than ${HTTP_PAGE_BYTES_MAX} bytes as JSON`,
    hint: `Ask for smaller pages: ${at('pagination.pageSizeField')} and pageSize.`,
    again: false,
  });
}

/**
 * The sign of a response that may be cut off without any trace: rows have no end of their own, and neither a length nor chunks
 * nor a compression show where the body ends.
 */
export function missingEnd({ responseFormat }: FormatSpec, { header }: Header): SignOfMore | undefined {
  if (responseFormat !== 'ndjson' && responseFormat !== 'csv') return undefined;
  const encoding = header('content-encoding');
  const isCompressed = codingsOf(encoding).length > 0 && unknownCoding(encoding) === undefined;
  const isFramed = header('content-length') !== undefined || header('transfer-encoding') !== undefined;
  if (isFramed || isCompressed) return undefined;
  return { name: 'Content-Length', words: 'no Content-Length' };
}
