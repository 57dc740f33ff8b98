import { toValue } from 'liquidjs';
import { mentionsWatermark } from '../watermark-text.ts';

/** The part of a request that contains a value: its address, a header, or a text in its payload. */
export type RequestPlace = 'url' | 'header' | 'payload';

/** A value of a record cannot be in a part of a request. The message is the rest of a sentence that begins with the value. */
export class RequestValueError extends Error {
  override readonly name = 'RequestValueError';
}

/** A header may have visible characters, spaces and tabs, and characters of Latin-1. */
const HEADER_TEXT = /^[\t\x20-\x7e\x80-\xff]*$/;
const LONE_SURROGATES = /\p{Surrogate}/gu;

/**
 * Returns the text of a value from a record in a part of a request. In an address it is percent-encoded, also its slashes, so that
 * it cannot lead to another path or another server.
 * @throws RequestValueError for a value that would make another request than the definition describes
 */
export function requestValue(value: unknown, place: RequestPlace): string {
  const text = textOf(value);
  // Without its value, an address such as `/spaces//pages` may list everything.
  if (text === '') throw new RequestValueError('is empty');
  if (place === 'url') return encoded(text);
  if (mentionsWatermark(text)) throw new RequestValueError('contains :watermark');
  if (place === 'header' && !HEADER_TEXT.test(text))
    throw new RequestValueError('has characters that a header cannot contain');
  return text;
}

function encoded(text: string): string {
  // Even percent-encoded, such a segment would lead to another path.
  if (text === '.' || text === '..') throw new RequestValueError('would change the path of the address');
  return encodeURIComponent(text.replace(LONE_SURROGATES, '\uFFFD'));
}

function textOf(value: unknown): string {
  const plain: unknown = toValue(value);
  if (plain === null || plain === undefined) return '';
  if (typeof plain === 'string') return plain;
  if (typeof plain === 'number' || typeof plain === 'boolean') return String(plain);
  throw new RequestValueError(Array.isArray(plain) ? 'is a list' : 'is an object');
}
