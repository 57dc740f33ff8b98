import type { IncomingHttpHeaders } from 'node:http';
import type { BodyFormat } from '../../push/body.ts';
import { HttpError } from '../http/http-error.ts';

const FORMATS: ReadonlyMap<string, BodyFormat> = new Map([
  ['application/json', 'json'],
  ['application/x-ndjson', 'ndjson'],
  ['application/jsonl', 'ndjson'],
]);

/**
 * The format of the body according to its headers.
 * @throws HttpError UNSUPPORTED_MEDIA_TYPE, also for a compressed body, whose decompressed size would not be bounded by its
 *   length
 */
export function bodyFormatOf(headers: IncomingHttpHeaders): BodyFormat {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding !== 'identity') {
    throw unsupported('A body with a Content-Encoding is not taken.', 'Send the body uncompressed.');
  }
  const [type = '', ...parameters] = (headers['content-type'] ?? '').split(';');
  const format = FORMATS.get(type.trim().toLowerCase());
  const charset = parameters.find((parameter) => /^\s*charset=/i.test(parameter)) ?? 'charset=utf-8';
  if (format !== undefined && /^\s*charset="?utf-?8"?\s*$/i.test(charset)) return format;
  const types = [...FORMATS.keys()].join(', ');
  throw unsupported(
    `The Content-Type is not one of ${types}, in UTF-8.`,
    'A JSON object or array is application/json, one object a line is application/x-ndjson.',
  );
}

function unsupported(message: string, hint: string): HttpError {
  return new HttpError('UNSUPPORTED_MEDIA_TYPE', message, { hint });
}
