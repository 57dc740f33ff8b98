import { toValue, type FilterImplOptions } from 'liquidjs';
import { TemplateFailure } from './template-failure.ts';
import type { UriPiece } from './uri-text.ts';

/**
 * The engine renders a link as one text, in which values must be told from the template's own text. So each value stands
 * between marks, lone surrogates, which no text from a source has: it is decoded from UTF-8.
 */
const OPENING = '\uDC00';
const CLOSING = '\uDC01';
/** Comes before text that a filter of the template encoded: it is a part of a URL already. */
const ENCODED = '\uDC02';
const MARK = /[\uDC00-\uDC02]/u;
const MARKS = /[\uDC00-\uDC02]/gu;
const MARKED_VALUE = /\uDC00([^\uDC00\uDC01]*)\uDC01/u;
/** Half of a character, where a filter cut one: the first half would make a pair with the mark after it. */
const HALVES = /\p{Surrogate}/gu;

/** For the engine's option `outputEscape`. */
export function markValue(value: unknown): string {
  const text = textOf(value);
  // Captured text has its own marks, and what was encoded is not encoded twice.
  if (text === '' || MARK.test(text)) return text;
  return `${OPENING}${text.replace(HALVES, '\uFFFD')}${CLOSING}`;
}

/** A filter such as `url_encode`, whose result is not encoded again. */
export function encodingFilter(filter: FilterImplOptions): FilterImplOptions {
  if (typeof filter !== 'function') throw new TypeError('this filter of LiquidJS is not a function');
  return function (value: unknown, ...options: unknown[]): unknown {
    const encoded: unknown = filter.call(this, withoutMarks(textOf(value)), ...options);
    return `${ENCODED}${String(encoded)}`;
  };
}

/** The pieces of a rendered link, in order. */
export function piecesOf(rendered: string): UriPiece[] {
  // Splitting by a pattern with one group puts the template's own text at even places and the values between.
  const pieces = rendered.split(MARKED_VALUE).map((text, index): UriPiece => {
    const plain = withoutMarks(text);
    return index % 2 === 0 ? { literal: plain } : { value: plain };
  });
  return pieces.filter((piece) => 'value' in piece || piece.literal !== '');
}

function withoutMarks(text: string): string {
  return text.replace(MARKS, '');
}

/** As the engine writes values. @throws TemplateFailure for an object, of which no link can be made */
function textOf(value: unknown): string {
  const plain: unknown = toValue(value);
  if (plain === null || plain === undefined) return '';
  if (Array.isArray(plain)) return plain.map(textOf).join('');
  if (typeof plain === 'string') return plain;
  if (typeof plain === 'number' || typeof plain === 'boolean') return String(plain);
  throw TemplateFailure.uri('its link has an object in it');
}
